//! The dialects as their clients see them: golden answers, bad input, access, crowds and faults.

mod a_games;
mod access;
mod bad_input;
mod c_notify;
mod c_products;
mod d_inventory;
mod d_orders;
mod examples;
mod faults;
mod split;
mod support;
