//! Everybody who is to be told is told once, in whatever order news come and whatever becomes of those who take them.

mod crashes;
mod hooks;
mod letters;
mod listed;
mod mailbox;
mod report;
mod sent;
mod server;
mod support;
mod templates;
mod told;
