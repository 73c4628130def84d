//! Random edges of one order without a database: millions are cheap, so that the arithmetic is tried in all its corners.

use kassa_model::Timestamp;

use super::super::edges::{CancelledStock, Change, Edge, IllegalTransition};
use super::super::fulfil::{FulfilAsk, FulfilError};
use super::super::fulfilments::ask::StageAsk;
use super::super::fulfilments::fulfilment::{Fulfilment, Tracking};
use super::super::fulfilments::status::Stage;
use super::super::kind::ChangeKind;
use super::super::lines::{Basket, Item};
use super::super::order::{Customer, Line, Order, Status};
use super::super::payments::ask::PayAsk;
use super::super::payments::payment::Moved;
use super::super::payments::rules::PayError;
use super::super::payments::status::PaymentStatus;
use super::super::refund::{RefundAsk, RefundError, RefundLine};
use crate::testing::{Dice, scaled, seed};
use crate::visit::Context;

const NOW: Timestamp = Timestamp::from_micros(1_795_237_200_000_000);

/// An order and what its events say.
struct Told {
    order: Order,
    revenue: i64,
    units: Vec<(String, i64, i64)>,
    /// Per SKU what is taken out of stock.
    taken: Vec<(String, i64)>,
    /// Per SKU what was handed over.
    out: Vec<(String, i64)>,
    /// The parcels, by their numbers.
    parcels: Vec<Fulfilment>,
    /// What came for it, and what of that went back.
    paid: Option<(i64, i64)>,
}

impl Told {
    fn new(order: Order) -> Self {
        let mut told = Self {
            order: order.clone(),
            revenue: 0,
            units: Vec::new(),
            taken: Vec::new(),
            out: Vec::new(),
            parcels: Vec::new(),
            paid: None,
        };
        told.apply(&order.opened());
        told
    }

    fn apply(&mut self, change: &Change) {
        let lines: i64 = change.lines.iter().map(|line| line.revenue_delta_minor).sum();
        let by_amount = change.refund.as_ref().is_some_and(|refund| refund.lines.is_empty());
        if by_amount {
            assert!(change.lines.is_empty());
        } else {
            assert_eq!(lines, change.revenue_delta_minor, "a change's lines add up to it");
        }
        self.revenue += change.revenue_delta_minor;
        for line in &change.lines {
            match self.units.iter_mut().find(|known| known.0 == line.sku) {
                Some(known) => {
                    known.1 += line.units_delta;
                    known.2 += line.revenue_delta_minor;
                }
                None => self.units.push((line.sku.clone(), line.units_delta, line.revenue_delta_minor)),
            }
        }
        for line in &change.lines {
            let moves_units = matches!(change.kind, ChangeKind::Fulfilled | ChangeKind::Unpacked);
            assert_eq!(line.fulfilled.is_some(), moves_units);
            let units = line.fulfilled.unwrap_or(0);
            match self.out.iter_mut().find(|known| known.0 == line.sku) {
                Some(known) => known.1 += units,
                None => self.out.push((line.sku.clone(), units)),
            }
        }
        if change.kind == ChangeKind::Fulfilled {
            let open = change.after.lines.iter().any(|line| line.open_quantity() > 0);
            assert_eq!(change.after.status == Status::Fulfilled, !open);
        }
        if let Some(parcel) = &change.fulfilment {
            match self.parcels.iter_mut().find(|known| known.number == parcel.number) {
                Some(known) => *known = parcel.clone(),
                None => {
                    let number = i64::try_from(self.parcels.len()).unwrap() + 1;
                    self.parcels.push(Fulfilment { number, ..parcel.clone() });
                }
            }
        }
        match (&change.payment, &mut self.paid) {
            (None, _) => {}
            (Some(Moved::Came(payment)), paid @ None) => *paid = Some((payment.amount_minor, 0)),
            (Some(Moved::WentBack(amount)), Some((_, back))) => *back += amount,
            (moved, paid) => panic!("{moved:?} of {paid:?}"),
        }
        for (lines, sign) in [(&change.deduct, 1), (&change.give_back, -1)] {
            for line in lines {
                match self.taken.iter_mut().find(|known| known.0 == line.sku) {
                    Some(known) => known.1 += sign * line.quantity,
                    None => self.taken.push((line.sku.clone(), sign * line.quantity)),
                }
            }
        }
        self.order = change.after.clone();
        self.check();
    }

