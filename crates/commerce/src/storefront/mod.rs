//! What is said of the shop itself on its pages, and which pages there are.

pub mod addresses;
pub mod http;
pub mod settings;
pub(crate) mod store;

#[cfg(test)]
mod tests;
