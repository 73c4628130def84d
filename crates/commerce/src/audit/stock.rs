//! Invariant 1: of every SKU 0 ≤ reserved ≤ on hand, the ledger adds up to what is on hand, and no entry is there twice.

use kassa_db::{Error, Tx, params};

use super::report::Invariant;
use super::store::LedgerRow;
use super::terms::{Step, Terms};

/// SKUs of a page.
const SKUS: i64 = 100;

struct StockRow {
    sku: String,
    on_hand: i64,
    reserved: i64,
}

/// Judges every SKU of the database of stock.
pub(super) fn judge(tx: &mut Tx<'_>, terms: &Terms) -> Result<Invariant, Error> {
    let mut one = Invariant::new(1);
    let mut after = String::new();
    loop {
        let page = stock(tx, &after)?;
        let until = page.last().map(|row| row.sku.clone());
        let sums = sums(tx, &after, until.as_deref())?;
        compare(&page, &sums, &mut one);
        terms.tell(Step::Stock, one.checked, None);
        match until {
            Some(until) => after = until,
            None => return Ok(one),
        }
    }
}

fn compare(page: &[StockRow], sums: &[(String, i64)], one: &mut Invariant) {
    for row in page {
        one.checked += 1;
        let StockRow { sku, on_hand, reserved } = row;
        if *reserved < 0 || reserved > on_hand {
            one.violated(sku, format!("{reserved} are reserved of {on_hand} on hand"));
        }
        let sum = sums.iter().find(|(of, _)| of == sku).map_or(0, |(_, sum)| *sum);
        if sum != *on_hand {
            one.violated(sku, format!("{on_hand} are on hand, and the ledger adds up to {sum}"));
        }
    }
    for (sku, sum) in sums.iter().filter(|(sku, _)| page.iter().all(|row| row.sku != *sku)) {
        one.violated(sku, format!("there is no stock of it, and the ledger adds up to {sum}"));
    }
}

fn stock(tx: &mut Tx<'_>, after: &str) -> Result<Vec<StockRow>, Error> {
    let sql = "SELECT sku, on_hand, reserved FROM stock WHERE sku > $1 ORDER BY sku LIMIT $2";
    tx.all(sql, params![after, SKUS], |row| {
        Ok(StockRow { sku: row.text(0)?, on_hand: row.int(1)?, reserved: row.int(2)? })
    })
}

/// What the ledger adds up to, of the SKUs above `after` up to and with `until`, or to the end.
fn sums(tx: &mut Tx<'_>, after: &str, until: Option<&str>) -> Result<Vec<(String, i64)>, Error> {
    let read = |row: &kassa_db::Row<'_>| Ok((row.text(0)?, row.int(1)?));
    match until {
        Some(until) => {
            let sql = "SELECT sku, CAST(SUM(quantity) AS BIGINT) FROM ledger WHERE sku > $1 AND sku <= $2 \
                       GROUP BY sku ORDER BY sku";
            tx.all(sql, params![after, until], read)
        }
        None => {
            let sql = "SELECT sku, CAST(SUM(quantity) AS BIGINT) FROM ledger WHERE sku > $1 GROUP BY sku ORDER BY sku \
                       LIMIT $2";
            tx.all(sql, params![after, SKUS], read)
        }
    }
}

/// Notices an entry that says the same as the one before it; entries come in the order of ref, SKU and kind.
#[derive(Default)]
pub(super) struct Twice(Option<LedgerRow>);

impl Twice {
    pub(super) fn see(&mut self, row: &LedgerRow, one: &mut Invariant) {
        let same = |seen: &LedgerRow| {
            let (a, b) = (&seen.entry, &row.entry);
            a.reference == b.reference && a.sku == b.sku && a.kind == b.kind
        };
        if self.0.as_ref().is_some_and(same) {
            let what = format!("the ledger has {} for {} twice", row.entry.kind, row.entry.reference);
            one.violated(&row.entry.sku, what);
        }
        self.0 = Some(row.clone());
    }
}
