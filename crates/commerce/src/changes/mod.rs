//! Who changed what, over HTTP: what `act::once` writes into the shop's databases, and what `kassa-access` keeps of its own.

pub mod http;
#[cfg(test)]
mod tests;
