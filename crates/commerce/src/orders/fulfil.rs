//! Handing over, line by line: a line knows how many of its units have gone out, and the order is fulfilled when none that
//! is kept (ordered and not refunded) is left. Moves neither money nor stock.

use kassa_model::Timestamp;

use super::edges::{Change, ChangeKind, Edge, IllegalTransition, LineDelta};
use super::lines::Item;
use super::order::{Line, Order, Status};

/// What is handed over.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum FulfilAsk {
    /// All that is left.
    Rest,
    /// So many of these lines; at least one line, at least 1 of each.
    Lines(Vec<Item>),
}

/// Why nothing is handed over.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(crate) enum FulfilError {
    /// From here no fulfilment leads anywhere.
    #[error(transparent)]
    Illegal(#[from] IllegalTransition),
    /// The order has no such line.
    #[error("cannot fulfil {0}: the order has none")]
    NoLine(String),
    /// More units than are left.
    #[error("cannot fulfil {asked} of {sku}: {left} left")]
    TooMany {
        /// The line's SKU.
        sku: String,
        /// How many were asked for.
        asked: i64,
        /// How many have not been handed over.
        left: i64,
    },
}

impl Order {
    /// Units handed over. Of a line with refunds the shop says which units those were: up to all that were ordered can be
    /// handed over, and what is left by itself is what was not refunded.
    pub(crate) fn fulfil(&self, ask: &FulfilAsk, now: Timestamp) -> Result<Change, FulfilError> {
        self.require(Edge::Fulfil)?;
        let mut after = self.next(self.status, now);
        let lines = match ask {
            FulfilAsk::Rest => after.lines.iter_mut().map(Line::hand_over_rest).collect(),
            FulfilAsk::Lines(items) => after.hand_over(items)?,
        };
        if after.lines.iter().all(|line| line.open_quantity() == 0) {
            after.status = Status::Fulfilled;
        }
        Ok(Change { lines, ..Change::plain(ChangeKind::Fulfilled, after) })
    }

    fn hand_over(&mut self, items: &[Item]) -> Result<Vec<LineDelta>, FulfilError> {
        let mut deltas: Vec<LineDelta> = Vec::new();
        for item in items {
            let found = self.lines.iter_mut().find(|line| line.sku == item.sku);
            let line = found.ok_or_else(|| FulfilError::NoLine(item.sku.clone()))?;
            let left = line.quantity - line.fulfilled_quantity;
            if item.quantity < 1 || item.quantity > left {
                return Err(FulfilError::TooMany { sku: item.sku.clone(), asked: item.quantity, left });
            }
            let delta = line.hand_over(item.quantity);
            match deltas.iter_mut().find(|known| known.sku == item.sku) {
                Some(known) => known.fulfilled = known.fulfilled.map(|units| units + item.quantity),
                None => deltas.push(delta),
            }
        }
        Ok(deltas)
    }
}

impl Line {
    /// How many are kept and not handed over.
    pub(crate) fn open_quantity(&self) -> i64 {
        (self.kept_quantity() - self.fulfilled_quantity).max(0)
    }

    fn hand_over(&mut self, units: i64) -> LineDelta {
        self.fulfilled_quantity += units;
        LineDelta { fulfilled: Some(units), ..self.delta(0, 0) }
    }

    fn hand_over_rest(&mut self) -> LineDelta {
        self.hand_over(self.open_quantity())
    }
}
