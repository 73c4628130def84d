//! Invariant 5, the database's part: every change of an order has its outbox row, which says the same; and (invariant 7)
//! none waits for long.

use kassa_db::{Error, Tx, params};
use kassa_model::money_id;

use super::names::{Names, Passes, Said};
use super::report::Invariant;
use super::sorted::Sorted;
use super::store::{self, EventRow, PAGE};
use super::terms::{Step, Terms};
use crate::outbox::MoneyRecord;

/// A row of the outbox.
#[derive(Clone)]
struct OutboxRow {
    id: i64,
    order_id: Option<String>,
    seq: i64,
    kind: String,
    money: Option<String>,
}

/// What a change's event and its outbox row both say of it.
#[derive(Debug, Hash)]
struct ChangeName<'a> {
    order_id: &'a str,
    seq: i64,
    kind: &'a str,
    money: Option<(i64, &'a str)>,
}

impl<'a> ChangeName<'a> {
    /// As the row has it; `None`: it is about stock.
    fn of_row(row: &'a OutboxRow, money: Option<&'a MoneyRecord>) -> Option<Self> {
        let money = money.map(|money| (money.revenue_delta_minor, money.currency.as_str()));
        Some(Self { order_id: row.order_id.as_deref()?, seq: row.seq, kind: &row.kind, money })
    }

    fn of_event(event: &'a EventRow) -> Self {
        let money = has_money(&event.kind).then_some((event.revenue_delta_minor, event.currency.as_str()));
        Self { order_id: &event.order_id, seq: event.seq, kind: &event.kind, money }
    }
}

/// Judges the outbox against the events of orders.
pub(super) fn judge(
    tx: &mut Tx<'_>,
    terms: &Terms,
    (five, seven): (&mut Invariant, &mut Invariant),
) -> Result<(), Error> {
    let counted = tx.first("SELECT COUNT(*) FROM outbox", params![], |row| row.int(0))?;
    let rows = u64::try_from(counted.unwrap_or(0)).unwrap_or(0);
    let mut cleaned = 0;
    for mut names in Passes::of(rows, terms.options.names_max).iter() {
        Sorted::new(outbox).rest(tx, |row| note(&row, &mut names, five))?;
        cleaned += match_events(tx, terms, &mut names, five)?;
        if !names.is_empty() {
            Sorted::new(outbox).rest(tx, |row| tell_unmatched(&row, &mut names, five))?;
        }
    }
    judge_cleaned(tx, cleaned, five)?;
    judge_waiting(tx, terms, seven)
}

/// Judges the changes that are so old that their rows may have been removed: no more of them have none than rows were
/// removed, each of which was published before.
fn judge_cleaned(tx: &mut Tx<'_>, cleaned: u64, five: &mut Invariant) -> Result<(), Error> {
    if cleaned == 0 {
        return Ok(());
    }
    let sql = "SELECT changes, uncounted FROM outbox_removed WHERE id = 1";
    let found = tx.first(sql, params![], |row| Ok((row.int(0)?, row.int(1)?)))?.unwrap_or_default();
    let [counted, uncounted] = [found.0, found.1].map(|count| u64::try_from(count).unwrap_or(0));
    five.checked += cleaned;
    if cleaned > counted + uncounted {
        let what = format!(
            "{cleaned} of them have no outbox row, and only {} rows were removed after they were published",
            counted + uncounted
        );
        five.violated("changes whose outbox rows may have been removed", what);
        return Ok(());
    }
    five.note(format!(
        "{cleaned} older changes: their rows were removed after they were published, by their count"
    ));
    if uncounted > 0 {
        five.note(format!("{uncounted} of the rows were removed before they were counted"));
    }
    Ok(())
}

