//! What the commands take.

use std::path::PathBuf;

use clap::{Args, Subcommand, ValueEnum};

use crate::cli::admin_access::Needs;
use crate::cli::common::Common;

/// Of what the file is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Noun {
    Products,
    Customers,
    Orders,
    Events,
}

impl Noun {
    /// As the admin API has it.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Products => "products",
            Self::Customers => "customers",
            Self::Orders => "orders",
            Self::Events => "events",
        }
    }

    /// What is needed of the data folder.
    pub(crate) fn needs(self) -> Needs {
        let has_events = self == Self::Events;
        Needs { log: has_events, store: has_events, shop: true }
    }
}

/// What to do.
#[derive(Debug, Subcommand)]
pub(crate) enum Action {
    /// Bring a file in. Called again with the same file it goes on where it ended, or does nothing.
    Import {
        #[command(flatten)]
        common: Common,
        #[command(flatten)]
        ask: ImportAsk,
    },
    /// Write a file.
    Export {
        #[command(flatten)]
        common: Common,
        #[command(flatten)]
        ask: ExportAsk,
    },
}

/// What to bring in.
#[derive(Debug, Args)]
pub(crate) struct ImportAsk {
    /// The file; `-` is standard input.
    #[arg(value_name = "FILE", required_unless_present_any = ["undo", "url"])]
    pub(crate) file: Option<PathBuf>,
    /// What the file is; without it, by its name and first line.
    #[arg(long, value_enum, value_name = "FORMAT")]
    pub(crate) from: Option<From>,
    /// The database of system a, b, d or e, instead of a file; it is only read.
    #[arg(long, value_name = "POSTGRES_URL", requires = "from", conflicts_with = "file")]
    pub(crate) url: Option<String>,
    /// Say what would come of it, and change nothing.
    #[arg(long)]
    pub(crate) dry_run: bool,
    /// Take all lines once more of a file that was brought in; only of products and customers.
    #[arg(long)]
    pub(crate) again: bool,
    /// Where to write the lines that were refused, and why: CSV.
    #[arg(long, value_name = "FILE")]
    pub(crate) errors: Option<PathBuf>,
    /// Take back what a batch has made, by its id.
    #[arg(long, value_name = "BATCH", conflicts_with_all = ["file", "url", "from", "dry_run", "again", "errors"])]
    pub(crate) undo: Option<String>,
}

/// What to write.
#[derive(Debug, Args)]
pub(crate) struct ExportAsk {
    /// The file, which must not be there; `-` is standard output.
    #[arg(value_name = "FILE", default_value = "-")]
    pub(crate) file: PathBuf,
    /// Of which site, for events [default: shop.site].
    #[arg(long, value_name = "SITE")]
    pub(crate) site: Option<String>,
    /// How to write it; without it, by the file's name, else JSON Lines.
    #[arg(long = "as", value_enum, value_name = "FORMAT")]
    pub(crate) format: Option<To>,
}

/// What a file is that comes in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum From {
    /// kassa's own CSV.
    Csv,
    /// A JSON object a line.
    Jsonl,
    /// Shopify's CSV of products or orders.
    Shopify,
    /// WooCommerce's CSV of products or orders.
    Woocommerce,
    /// Plausible's CSV export: a zip of daily totals.
    Plausible,
    /// Umami's table website_event as CSV.
    Umami,
    /// GA4's export to BigQuery as JSON Lines.
    Ga4,
    /// What mongoexport writes of system C's products or orders.
    Mongo,
    /// Matomo's visits log as JSON.
    Matomo,
    /// Parquet as kassa writes it, of events.
    Parquet,
    /// System A's database: games and orders.
    A,
    /// System B's database: events.
    B,
    /// System D's databases: stock and orders.
    D,
    /// System E's database: events.
    E,
}

/// How a file is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum To {
    /// CSV, safe to open in a spreadsheet.
    Csv,
    /// A JSON object a line.
    Jsonl,
    /// Parquet, of events.
    Parquet,
}
