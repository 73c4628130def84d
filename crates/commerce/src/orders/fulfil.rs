//! Handing over, line by line: a line knows how many of its units have gone out, and the order is fulfilled when none that
//! is kept (ordered and not refunded) is left. Moves neither money nor stock.

use kassa_model::Timestamp;
use serde::Serialize;

use super::edges::{Change, Edge, IllegalTransition, LineDelta};
use super::fulfilments::fulfilment::{Fulfilment, Tracking};
use super::fulfilments::status::{FulfilmentStatus, Stage};
use super::kind::ChangeKind;
use super::lines::Item;
use super::order::{Line, Order, Status};

/// What is handed over.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
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
    /// All that is kept has been handed over.
    #[error("cannot fulfil: nothing is left")]
    NothingLeft,
    /// The order has no such fulfilment.
    #[error("the order has no fulfilment {0}")]
    NoFulfilment(i64),
    /// From here the fulfilment does not come there.
    #[error("cannot make fulfilment {number} {to}: it is {from}")]
    Stage {
        /// Its number.
        number: i64,
        /// Where it stands.
        from: Stage,
        /// Where it was to go.
        to: Stage,
    },
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
    /// Units handed over to a carrier. Of a line with refunds the shop says which units those were: up to all that were ordered
    /// can be handed over, and what is left by itself is what was not refunded.
    pub(crate) fn fulfil(&self, ask: &FulfilAsk, now: Timestamp) -> Result<Change, FulfilError> {
        self.fulfil_as(ask, (Stage::Shipped, Tracking::default()), now)
    }

    /// Units put into a parcel. Where no line has any left there is none, and the order is fulfilled all the same.
    pub(super) fn fulfil_as(
        &self,
        ask: &FulfilAsk,
        (status, tracking): (Stage, Tracking),
        now: Timestamp,
    ) -> Result<Change, FulfilError> {
        self.require(Edge::Fulfil)?;
        let mut after = self.next(self.status, now);
        let lines = match ask {
            FulfilAsk::Rest => after.lines.iter_mut().map(Line::hand_over_rest).collect(),
            FulfilAsk::Lines(items) => after.hand_over(items)?,
        };
        if after.lines.iter().all(|line| line.open_quantity() == 0) {
            after.status = Status::Fulfilled;
        }
        let fulfilment = Fulfilment {
            number: 0,
            seq: after.last_seq,
            status,
            tracking,
            lines: units_of(&lines),
            created_at: now,
            shipped_at: (status == Stage::Shipped).then_some(now),
            delivered_at: None,
        };
        let fulfilment = Some(fulfilment).filter(|fulfilment| !fulfilment.lines.is_empty());
        Ok(Change { lines, fulfilment, ..Change::plain(ChangeKind::Fulfilled, after) })
    }

    /// How much of it has left; what is refunded need not.
    pub fn fulfilment_status(&self) -> FulfilmentStatus {
        let has_left = self.lines.iter().any(|line| line.fulfilled_quantity > 0);
        let is_open = self.lines.iter().any(|line| line.open_quantity() > 0);
        match (has_left, is_open) {
            (false, _) => FulfilmentStatus::Unfulfilled,
            (true, true) => FulfilmentStatus::Partial,
            (true, false) => FulfilmentStatus::Fulfilled,
        }
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

/// What was handed over of which SKUs.
fn units_of(lines: &[LineDelta]) -> Vec<Item> {
    let units =
        lines.iter().map(|line| Item { sku: line.sku.clone(), quantity: line.fulfilled.unwrap_or(0) });
    units.filter(|item| item.quantity > 0).collect()
}

impl Line {
    /// How many are kept and not handed over.
    pub(crate) fn open_quantity(&self) -> i64 {
        (self.kept_quantity() - self.fulfilled_quantity).max(0)
    }

    /// So many more handed over, or fewer where `units` is negative.
    pub(super) fn hand_over(&mut self, units: i64) -> LineDelta {
        self.fulfilled_quantity += units;
        LineDelta { fulfilled: Some(units), ..self.delta(0, 0) }
    }

    fn hand_over_rest(&mut self) -> LineDelta {
        self.hand_over(self.open_quantity())
    }
}