    fn check(&self) {
        let order = &self.order;
        assert_eq!(order.total_minor, order.lines.iter().map(Line::total_minor).sum::<i64>());
        assert_eq!(order.refunded_minor, order.lines.iter().map(|line| line.refunded_minor).sum::<i64>());
        assert!((0..=order.total_minor).contains(&order.refunded_minor));
        let gone = order.status == Status::Cancelled;
        assert_eq!(self.revenue, if gone { 0 } else { order.kept_minor() });
        for line in &order.lines {
            assert!((0..=line.total_minor()).contains(&line.refunded_minor));
            assert!((0..=line.quantity).contains(&line.refunded_quantity));
            assert!((0..=line.refunded_quantity).contains(&line.restocked_quantity));
            let units = self.units.iter().find(|known| known.0 == line.sku).map_or(0, |known| known.1);
            assert_eq!(units, if gone { 0 } else { line.kept_quantity() });
            let returned = gone && !order.stock_kept;
            let held = if returned || !line.tracked { 0 } else { line.quantity - line.restocked_quantity };
            assert!((0..=line.quantity).contains(&line.fulfilled_quantity));
            let out = self.out.iter().find(|known| known.0 == line.sku).map_or(0, |known| known.1);
            assert_eq!(line.fulfilled_quantity, out);
            assert_eq!(self.taken.iter().find(|known| known.0 == line.sku).map_or(0, |known| known.1), held);
        }
        for line in &order.lines {
            let live = self.parcels.iter().filter(|parcel| parcel.status != Stage::Cancelled);
            let inside = live.flat_map(|parcel| &parcel.lines).filter(|item| item.sku == line.sku);
            assert_eq!(inside.map(|item| item.quantity).sum::<i64>(), line.fulfilled_quantity);
        }
        let kept = if gone { 0 } else { order.kept_minor() };
        assert_eq!(order.payment_status, self.owed(kept));
        for (sku, units, _) in &self.units {
            assert!(*units == 0 || order.lines.iter().any(|line| line.sku == *sku), "{sku} left the order");
        }
    }
}

impl Told {
    /// What is owed by what came and went.
    fn owed(&self, kept: i64) -> Option<PaymentStatus> {
        let is_open = matches!(self.order.status, Status::Confirmed | Status::Fulfilled);
        match self.paid {
            None if !is_open => None,
            None if self.order.total_minor == 0 => Some(PaymentStatus::Paid),
            None => Some(PaymentStatus::Unpaid),
            Some((came, back)) => {
                assert_eq!(came - back, kept);
                Some(match back {
                    0 => PaymentStatus::Paid,
                    back if back < came => PaymentStatus::PartRefunded,
                    _ => PaymentStatus::Refunded,
                })
            }
        }
    }
}

fn basket(dice: &mut Dice) -> Basket {
    let first = dice.below(4);
    let lines = (0..=dice.below(3)).map(|place| {
        let prices = [0, 1, 333, 9_007_199_254_740_991 / 64];
        Line {
            product_id: Some(place),
            sku: format!("s{}", (first + place) % 5),
            name: "thing".to_owned(),
            variant_title: None,
            category: None,
            unit_price_minor: prices[usize::try_from(dice.below(4)).unwrap()],
            quantity: 1 + dice.below(7),
            tracked: (first + place) % 5 != 0,
            refunded_quantity: 0,
            refunded_minor: 0,
            restocked_quantity: 0,
            fulfilled_quantity: 0,
        }
    });
    Basket::new(lines.collect(), kassa_model::Currency::USD).unwrap()
}

fn order(dice: &mut Dice) -> Order {
    let basket = basket(dice);
    Order {
        number: 1,
        id: "o".to_owned(),
        status: Status::Confirmed,
        revision: 1,
        last_seq: 1,
        currency: basket.currency(),
        total_minor: basket.total_minor(),
        refunded_minor: 0,
        payment_status: Some(PaymentStatus::Unpaid),
        customer: Customer::default(),
        customer_id: None,
        marketing_consent: false,
        note: None,
        source: None,
        scope: "s".to_owned(),
        client_reference: None,
        context: Context::default(),
        fail_reason: None,
        pending_edit: None,
        stock_kept: false,
        created_at: NOW,
        updated_at: NOW,
        lines: basket.lines().to_vec(),
    }
    .owing()
}

