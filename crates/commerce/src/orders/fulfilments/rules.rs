//! Parcels made, sent on and taken back. Pure.

use kassa_model::Timestamp;

use super::super::edges::{Change, Edge, LineDelta};
use super::super::fulfil::FulfilError;
use super::super::kind::ChangeKind;
use super::super::lines::Item;
use super::super::order::{Order, Status};
use super::ask::{PackAsk, StageAsk};
use super::fulfilment::Fulfilment;
use super::status::Stage;

impl Order {
    /// Units put into a parcel.
    pub(crate) fn pack(&self, ask: &PackAsk, now: Timestamp) -> Result<Change, FulfilError> {
        let change = self.fulfil_as(&ask.what, (ask.status, ask.tracking.clone()), now)?;
        if change.fulfilment.is_none() { Err(FulfilError::NothingLeft) } else { Ok(change) }
    }

    /// A parcel of the order comes further, or is taken back: then its units are not handed over any more, and an order of which
    /// something is left by that is no longer fulfilled.
    pub(crate) fn bring(
        &self,
        parcel: &Fulfilment,
        ask: &StageAsk,
        now: Timestamp,
    ) -> Result<Change, FulfilError> {
        let (edge, kind) = match ask.to {
            Stage::Packed | Stage::Shipped => (Edge::Ship, ChangeKind::Shipped),
            Stage::Delivered => (Edge::Ship, ChangeKind::Delivered),
            Stage::Cancelled => (Edge::Unpack, ChangeKind::Unpacked),
        };
        self.require(edge)?;
        if !ask.leads_from(parcel.status) {
            return Err(FulfilError::Stage { number: parcel.number, from: parcel.status, to: ask.to });
        }
        let mut after = self.next(self.status, now);
        let lines = match ask.to {
            Stage::Cancelled => after.take_back(&parcel.lines)?,
            _ => Vec::new(),
        };
        let mut parcel = Fulfilment {
            status: ask.to,
            tracking: ask.tracking.clone().or(&parcel.tracking),
            ..parcel.clone()
        };
        match ask.to {
            Stage::Shipped => parcel.shipped_at = parcel.shipped_at.or(Some(now)),
            Stage::Delivered => parcel.delivered_at = Some(now),
            Stage::Packed | Stage::Cancelled => {}
        }
        Ok(Change { lines, fulfilment: Some(parcel), ..Change::plain(kind, after) })
    }

    fn take_back(&mut self, items: &[Item]) -> Result<Vec<LineDelta>, FulfilError> {
        let mut deltas = Vec::new();
        for item in items {
            let found = self.lines.iter_mut().find(|line| line.sku == item.sku);
            let line = found.ok_or_else(|| FulfilError::NoLine(item.sku.clone()))?;
            deltas.push(line.hand_over(-item.quantity));
        }
        if self.status == Status::Fulfilled && self.lines.iter().any(|line| line.open_quantity() > 0) {
            self.status = Status::Confirmed;
        }
        Ok(deltas)
    }
}

impl StageAsk {
    /// Whether a parcel that stands there goes on so. One that is on its way may get other words about where it is.
    fn leads_from(&self, from: Stage) -> bool {
        match (from, self.to) {
            (Stage::Packed, Stage::Shipped | Stage::Cancelled)
            | (Stage::Shipped, Stage::Delivered | Stage::Cancelled) => true,
            (Stage::Shipped, Stage::Shipped) => !self.tracking.is_empty(),
            _ => false,
        }
    }
}
