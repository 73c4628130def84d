//! The commands on stock that orders send when stock is not in their own transaction, and their rules.
//!
//! ```json
//! {"ref":"0190…/1","lines":[{"sku":"ps5","quantity":2}]}
//! {"ref":"0190…/2","replaces":"0190…/1","attempt":7,"lines":[{"sku":"ps5","quantity":3}]}
//! {"ref":"0190…/cancel","of":"0190…/2","kind":"release","lines":[{"sku":"ps5","quantity":3}]}
//! {"ref":"0190…/cancel","of":"0190…/2","kind":"kept","lines":[{"sku":"ps5","quantity":3}]}
//! ```
//! A command moves all of its lines or none, once: its reply is recorded under its `ref` and is what every repeat gets,
//! however late it comes. A release of a deduct that never came leaves a tombstone, and that deduct is then refused.

use serde::{Deserialize, Serialize};

use crate::inventory::{Crossing, LedgerKind, QUANTITY_MAX, Refusal, StockLine};

/// Lines of a command.
pub const LINES_MAX: usize = 1_000;
/// Bytes of a `ref`.
pub const REF_BYTES_MAX: usize = 255;
/// Where a [`Deduct`] is sent.
pub const DEDUCT: &str = "/v1/internal/stock/deduct";
/// Where a [`Release`] is sent.
pub const RELEASE: &str = "/v1/internal/stock/release";
/// Where several [`Command`]s are sent, to be done in one transaction and in their order; a [`Reply`] each.
pub const COMMANDS: &str = "/v1/internal/stock/commands";
/// Takes SKUs; what is there of those that have a stock, by SKU.
pub const LEVELS: &str = "/v1/internal/stock/levels";
/// `?ref=`: the ledger's entries of a command, or with a slash at its end of all whose `ref` begins so; may be repeated. Or
/// `?after=`: a page of all entries, with the number of its `last`, after which the next begins.
pub const LEDGER: &str = "/v1/internal/stock/ledger";
/// Entries of a page of the ledger.
pub(super) const LEDGER_PAGE: i64 = 1_000;

/// Takes stock for a revision of an order.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Deduct {
    /// The command's id: `<order>/<revision>`.
    #[serde(rename = "ref")]
    pub reference: String,
    /// The deduct whose lines go back in the same transaction: an edit's old revision.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub replaces: Option<String>,
    /// Raised for every edit that is tried anew under the same `ref`, after one that was refused: a late copy of the
    /// refused one then moves nothing.
    #[serde(default)]
    pub attempt: i64,
    /// What is taken; may be empty when it replaces.
    pub lines: Vec<StockLine>,
}

/// Gives stock back after a cancel or a refund.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Release {
    /// The command's id: the cancel's or the refund's.
    #[serde(rename = "ref")]
    pub reference: String,
    /// The deduct whose stock it is.
    pub of: String,
    /// Why it goes back.
    #[serde(default)]
    pub kind: Back,
    /// What goes back.
    pub lines: Vec<StockLine>,
}

/// Why stock goes back: the kind of its ledger entries.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Back {
    /// The order was cancelled.
    #[default]
    Release,
    /// A refund brought it back.
    Return,
    /// It does not: the order was cancelled and keeps it. The ledger is told, and nothing moves.
    Kept,
}

/// Any command.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "command", rename_all = "snake_case")]
pub enum Command {
    /// Takes stock.
    Deduct(Deduct),
    /// Gives it back.
    Release(Release),
}

/// What a command came to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "outcome", rename_all = "snake_case")]
pub enum Reply {
    /// It was done.
    Moved {
        /// What it brought through its threshold.
        #[serde(default)]
        low: Vec<Crossing>,
    },
    /// Nothing was moved: there is too little.
    Insufficient {
        /// Of which SKU.
        sku: String,
        /// What there is.
        available: i64,
        /// What was asked for.
        requested: i64,
    },
    /// Nothing was moved: no stock is kept of it.
    UnknownSku {
        /// Of what.
        sku: String,
    },
    /// Nothing was moved, and nothing under this `ref` will be: it was released or replaced before it came, or the `ref`
    /// belongs to another command.
    Void {
        /// Which of these, as a sentence.
        why: String,
    },
}

/// A reply, and whether it is a repeated one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Done {
    /// What the command came to.
    pub reply: Reply,
    /// Whether it came to that at an earlier time.
    pub replayed: bool,
}

impl Command {
    /// Its `ref`.
    pub fn reference(&self) -> &str {
        match self {
            Self::Deduct(deduct) => &deduct.reference,
            Self::Release(release) => &release.reference,
        }
    }

    /// Its lines.
    pub fn lines(&self) -> &[StockLine] {
        match self {
            Self::Deduct(deduct) => &deduct.lines,
            Self::Release(release) => &release.lines,
        }
    }

    /// Why it makes no sense, if it does not.
    pub fn flaw(&self) -> Option<String> {
        let others = match self {
            Self::Deduct(deduct) => deduct.replaces.as_deref(),
            Self::Release(release) => Some(release.of.as_str()),
        };
        let bad_name =
            |name: &str| name.is_empty() || name.len() > REF_BYTES_MAX || name.chars().any(char::is_control);
        if bad_name(self.reference()) || others.is_some_and(bad_name) {
            return Some(format!("a ref has 1 to {REF_BYTES_MAX} bytes and no control characters"));
        }
        let may_be_empty = matches!(self, Self::Deduct(Deduct { replaces: Some(_), .. }));
        match self.lines().len() {
            0 if !may_be_empty => return Some("there are no lines".to_owned()),
            count if count > LINES_MAX => return Some(format!("there are at most {LINES_MAX} lines")),
            _ => {}
        }
        let is_bad = |line: &&StockLine| !(1..=QUANTITY_MAX).contains(&line.quantity) || bad_name(&line.sku);
        let bad = self.lines().iter().find(is_bad);
        bad.map(|line| format!("cannot move {} of {:?}", line.quantity, line.sku))
    }
}

/// The kind of the ledger's entries.
impl From<Back> for LedgerKind {
    fn from(back: Back) -> Self {
        match back {
            Back::Release | Back::Kept => Self::Release,
            Back::Return => Self::Return,
        }
    }
}

impl From<Refusal> for Reply {
    fn from(refusal: Refusal) -> Self {
        match refusal {
            Refusal::UnknownSku(sku) => Self::UnknownSku { sku },
            Refusal::Insufficient { sku, available, requested } => {
                Self::Insufficient { sku, available, requested }
            }
        }
    }
}
