//! Orders whose stock is in another database or process, the *two-step* way: the order commits as accepted with a row of work;
//! then its command is sent while no transaction is open ([`flow`]), and the reply decides the order in a second one
//! ([`accepted`]). What stays undecided is the [`drain`]'s, which sends the same command until its reply is known.

pub(crate) mod accepted;
pub mod drain;
pub(crate) mod edit;
pub(crate) mod flow;
mod groups;
