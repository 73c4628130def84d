//! Carts, which browsers keep: what one costs now, and what has changed since it was filled. Nothing of a cart is kept here.

mod ask;
mod goods;
pub mod http;
mod priced;

#[cfg(test)]
mod tests;
