//! `kassa stock list|receive|adjust`.

use std::process::ExitCode;

use clap::{Args, Subcommand};
use serde_json::json;

use super::{Column, Listed, Told};
use crate::cli::escape;

/// What to do with stock.
#[derive(Debug, Subcommand)]
pub(crate) enum Stock {
    /// What is on hand, by SKU.
    List {
        #[command(flatten)]
        listed: Listed,
        /// Only what is low.
        #[arg(long)]
        low: bool,
    },
    /// Goods came in.
    Receive(Moved),
    /// Stock was counted and is more or less by so many.
    Adjust(Moved),
}

/// What is moved.
#[derive(Debug, Args)]
pub(crate) struct Moved {
    #[command(flatten)]
    told: Told,
    /// Of which SKU.
    sku: String,
    /// How many; below 0 it is less.
    #[arg(allow_negative_numbers = true)]
    quantity: i64,
}

const COLUMNS: [Column; 7] = [
    ("sku", "sku"),
    ("product", "product.name"),
    ("on hand", "on_hand"),
    ("reserved", "reserved"),
    ("available", "available"),
    ("low at", "low_stock_at"),
    ("low", "low"),
];
/// What is told of a movement, which knows no product.
const MOVED: [Column; 4] =
    [("sku", "sku"), ("on hand", "on_hand"), ("reserved", "reserved"), ("available", "available")];

/// Runs `kassa stock`.
pub(crate) fn stock(action: Stock) -> anyhow::Result<ExitCode> {
    match action {
        Stock::List { listed, low } => {
            listed.print("/v1/inventory", &[("low", low.then_some("true"))], &COLUMNS)
        }
        Stock::Receive(moved) => moved.by("receive"),
        Stock::Adjust(moved) => moved.by("adjust"),
    }
}

impl Moved {
    fn by(&self, how: &str) -> anyhow::Result<ExitCode> {
        let path = format!("/v1/inventory/{}/{how}", escape(&self.sku));
        self.told.change(&path, &json!({"quantity": self.quantity}), &MOVED)
    }
}
