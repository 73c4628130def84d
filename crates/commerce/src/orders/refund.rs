//! Refunds, by lines or by amount. Every minor unit that goes back belongs to a line in the books, also of a refund by
//! amount (divided by what is left of each line, the remainder by largest fraction, then by position). So the last unit
//! of a line brings back exactly what is left of it, and refunds of all parts add up to the total.

use kassa_model::{Money, Timestamp};
use serde::{Deserialize, Serialize};

use super::edges::{Change, Edge, IllegalTransition, LineDelta};
use super::kind::ChangeKind;
use super::order::{Line, Order, Refund, RefundedLine, Status};
use crate::inventory::StockLine;
use crate::number::integer;

/// What is to be refunded of a product.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct RefundLine {
    /// The line's SKU.
    pub(crate) sku: String,
    /// How many, at least 1.
    #[serde(deserialize_with = "integer")]
    pub(crate) quantity: i64,
    /// Whether they go back into stock.
    #[serde(default)]
    pub(crate) restock: bool,
}

/// What is to be refunded.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum RefundAsk {
    /// Units of lines.
    Lines(Vec<RefundLine>),
    /// An amount in minor units, at least 1.
    Amount(i64),
}

/// Why nothing is refunded.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(crate) enum RefundError {
    /// From here no refund leads anywhere.
    #[error(transparent)]
    Illegal(#[from] IllegalTransition),
    /// The order has no such line.
    #[error("cannot refund {0}: the order has none")]
    NoLine(String),
    /// More units than are left.
    #[error("cannot refund {asked} of {sku}: {left} left")]
    TooMany {
        /// The line's SKU.
        sku: String,
        /// How many were asked for.
        asked: i64,
        /// How many are not refunded.
        left: i64,
    },
    /// More money than is left.
    #[error("cannot refund {asked}: {left} are left")]
    TooMuch {
        /// What was asked for.
        asked: Money,
        /// What is not refunded.
        left: Money,
    },
}

impl Order {
    /// Money back for lines or an amount; the order is refunded once the whole total is.
    pub(crate) fn refund(&self, ask: &RefundAsk, now: Timestamp) -> Result<Change, RefundError> {
        self.require(Edge::Refund)?;
        let mut after = self.next(self.status, now);
        let refunded = match ask {
            RefundAsk::Lines(lines) => after.refund_lines(lines)?,
            RefundAsk::Amount(amount) => after.refund_amount(*amount)?,
        };
        after.refunded_minor += refunded.amount_minor;
        if after.is_whole_total_back() {
            after.status = Status::Refunded;
        }
        let payment = after.money_back(refunded.amount_minor);
        let id = format!("{}/r{}", after.id, after.last_seq);
        let refund = Refund { id, amount_minor: refunded.amount_minor, lines: refunded.lines };
        Ok(Change {
            revenue_delta_minor: -refund.amount_minor,
            lines: refunded.deltas,
            give_back: refunded.give_back,
            refund: Some(refund),
            payment,
            ..Change::plain(ChangeKind::Refunded, after)
        })
    }

    /// An order that cost nothing is refunded with its last unit.
    fn is_whole_total_back(&self) -> bool {
        let all_units = self.lines.iter().all(|line| line.kept_quantity() == 0);
        self.refunded_minor == self.total_minor && (self.total_minor > 0 || all_units)
    }

    fn refund_lines(&mut self, asked: &[RefundLine]) -> Result<Refunded, RefundError> {
        let mut refunded = Refunded::default();
        for ask in asked {
            let found = self.lines.iter_mut().find(|line| line.sku == ask.sku);
            let line = found.ok_or_else(|| RefundError::NoLine(ask.sku.clone()))?;
            let left = line.kept_quantity();
            if ask.quantity < 1 || ask.quantity > left {
                return Err(RefundError::TooMany { sku: ask.sku.clone(), asked: ask.quantity, left });
            }
            refunded.add(line, ask);
        }
        Ok(refunded)
    }

    fn refund_amount(&mut self, amount: i64) -> Result<Refunded, RefundError> {
        let left = self.kept_minor();
        if amount < 1 || amount > left {
            return Err(RefundError::TooMuch { asked: self.money(amount), left: self.money(left) });
        }
        let parts = divide(amount, &self.lines);
        for (line, part) in self.lines.iter_mut().zip(parts) {
            line.refunded_minor += part;
        }
        Ok(Refunded { amount_minor: amount, ..Refunded::default() })
    }
}

/// What a refund comes to.
#[derive(Debug, Default)]
struct Refunded {
    amount_minor: i64,
    lines: Vec<RefundedLine>,
    deltas: Vec<LineDelta>,
    give_back: Vec<StockLine>,
}

impl Refunded {
    fn add(&mut self, line: &mut Line, ask: &RefundLine) {
        let amount_minor = part_of(line, ask.quantity);
        let restocked = ask.restock && line.tracked;
        line.refunded_quantity += ask.quantity;
        line.refunded_minor += amount_minor;
        if restocked {
            line.restocked_quantity += ask.quantity;
            match self.give_back.iter_mut().find(|known| known.sku == line.sku) {
                Some(known) => known.quantity += ask.quantity,
                None => self.give_back.push(StockLine { sku: line.sku.clone(), quantity: ask.quantity }),
            }
        }
        match self.deltas.iter_mut().find(|known| known.sku == line.sku) {
            Some(known) => {
                known.units_delta -= ask.quantity;
                known.revenue_delta_minor -= amount_minor;
            }
            None => self.deltas.push(line.delta(-ask.quantity, -amount_minor)),
        }
        self.amount_minor += amount_minor;
        let (sku, quantity) = (line.sku.clone(), ask.quantity);
        self.lines.push(RefundedLine { sku, quantity, amount_minor, restocked });
    }
}

/// The part of what is left of a line that belongs to `quantity` of its units: the unit price each where no refund by
/// amount has touched it; else evenly, what does not divide going to the first.
fn part_of(line: &Line, quantity: i64) -> i64 {
    let (left, units) = (i128::from(line.kept_minor()), i128::from(line.kept_quantity()));
    let stays = left * (units - i128::from(quantity)) / units.max(1);
    narrow(left - stays)
}

/// Divides `amount` by what is left of each line; the parts add up to it and none exceeds what is left.
fn divide(amount: i64, lines: &[Line]) -> Vec<i64> {
    let left: Vec<i128> = lines.iter().map(|line| i128::from(line.kept_minor())).collect();
    let whole = left.iter().sum::<i128>().max(1);
    let amount = i128::from(amount);
    let mut parts: Vec<i128> = left.iter().map(|left| amount * left / whole).collect();
    let mut by_fraction: Vec<usize> = (0..lines.len()).collect();
    // A stable sort: equal fractions stay in the order of the lines.
    by_fraction.sort_by_key(|place| std::cmp::Reverse(amount * left[*place] % whole));
    let missing = amount - parts.iter().sum::<i128>();
    let missing = usize::try_from(missing).unwrap_or(0);
    for place in by_fraction.into_iter().take(missing) {
        parts[place] += 1;
    }
    parts.into_iter().map(narrow).collect()
}

fn narrow(amount: i128) -> i64 {
    i64::try_from(amount).expect("a part of an amount is no larger than it")
}
