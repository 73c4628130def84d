//! What must be true of one order, pure: its lines add up, its events lead to what it is, its stock is what it holds.

use std::collections::BTreeMap;

use super::paid::{self, PaymentRow};
use super::parcels::{self, Parcels};
use super::store::{EventRow, LineRow, OrderRow, RefundRow};
use crate::orders::{LineDelta, Status};
use crate::transport::store::Entry;

/// All that belongs to an order, but for stock.
#[derive(Debug, Clone)]
pub(super) struct Whole {
    pub(super) order: OrderRow,
    pub(super) lines: Vec<LineRow>,
    pub(super) events: Vec<EventRow>,
    pub(super) refunds: Vec<RefundRow>,
    pub(super) parcels: Parcels,
    pub(super) payments: Vec<PaymentRow>,
}

/// Whether an order in this status holds stock and money.
pub(super) fn is_live(status: &str) -> bool {
    matches!(status, "confirmed" | "fulfilled" | "refunded")
}

/// What is wrong with an order, its lines, events, refunds, fulfilments and payment; nothing if they agree.
pub(super) fn flaws(whole: &Whole) -> Vec<String> {
    let mut flaws = Vec::new();
    add_up(whole, &mut flaws);
    replay(whole, &mut flaws);
    let Whole { order, lines, events, parcels, payments, .. } = whole;
    parcels::flaws(order, (lines, events), parcels, &mut flaws);
    paid::flaws(order, events, payments, &mut flaws);
    flaws
}

fn add_up(Whole { order, lines, refunds, .. }: &Whole, flaws: &mut Vec<String>) {
    if lines.is_empty() {
        flaws.push("it has no line".to_owned());
    }
    let total = |line: &LineRow| i128::from(line.unit_price_minor) * i128::from(line.quantity);
    let sum: i128 = lines.iter().map(total).sum();
    if sum != i128::from(order.total_minor) {
        flaws.push(format!("its total is {} and its lines add up to {sum}", order.total_minor));
    }
    let back: i128 = lines.iter().map(|line| i128::from(line.refunded_minor)).sum();
    if back != i128::from(order.refunded_minor) {
        flaws.push(format!("{} is refunded, of its lines {back}", order.refunded_minor));
    }
    let refunded: i128 = refunds.iter().map(|refund| i128::from(refund.amount_minor)).sum();
    if refunded != i128::from(order.refunded_minor) {
        flaws.push(format!("{} is refunded, and its refunds add up to {refunded}", order.refunded_minor));
    }
    for line in lines {
        if i128::from(line.refunded_minor) > total(line) {
            flaws.push(format!("more is refunded of {} than it cost", line.sku));
        }
    }
}

/// Where a replay stands.
#[derive(Default)]
struct Replay {
    status: Option<Status>,
    revenue: i128,
    units: BTreeMap<String, i64>,
    /// Per SKU what was handed over line by line.
    fulfilled: BTreeMap<String, i64>,
    /// Whether it was handed over as a whole, as an event without lines says: before lines were told apart.
    is_fulfilled_whole: bool,
    edits: i64,
    refunds: usize,
}

fn replay(whole: &Whole, flaws: &mut Vec<String>) {
    let Whole { order, events, .. } = whole;
    let mut replay = Replay::default();
    for (seq, event) in (1_i64..).zip(events) {
        if event.seq != seq {
            flaws.push(format!("its event {seq} is missing: the next one is {}", event.seq));
            return;
        }
        if let Err(flaw) = replay.step(event, order) {
            flaws.push(format!("event {seq}, {}: {flaw}", event.kind));
            return;
        }
    }
    let count = i64::try_from(events.len()).unwrap_or(i64::MAX);
    if order.last_seq != count {
        flaws.push(format!("it has seen {} events and {count} are written", order.last_seq));
    }
    if replay.status.map(Status::name) != Some(order.status.as_str()) {
        let replayed = replay.status.map_or("nothing", Status::name);
        flaws.push(format!("it is {} and its events lead to {replayed}", order.status));
        return;
    }
    end_of_replay(&replay, whole, flaws);
}

