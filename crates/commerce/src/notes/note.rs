//! A note, and of what there are some.

use kassa_model::Timestamp;
use serde_json::Value;

/// What happened.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum NoteKind {
    /// A product costs something else; `before` and `after`, money.
    PriceChanged,
    /// Nothing of it is left to be sold.
    StockOut,
    /// Something of it can be sold again.
    StockBack,
    /// It has come into the catalogue, or back into it.
    ProductPublished,
    /// It has gone out of the catalogue.
    ProductArchived,
    /// Another version of kassa runs; `version`.
    VersionStarted,
    /// Faults on purpose; `until`.
    ChaosOn,
    /// They ended by hand.
    ChaosOff,
}

impl NoteKind {
    /// All of them.
    pub const ALL: [Self; 8] = [
        Self::PriceChanged,
        Self::StockOut,
        Self::StockBack,
        Self::ProductPublished,
        Self::ProductArchived,
        Self::VersionStarted,
        Self::ChaosOn,
        Self::ChaosOff,
    ];

    /// Its stable name.
    pub const fn name(self) -> &'static str {
        match self {
            Self::PriceChanged => "price_changed",
            Self::StockOut => "stock_out",
            Self::StockBack => "stock_back",
            Self::ProductPublished => "product_published",
            Self::ProductArchived => "product_archived",
            Self::VersionStarted => "version_started",
            Self::ChaosOn => "chaos_on",
            Self::ChaosOff => "chaos_off",
        }
    }
}

/// Something that happened.
#[derive(Debug, Clone, PartialEq)]
pub struct Note {
    /// Its own among all notes.
    pub id: String,
    /// When.
    pub at: Timestamp,
    /// What.
    pub kind: NoteKind,
    /// Of which product.
    pub sku: Option<String>,
    /// Its name today, where the catalogue is in the same database.
    pub name: Option<String>,
    /// An object; its members are those of the kind.
    pub detail: Value,
}
