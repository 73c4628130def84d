//! `kassa orders list|show`.

use std::process::ExitCode;

use clap::Subcommand;

use super::{Column, Listed, One};

/// What to do with orders.
#[derive(Debug, Subcommand)]
pub(crate) enum Orders {
    /// The newest, a line each.
    List {
        #[command(flatten)]
        listed: Listed,
        /// Only with this status, such as confirmed.
        #[arg(long)]
        status: Option<String>,
        /// Only those with this in number, name, address or reference.
        #[arg(long)]
        q: Option<String>,
    },
    /// One of them, whole, as JSON.
    Show(One),
}

const COLUMNS: [Column; 8] = [
    ("number", "number"),
    ("created", "created_at"),
    ("status", "status"),
    ("payment", "payment_status"),
    ("total", "total"),
    ("customer", "customer.name"),
    ("e-mail", "customer.email"),
    ("id", "id"),
];

/// Runs `kassa orders`.
pub(crate) fn orders(action: Orders) -> anyhow::Result<ExitCode> {
    match action {
        Orders::List { listed, status, q } => {
            let filters = [("status", status.as_deref()), ("q", q.as_deref())];
            listed.print("/v1/orders", &filters, &COLUMNS)
        }
        Orders::Show(one) => one.print("/v1/orders"),
    }
}