fn refund(order: &Order, dice: &mut Dice) -> RefundAsk {
    if dice.below(3) == 0 {
        let most = order.kept_minor().max(1);
        let amount = match dice.below(4) {
            0 => most,
            1 => most + 1,
            _ => 1 + dice.below(most),
        };
        return RefundAsk::Amount(amount);
    }
    let line = |dice: &mut Dice| {
        let place = usize::try_from(dice.below(64)).unwrap() % order.lines.len();
        let (quantity, restock) = (1 + dice.below(4), dice.below(2) == 0);
        RefundLine { sku: order.lines[place].sku.clone(), quantity, restock }
    };
    RefundAsk::Lines((0..=dice.below(2)).map(|_| line(dice)).collect())
}

fn fulfilment(order: &Order, dice: &mut Dice) -> FulfilAsk {
    if dice.below(3) == 0 {
        return FulfilAsk::Rest;
    }
    let place = usize::try_from(dice.below(64)).unwrap() % order.lines.len();
    FulfilAsk::Lines(vec![Item { sku: order.lines[place].sku.clone(), quantity: 1 + dice.below(4) }])
}

/// A step of one of the parcels.
fn step(told: &Told, dice: &mut Dice) -> Option<(Edge, Result<Change, IllegalTransition>)> {
    let place = usize::try_from(dice.below(64)).unwrap();
    let parcel = told.parcels.get(place % told.parcels.len().max(1))?;
    let to = [Stage::Shipped, Stage::Delivered, Stage::Cancelled][place % 3];
    let edge = if to == Stage::Cancelled { Edge::Unpack } else { Edge::Ship };
    let ask = StageAsk { number: parcel.number, to, tracking: Tracking::default() };
    match told.order.bring(parcel, &ask, NOW) {
        Ok(change) => Some((edge, Ok(change))),
        Err(FulfilError::Illegal(illegal)) => Some((edge, Err(illegal))),
        Err(_) => None,
    }
}

fn edge(told: &Told, dice: &mut Dice) -> (Edge, Result<Change, IllegalTransition>) {
    let order = &told.order;
    match dice.below(16) {
        12 => match order.pay(&PayAsk { reference: "r".to_owned(), amount: None }, NOW) {
            Ok(change) => (Edge::Pay, Ok(change)),
            Err(PayError::Illegal(illegal)) => (Edge::Pay, Err(illegal)),
            Err(error) => panic!("{error}"),
        },
        13.. => step(told, dice).unwrap_or_else(|| edge(told, dice)),
        0 => {
            let stock = if dice.below(2) == 0 { CancelledStock::Kept } else { CancelledStock::Returned };
            (Edge::Cancel, order.cancel(stock, NOW))
        }
        1 => match order.fulfil(&fulfilment(order, dice), NOW) {
            Ok(change) => (Edge::Fulfil, Ok(change)),
            Err(FulfilError::Illegal(illegal)) => (Edge::Fulfil, Err(illegal)),
            Err(_) => edge(told, dice),
        },
        2 => (Edge::Confirm, order.confirm(NOW)),
        3 => (Edge::Fail, order.fail("no", NOW)),
        4..7 => (Edge::Edit, order.edit(&basket(dice), NOW)),
        _ => match order.refund(&refund(order, dice), NOW) {
            Ok(change) => (Edge::Refund, Ok(change)),
            Err(RefundError::Illegal(illegal)) => (Edge::Refund, Err(illegal)),
            // More than there is: nothing has changed, and the next dice fall.
            Err(_) => edge(told, dice),
        },
    }
}

#[test]
fn deltas_always_add_up() {
    let (seed, runs) = (seed(), scaled(20_000));
    let mut dice = Dice(seed);
    let (mut done, mut illegal) = (0, 0);
    for _ in 0..runs {
        let mut told = Told::new(order(&mut dice));
        for _ in 0..12 {
            let before = told.order.clone();
            match edge(&told, &mut dice) {
                (edge, Ok(change)) => {
                    assert!(edge.is_legal_from(before.status), "seed {seed}");
                    assert_eq!(change.after.last_seq, before.last_seq + 1);
                    told.apply(&change);
                    done += 1;
                }
                (edge, Err(refused)) => {
                    let touched = matches!(edge, Edge::Edit | Edge::Cancel | Edge::Pay)
                        && matches!(before.status, Status::Confirmed | Status::Fulfilled);
                    assert!(touched || !edge.is_legal_from(before.status), "seed {seed}: {refused}");
                    illegal += 1;
                }
            }
        }
    }
    println!("seed {seed}: {runs} orders, {done} legal and {illegal} illegal edges, all sums right");
}
