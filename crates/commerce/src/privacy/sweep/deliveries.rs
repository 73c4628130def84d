//! What was told, or is to be: mails to the person go, and what others are told of their orders loses them.

pub(super) mod store;