fn end_of_replay(replay: &Replay, Whole { order, lines, refunds, .. }: &Whole, flaws: &mut Vec<String>) {
    if order.revision != replay.edits + 1 {
        flaws.push(format!("it is revision {} after {} edits", order.revision, replay.edits));
    }
    if refunds.len() != replay.refunds {
        flaws.push(format!("it has {} refunds and {} events of them", refunds.len(), replay.refunds));
    }
    let live = is_live(&order.status);
    let kept = if live { i128::from(order.total_minor) - i128::from(order.refunded_minor) } else { 0 };
    if replay.revenue != kept {
        flaws.push(format!("{kept} of it is kept, and its events add up to {}", replay.revenue));
    }
    let mut units: BTreeMap<&str, i64> = BTreeMap::new();
    for line in lines.iter().filter(|_| live) {
        *units.entry(&line.sku).or_default() += line.quantity - line.refunded_quantity;
    }
    for (sku, replayed) in &replay.units {
        let kept = units.remove(sku.as_str()).unwrap_or(0);
        if kept != *replayed {
            flaws.push(format!("{kept} of {sku} are kept, and its events add up to {replayed}"));
        }
    }
    for (sku, kept) in units.into_iter().filter(|(_, kept)| *kept != 0) {
        flaws.push(format!("{kept} of {sku} are kept, and its events know none"));
    }
    for line in lines {
        let told = match replay.is_fulfilled_whole {
            true => line.quantity,
            false => replay.fulfilled.get(&line.sku).copied().unwrap_or(0),
        };
        if line.fulfilled_quantity != told {
            let (sku, units) = (&line.sku, line.fulfilled_quantity);
            flaws.push(format!("{units} of {sku} are fulfilled, and its events add up to {told}"));
        }
    }
}

impl Replay {
    fn step(&mut self, event: &EventRow, order: &OrderRow) -> Result<(), String> {
        let to: Status = event.status.parse().map_err(|error| format!("{error}"))?;
        let delta = i128::from(event.revenue_delta_minor);
        let moves = self.moves(&event.kind, to, delta)?;
        if event.currency != order.currency {
            return Err(format!("its currency is {}, the order's {}", event.currency, order.currency));
        }
        let lines: Vec<LineDelta> = serde_json::from_str(&event.lines)
            .map_err(|error| format!("its lines cannot be read: {error}"))?;
        let of_lines: i128 = lines.iter().map(|line| i128::from(line.revenue_delta_minor)).sum();
        let by_amount = event.kind == "OrderRefunded" && lines.is_empty();
        if of_lines != delta && !by_amount {
            return Err(format!("it moves {delta}, and its lines {of_lines}"));
        }
        let is_back = event.kind == "OrderFulfilmentCancelled";
        let is_fulfilment = event.kind == "OrderFulfilled" || is_back;
        let units = |line: &LineDelta| line.units_delta != 0 || (line.fulfilled.is_some() != is_fulfilment);
        if !moves && (delta != 0 || lines.iter().any(units)) {
            return Err(format!("it moves {delta}, and should move nothing"));
        }
        match (is_fulfilment, is_back) {
            (_, true) => self.take_back(&lines, to)?,
            (true, false) => self.hand_over(&lines, to)?,
            (false, false) => {}
        }
        for line in lines {
            *self.units.entry(line.sku).or_default() += line.units_delta;
        }
        self.revenue += delta;
        if event.kind == "OrderRefunded" {
            match (to == Status::Refunded, self.revenue) {
                (true, 0) => {}
                (true, kept) => return Err(format!("it makes the order refunded, with {kept} kept")),
                (false, 0) if delta < 0 => return Err(format!("all is back, and it leaves the order {to}")),
                (false, _) => {}
            }
        }
        self.status = Some(to);
        Ok(())
    }

    /// Units handed over: the order is fulfilled with the last one that is kept, and not before.
    fn hand_over(&mut self, lines: &[LineDelta], to: Status) -> Result<(), String> {
        if lines.is_empty() {
            self.is_fulfilled_whole = true;
            return if to == Status::Fulfilled { Ok(()) } else { Err("it hands nothing over".to_owned()) };
        }
        for line in lines {
            *self.fulfilled.entry(line.sku.clone()).or_default() += line.fulfilled.unwrap_or(0);
        }
        match (self.is_some_left(), to) {
            (true, Status::Fulfilled) => Err("it makes the order fulfilled, and some is left".to_owned()),
            (false, Status::Confirmed) => {
                Err("all is handed over, and it leaves the order confirmed".to_owned())
            }
            _ => Ok(()),
        }
    }

    /// Units taken back: an order of which some are left by that is fulfilled no longer.
    fn take_back(&mut self, lines: &[LineDelta], to: Status) -> Result<(), String> {
        for line in lines {
            let units = self.fulfilled.entry(line.sku.clone()).or_default();
            *units += line.fulfilled.unwrap_or(0);
            if *units < 0 {
                return Err(format!("it takes back more of {} than was handed over", line.sku));
            }
        }
        match (self.status, self.is_some_left(), to) {
            (_, true, Status::Fulfilled) => Err("some is left, and it leaves the order fulfilled".to_owned()),
            (Some(Status::Fulfilled), false, Status::Confirmed) => {
                Err("nothing is left, and it leaves the order confirmed".to_owned())
            }
            _ => Ok(()),
        }
    }

