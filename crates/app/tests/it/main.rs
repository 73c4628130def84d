//! The real binary, from outside: HTTP in, reports out; killed, broken and restarted on the way.

mod commands;
mod crash;
mod faults;
mod first;
mod hostile;
mod http;
mod kassa;
mod same_rows;
