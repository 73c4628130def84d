//! What a process has open, and the one place that knows which engines and databases the configuration names.

mod access;
mod assets;
mod databases;
mod engines;
mod parts;
mod revenue;
mod schemas;

pub(crate) use access::{check_internal_token, options as access_options};
pub(crate) use databases::MAIN;
pub(crate) use engines::{new_store, open_store};
pub(crate) use parts::{Parts, Wanted, processor_options};
pub(crate) use revenue::{PROCESSOR_GROUP, check as check_revenue, check_folder};
