//! The audit: whether the books agree, by seven invariants, of a shop that runs or stands still.
//!
//! | | judged in |
//! |---|---|
//! | 1–4, and what the database knows of 5 and 7 | one read transaction per database |
//! | 2, where stock is elsewhere | order by order, through the ledger |
//! | 5: the log | the stream `orders`, read once |
//! | 6: money | the store of events, by pages of orders |
//! | 7: readers of the log | where each group stands |
//!
//! What is read in one snapshot is judged as it is. Across stores an order that differs is read again for up to 10 s before
//! that is a violation; what is under way and younger than 60 s is pending. Everything is read in pages: memory does not
//! grow with the shop. What this process cannot see it says.

mod answers;
mod books;
mod held;
mod keys;
mod log;
mod money;
mod names;
mod outbox;
mod paid;
mod parcels;
mod report;
mod rules;
mod sorted;
mod stock;
mod store;
mod terms;
#[cfg(test)]
mod tests;

use std::sync::Arc;

use kassa_db::{Db, Error};
use kassa_eventlog::EventLog;
use kassa_model::{MICROS_PER_DAY, Timestamp};

use self::log::Readers;
use crate::shop::Shop;
use books::{Books, Ledger};
use terms::Terms;

pub use answers::{Answered, KeysSeen};
pub use money::{Money, MoneyRow, Repeated, Span};
pub use report::{Invariant, Report, TITLES, VIOLATIONS_MAX, Violation};
pub use terms::{AuditOptions, Step, Tell};

/// What an audit looks at; what is not there is not checked, and the report says so.
#[derive(Debug, Clone)]
pub struct Audit {
    /// The shop.
    pub shop: Arc<Shop>,
    /// The log that its relay writes.
    pub log: Option<Arc<dyn EventLog>>,
    /// What reports count from.
    pub money: Option<Arc<dyn Money>>,
    /// Times and sizes.
    pub options: AuditOptions,
}

impl Audit {
    /// Checks everything that can be reached; `tell` hears how far it has come.
    ///
    /// # Errors
    /// The shop's databases'.
    pub async fn run(&self, tell: Tell) -> Result<Report, Error> {
        self.run_since(None, tell).await
    }

    /// The same, but ids of events that are stored twice are looked for among those received at `ids_since` or later: there
    /// are more events than of anything else.
    ///
    /// # Errors
    /// The shop's databases'.
    pub async fn run_since(&self, ids_since: Option<Timestamp>, tell: Tell) -> Result<Report, Error> {
        let terms = Terms { now: self.shop.now(), options: self.options.clone(), tell, ids_since };
        let mut parts = Vec::new();
        match &self.shop.orders {
            Some(db) => parts.extend(self.judge_orders(db, &terms).await?),
            None => parts.extend((2..=7).map(|id| Invariant::apart(id, "orders are in another process"))),
        }
        parts.extend(self.judge_stock(&terms).await?);
        match &self.log {
            Some(log) => {
                let (money, orders) = (self.money.as_deref(), self.shop.orders.as_ref());
                let seven = log::judge_lag(&**log, Readers { money, orders }, &terms).await;
                parts.push(Invariant::judged(7, seven)?);
            }
            None => parts.push(Invariant::apart(7, "the log is in another process")),
        }
        Ok(Report::new(terms.now.to_string(), parts))
    }

    /// Judges what clients were answered; a part of invariant 5.
    ///
    /// # Errors
    /// The database's; [`Error::Invalid`] where orders are in another process.
    pub async fn answers(&self, answers: Vec<Answered>) -> Result<Invariant, Error> {
        let Some(db) = &self.shop.orders else {
            return Err(Error::Invalid("orders are in another process: ask it about answers".to_owned()));
        };
        let kept = i64::from(self.shop.options.keep_failed_days).saturating_mul(MICROS_PER_DAY);
        let left = self.shop.now().plus_micros(-kept);
        db.read(move |tx| answers::judge(tx, &answers, left)).await
    }

    async fn judge_orders(&self, db: &Db, terms: &Terms) -> Result<Vec<Invariant>, Error> {
        let ledger = if self.is_one() { Ledger::Here } else { Ledger::Apart };
        let mut parts = read_books(db, ledger, terms).await?;
        if ledger == Ledger::Apart {
            parts.push(Invariant::judged(2, held::judge(&self.shop, db, terms).await)?);
        }
        parts.push(match &self.log {
            None => Invariant::apart(5, "the log is in another process: only the outbox was checked"),
            Some(log) => Invariant::judged(5, log::judge_published(db, &**log, terms).await)?,
        });
        parts.push(match &self.money {
            None => Invariant::apart(6, "the store of events is in another process"),
            Some(money) => Invariant::judged(6, money::judge(db, &**money, terms).await)?,
        });
        Ok(parts)
    }

    /// Stock that is not judged along with the orders.
    async fn judge_stock(&self, terms: &Terms) -> Result<Vec<Invariant>, Error> {
        if self.shop.orders.is_some() && self.is_one() {
            return Ok(Vec::new());
        }
        let Some(db) = &self.shop.inventory else {
            let is_elsewhere = self.shop.orders.is_some() || self.shop.stock.is_away();
            let elsewhere = "stock is in another process: audit it there";
            return Ok(vec![Invariant::apart(
                1,
                if is_elsewhere { elsewhere } else { "there is no stock here" },
            )]);
        };
        let terms = terms.clone();
        let one = db.read(move |tx| {
            let mut one = stock::judge(tx, &terms)?;
            books::each_once(tx, &mut one)?;
            Ok::<_, Error>(one)
        });
        Ok(vec![one.await?])
    }

    /// Whether stock is in the database of orders.
    fn is_one(&self) -> bool {
        self.shop.stock_is_with_orders()
    }
}

/// Everything that the database of orders knows, in one snapshot.
async fn read_books(db: &Db, ledger: Ledger, terms: &Terms) -> Result<Vec<Invariant>, Error> {
    let terms = terms.clone();
    db.read(move |tx| {
        let Books { mut one, two, three, mut four, mut seven } = books::walk(tx, &terms, ledger)?;
        if ledger == Ledger::Here {
            one.add(stock::judge(tx, &terms)?);
        }
        keys::judge_references(tx, &terms, &mut four)?;
        keys::judge_failed(tx, &mut four)?;
        keys::judge_answers(tx, &terms, (&mut four, &mut seven))?;
        let mut five = Invariant::new(5);
        outbox::judge(tx, &terms, (&mut five, &mut seven))?;
        Ok(vec![one, two, three, four, five, seven])
    })
    .await
}
