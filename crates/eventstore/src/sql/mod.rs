//! Queries as SQL text with bound parameters: nothing of the input ever becomes text. What engines write differently is
//! their [`dialect::Dialect`]'s; no other file here has a word of one engine alone.

pub(crate) mod attempts;
mod channel;
mod channels;
pub(crate) mod dialect;
pub(crate) mod digest;
pub(crate) mod events;
mod field;
mod filter;
pub(crate) mod funnel;
pub(crate) mod goods;
mod measure;
mod money;
pub(crate) mod order_visits;
mod parts;
pub(crate) mod paths;
pub(crate) mod report;
pub(crate) mod retention;
mod rules;
mod scope;
pub(crate) mod searches;
pub(crate) mod shared;
pub(crate) mod statement;
#[cfg(test)]
mod tests;
mod time;
pub(crate) mod trail;
pub(crate) mod visits;
