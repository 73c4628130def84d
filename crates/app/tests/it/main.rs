//! The real binary, from outside: HTTP in, reports out; killed, broken and restarted on the way.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod audit;
mod backup;
mod belong;
mod buyers;
mod cli;
mod commands;
mod compat;
mod crash;
mod detached;
mod documented;
mod faults;
mod first;
mod hostile;
mod http;
mod kassa;
mod listeners;
mod mails;
mod market;
mod mistyped;
mod moving;
mod noted;
mod orders;
mod orders_apart;
mod output;
mod pictures;
mod privacy;
mod private;
mod promlint;
mod readiness;
mod revenue;
mod roles_apart;
mod same_rows;
mod secrets;
mod signals;
mod smtp;
mod stock_low;
mod storefront;
mod storefront_form;
mod strangers;
mod strict;
mod targets;
mod upgrade;
mod victim;
mod webhooks;
