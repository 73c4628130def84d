//! Invariant 2 where stock has a database of its own: order by order, through the ledger's entries of its commands; then
//! the whole ledger, page by page, for entries of no order.

use std::time::{Duration, Instant};

use kassa_db::{Db, Error};

use super::books::{is_under_way, stray_entry};
use super::report::{Invariant, Unread};
use super::rules;
use super::sorted::Owned;
use super::store::{self, LedgerRow, LineRow, OrderRow, WorkRow};
use super::terms::{Step, Terms};
use crate::shop::Shop;
use crate::transport::store::Entry;

/// Orders of one question.
const ORDERS: usize = 100;
/// Between two looks at an order that differs.
const AGAIN: Duration = Duration::from_millis(250);

/// An order with its lines and what is under way.
struct Booked {
    order: OrderRow,
    lines: Vec<LineRow>,
    work: Vec<WorkRow>,
}

/// The judging of a whole ledger.
struct Judging<'a> {
    shop: &'a Shop,
    db: &'a Db,
    terms: &'a Terms,
    two: Invariant,
    /// What is left of the time that orders which differ are looked at again for.
    patience: Duration,
}

/// Judges every order against the ledger.
pub(super) async fn judge(shop: &Shop, db: &Db, terms: &Terms) -> Result<Invariant, Unread> {
    let mut judging = Judging { shop, db, terms, two: Invariant::new(2), patience: terms.options.patience };
    let mut last: Option<OrderRow> = None;
    loop {
        let after = last.take();
        let page = db.read(move |tx| store::orders(tx, after.as_ref())).await?;
        if page.is_empty() {
            judging.judge_strays().await?;
            return Ok(judging.two);
        }
        last = page.last().cloned();
        for some in page.chunks(ORDERS) {
            judging.two.checked += some.len() as u64;
            judging.judge_some(some.iter().map(|order| order.id.clone()).collect()).await?;
            terms.tell(Step::Orders, judging.two.checked, None);
        }
    }
}

fn unread(why: String) -> Unread {
    Unread::Elsewhere(format!("the ledger cannot be read: {why}"))
}

impl Judging<'_> {
    /// Looks through the whole ledger for stock that was taken for orders that there are not. An order is there before anything
    /// is taken for it, so what is read of it afterwards is final.
    async fn judge_strays(&mut self) -> Result<(), Unread> {
        let (mut after, mut read) = (i64::MIN, 0);
        loop {
            let (entries, last) = self.shop.stock.ledger_after(after).await.map_err(unread)?;
            let Some(last) = last else { return Ok(()) };
            after = last;
            read += entries.len() as u64;
            let taken = entries.into_iter().filter(|entry| entry.kind == "deduct");
            let taken: Vec<LedgerRow> = taken.map(|entry| LedgerRow { entry, id: 0 }).collect();
            let strays = self.db.read(move |tx| {
                let mut strays = Vec::new();
                for row in &taken {
                    if let Some(order) = row.owner().filter(|order| !order.is_empty())
                        && !store::is_order(tx, order)?
                    {
                        strays.push(row.clone());
                    }
                }
                Ok::<_, Error>(strays)
            });
            strays.await?.iter().for_each(|row| stray_entry(row, &mut self.two));
            self.terms.tell(Step::Stock, read, None);
        }
    }

    /// Judges these orders, and those that differ again, as long as the patience of the whole audit lasts.
    async fn judge_some(&mut self, mut ids: Vec<String>) -> Result<(), Unread> {
        loop {
            let begun = Instant::now();
            let wrong = self.look(&ids).await?;
            if wrong.is_empty() {
                return Ok(());
            }
            if self.patience.is_zero() {
                wrong.into_iter().for_each(|(order, flaw)| self.two.violated(order, flaw));
                return Ok(());
            }
            ids = wrong.into_iter().map(|(order, _)| order).collect();
            ids.dedup();
            tokio::time::sleep(AGAIN).await;
            self.patience = self.patience.saturating_sub(begun.elapsed());
        }
    }

    /// What is wrong with which of these orders now.
    async fn look(&mut self, ids: &[String]) -> Result<Vec<(String, String)>, Unread> {
        let asked = ids.to_vec();
        let booked = self.db.read(move |tx| asked.iter().filter_map(|id| read(tx, id).transpose()).collect());
        let booked: Vec<Booked> = booked.await?;
        let references: Vec<String> = ids.iter().map(|id| format!("{id}/")).collect();
        let entries = self.shop.stock.ledger(&references).await.map_err(unread)?;
        let mut wrong = Vec::new();
        for Booked { order, lines, work } in booked {
            let begin = format!("{}/", order.id);
            let own: Vec<Entry> =
                entries.iter().filter(|entry| entry.reference.starts_with(&begin)).cloned().collect();
            let flaws = rules::stock_flaws(&order, &lines, &own);
            if !flaws.is_empty() && is_under_way(&order, &work, self.terms) {
                self.two.pending += 1;
                continue;
            }
            wrong.extend(flaws.into_iter().map(|flaw| (order.id.clone(), flaw)));
        }
        Ok(wrong)
    }
}

fn read(tx: &mut kassa_db::Tx<'_>, id: &str) -> Result<Option<Booked>, Error> {
    let Some(order) = store::order_by_id(tx, id)? else { return Ok(None) };
    Ok(Some(Booked { order, lines: store::lines_of(tx, id)?, work: store::work_of(tx, id)? }))
}