    /// Whether something that is kept has not been handed over.
    fn is_some_left(&self) -> bool {
        let left = |(sku, kept): (&String, &i64)| *kept > self.fulfilled.get(sku).copied().unwrap_or(0);
        self.units.iter().any(left)
    }

    /// Whether anything has been handed over and not taken back.
    fn is_begun(&self) -> bool {
        self.fulfilled.values().any(|units| *units > 0)
    }

    /// Whether this edge moves money; an error if it is none.
    fn moves(&mut self, kind: &str, to: Status, delta: i128) -> Result<bool, String> {
        use Status::{Accepted, Cancelled, Confirmed, Failed, Fulfilled, Refunded};
        let moves = match (self.status, kind, to) {
            (None, "OrderAccepted", Accepted)
            | (None | Some(Accepted), "OrderFailed", Failed)
            | (Some(Confirmed), "OrderFulfilled", Confirmed | Fulfilled) => false,
            (None | Some(Accepted), "OrderConfirmed", Confirmed) if delta >= 0 => true,
            (Some(from @ (Confirmed | Fulfilled)), "OrderPaid", to) if to == from => false,
            (Some(from @ (Confirmed | Fulfilled | Refunded)), "OrderShipped" | "OrderDelivered", to)
                if to == from =>
            {
                false
            }
            (Some(from @ (Confirmed | Fulfilled | Refunded)), "OrderFulfilmentCancelled", to)
                if to == from || (from, to) == (Fulfilled, Confirmed) =>
            {
                false
            }
            (Some(from @ (Confirmed | Fulfilled)), "OrderAmended", to) if to == from => false,
            (Some(from), "OrderNoted", to) if to == from && from != Accepted => false,
            (Some(Confirmed), "OrderEdited", Confirmed) if self.refunds == 0 && !self.is_begun() => {
                self.edits += 1;
                true
            }
            (Some(Confirmed), "OrderCancelled", Cancelled) if delta == -self.revenue && !self.is_begun() => {
                true
            }
            (Some(from @ (Confirmed | Fulfilled)), "OrderRefunded", to)
                if delta <= 0 && (to == from || to == Refunded) =>
            {
                self.refunds += 1;
                true
            }
            _ => {
                let from = self.status.map_or("nothing", Status::name);
                return Err(format!("no legal edge leads from {from} to {to} by {delta}"));
            }
        };
        Ok(moves)
    }
}

/// Where the ledger and an order disagree; nothing if they agree. `entries` are all of the order's.
pub(super) fn stock_flaws(order: &OrderRow, lines: &[LineRow], entries: &[Entry]) -> Vec<String> {
    let mut nets: BTreeMap<&str, i128> = BTreeMap::new();
    for entry in entries {
        *nets.entry(&entry.sku).or_default() -= i128::from(entry.quantity);
    }
    let mut flaws = Vec::new();
    if order.revision == 1 {
        for line in lines.iter().filter(|line| !line.tracked && nets.contains_key(line.sku.as_str())) {
            flaws.push(format!("{} is not tracked, and the ledger has entries of it", line.sku));
        }
    }
    let mut held: BTreeMap<&str, i128> = BTreeMap::new();
    for line in lines.iter().filter(|line| line.tracked && (is_live(&order.status) || order.stock_kept)) {
        *held.entry(&line.sku).or_default() += i128::from(line.quantity - line.restocked_quantity);
    }
    for (sku, net) in nets {
        let held = held.remove(sku).unwrap_or(0);
        if net != held {
            flaws.push(format!("it is {} and holds {held} of {sku}; it took {net}", order.status));
        }
    }
    for (sku, held) in held.into_iter().filter(|(_, held)| *held != 0) {
        flaws.push(format!("it is {} and holds {held} of {sku}; it took none", order.status));
    }
    flaws.extend(untold(order, lines, entries));
    flaws
}

/// What a cancelled order kept, and the ledger was not told of.
fn untold(order: &OrderRow, lines: &[LineRow], entries: &[Entry]) -> Vec<String> {
    let kept = lines
        .iter()
        .filter(|line| order.stock_kept && line.tracked && line.quantity > line.restocked_quantity);
    let is_told = |sku: &str| {
        let mut of_sku = entries.iter().filter(|entry| entry.sku == sku && entry.kind == "release");
        of_sku.any(|entry| entry.quantity == 0)
    };
    let untold = kept.filter(|line| !is_told(&line.sku));
    untold.map(|line| format!("it kept {}, and the ledger does not say so", line.sku)).collect()
}
