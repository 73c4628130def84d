//! What has become of the orders of a game day: each looked up, its pieces in the ledger of stock, its money in the reports.

use std::collections::BTreeSet;

use anyhow::Context;
use kassa_commerce::Shop;
use kassa_commerce::inventory::LedgerKind;
use kassa_commerce::inventory::store::{by_skus, entered};
use kassa_commerce::orders::store::by_id;
use kassa_commerce::orders::{Order, Status};
use kassa_db::{Error, Tx};
use kassa_eventstore::EventStore;
use kassa_eventstore::audit::MoneySpan;

use super::buyers::Buyers;
use super::told::{Orders, Outcome, Revenue, Units};
use crate::admin::Looked;

/// What is known so far.
#[derive(Debug, Default)]
pub(super) struct Proof {
    orders: Orders,
    units: Units,
    revenue: Revenue,
}

/// Looks at everything as it is now.
pub(super) async fn look(shop: &Shop, store: &dyn EventStore, buyers: &Buyers) -> anyhow::Result<Proof> {
    let db = shop.orders.clone().context("orders are in another process")?;
    let ids: BTreeSet<String> = buyers.orders().into_values().collect();
    let (asked, skus) = (ids.clone(), buyers.skus().to_vec());
    let mut proof = db.read(move |tx| of_orders(tx, &asked, &skus)).await?;
    proof.orders.doubled = buyers.doubled();
    shop.options.currency.code().clone_into(&mut proof.revenue.currency);
    if let (Some(first), Some(last)) = (ids.first(), ids.last()) {
        // What an id begins with comes before it.
        let span = MoneySpan { after: first[..first.len() - 1].to_owned(), until: Some(last.clone()) };
        let rows = store.money(&span).await?;
        let ours = rows.iter().filter(|row| ids.contains(&row.order_id));
        proof.revenue.reports_minor = ours.map(|row| row.revenue_minor).sum();
    }
    Ok(proof)
}

fn of_orders(tx: &mut Tx<'_>, ids: &BTreeSet<String>, skus: &[String]) -> Result<Proof, Error> {
    let mut proof = Proof::default();
    for id in ids {
        match by_id(tx, id)? {
            None => proof.orders.lost += 1,
            Some(order) => proof.add(tx, &order)?,
        }
    }
    let skus: Vec<&str> = skus.iter().map(String::as_str).collect();
    proof.units.oversold = by_skus(tx, &skus)?.iter().filter(|stock| stock.available() < 0).count() as u64;
    Ok(proof)
}

impl Proof {
    fn add(&mut self, tx: &mut Tx<'_>, order: &Order) -> Result<(), Error> {
        match order.status {
            Status::Accepted => self.orders.open += 1,
            Status::Failed => self.orders.failed += 1,
            Status::Confirmed | Status::Cancelled | Status::Fulfilled | Status::Refunded => {
                self.orders.confirmed += 1;
                self.revenue.orders_minor += order.total_minor;
            }
        }
        let is_open = matches!(order.status, Status::Accepted | Status::Failed);
        for line in order.lines.iter().filter(|line| line.tracked) {
            if !is_open {
                self.units.ordered += line.quantity;
            }
            let reference = format!("{}/{}", order.id, order.revision);
            self.units.taken -= entered(tx, &reference, &line.sku, LedgerKind::Deduct)?.unwrap_or(0);
        }
        Ok(())
    }

    /// Whether nothing is under way any more.
    pub(super) fn is_settled(&self) -> bool {
        self.orders.open == 0 && self.revenue.orders_minor == self.revenue.reports_minor
    }

    /// What has come of it, with what an audit says afterwards.
    pub(super) fn outcome(self, books_after: Looked) -> Outcome {
        let Self { orders, units, revenue } = self;
        let ok = books_after.ok
            && (orders.open, orders.lost, orders.doubled, units.oversold) == (0, 0, 0, 0)
            && units.ordered == units.taken
            && revenue.orders_minor == revenue.reports_minor;
        Outcome { ok, orders, units, revenue, books_after }
    }
}