fn outbox(tx: &mut Tx<'_>, after: Option<&OutboxRow>) -> Result<Vec<OutboxRow>, Error> {
    let sql = "SELECT id, order_id, seq, kind, money FROM outbox WHERE id > $1 ORDER BY id LIMIT $2";
    tx.all(sql, params![after.map_or(i64::MIN, |row| row.id), PAGE], |row| {
        Ok(OutboxRow {
            id: row.int(0)?,
            order_id: row.text_or_null(1)?,
            seq: row.int(2)?,
            kind: row.text(3)?,
            money: row.text_or_null(4)?,
        })
    })
}

/// The money of a row, where it has any.
fn money(row: &OutboxRow) -> Result<Option<MoneyRecord>, serde_json::Error> {
    row.money.as_deref().map(serde_json::from_str).transpose()
}

fn note(row: &OutboxRow, names: &mut Names, five: &mut Invariant) {
    let Some(order_id) = &row.order_id else { return };
    let about = || format!("{order_id}:{}", row.seq);
    let money = match money(row) {
        Ok(money) => money,
        Err(error) => return five.violated(about(), format!("its money cannot be read: {error}")),
    };
    let Some(name) = ChangeName::of_row(row, money.as_ref()) else { return };
    match names.add(name) {
        Said::Elsewhere => return,
        Said::No => five.violated(about(), "it has two outbox rows"),
        Said::Yes => {}
    }
    if let Some(money) = money.filter(|money| money.id != money_id(order_id, row.seq)) {
        five.violated(about(), format!("its money has the id {}", money.id));
    }
}

/// Takes every event off the names; returns how many have no row because it is removed by now.
fn match_events(
    tx: &mut Tx<'_>,
    terms: &Terms,
    names: &mut Names,
    five: &mut Invariant,
) -> Result<u64, Error> {
    let mut events = Sorted::new(store::events);
    let mut cleaned = 0;
    while let Some(event) = events.next(tx)? {
        match names.remove(ChangeName::of_event(&event)) {
            Said::Elsewhere => continue,
            Said::Yes => five.checked += 1,
            Said::No if terms.is_cleaned(event.created_at) => cleaned += 1,
            Said::No => {
                five.checked += 1;
                let about = format!("{}:{}", event.order_id, event.seq);
                five.violated(about, format!("no outbox row says what this {} does", event.kind));
            }
        }
        if five.checked.is_multiple_of(1_000) {
            terms.tell(Step::Outbox, five.checked, None);
        }
    }
    Ok(cleaned)
}

/// Whether a change of this kind counts in reports.
pub(super) fn has_money(kind: &str) -> bool {
    matches!(kind, "OrderConfirmed" | "OrderEdited" | "OrderCancelled" | "OrderRefunded")
}

fn tell_unmatched(row: &OutboxRow, names: &mut Names, five: &mut Invariant) {
    let Ok(money) = money(row) else { return };
    let Some(name) = ChangeName::of_row(row, money.as_ref()) else { return };
    if names.has(name) == Said::Yes {
        let about = format!("{}:{}", row.order_id.as_deref().unwrap_or_default(), row.seq);
        five.violated(about, format!("no event says what its outbox row, {}, does", row.kind));
    }
}

fn judge_waiting(tx: &mut Tx<'_>, terms: &Terms, seven: &mut Invariant) -> Result<(), Error> {
    let what = |seconds| format!("it has not been published for {seconds} s");
    Sorted::new(waiting)
        .rest(tx, |(id, since)| seven.waits(terms.age(since), format!("outbox row {id}"), what))
}

/// Rows that wait, and since when.
fn waiting(tx: &mut Tx<'_>, after: Option<&(i64, i64)>) -> Result<Vec<(i64, i64)>, Error> {
    let sql = "SELECT id, created_at FROM outbox_waiting WHERE id > $1 ORDER BY id LIMIT $2";
    let after = after.map_or(i64::MIN, |(id, _)| *id);
    tx.all(sql, params![after, PAGE], |row| Ok((row.int(0)?, row.int(1)?)))
}
