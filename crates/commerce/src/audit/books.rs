//! The walk over every order with all that belongs to it, in one snapshot: invariants 2, 3, part of 4 and of 7.

use kassa_db::{Error, Tx};

use super::paid::{self, PaymentRow};
use super::parcels::{self, ParcelLineRow, ParcelRow, Parcels};
use super::report::Invariant;
use super::rules::{self, Whole};
use super::sorted::Sorted;
use super::stock::Twice;
use super::store::{self, EventRow, LedgerRow, LineRow, OrderRow, RefundRow, WorkRow};
use super::terms::{Step, Terms};
use crate::transport::store::Entry;

/// Whether the ledger is in the database that is walked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Ledger {
    /// It is, and is judged along.
    Here,
    /// It is in another database.
    Apart,
}

/// What the walk finds, by invariant.
pub(super) struct Books {
    pub(super) one: Invariant,
    pub(super) two: Invariant,
    pub(super) three: Invariant,
    pub(super) four: Invariant,
    pub(super) seven: Invariant,
}

/// The tables side by side.
struct Tables {
    lines: Sorted<LineRow>,
    events: Sorted<EventRow>,
    refunds: Sorted<RefundRow>,
    parcels: Sorted<ParcelRow>,
    parcel_lines: Sorted<ParcelLineRow>,
    payments: Sorted<PaymentRow>,
    work: Sorted<WorkRow>,
    ledger: Sorted<LedgerRow>,
    twice: Twice,
}

/// Walks every order.
pub(super) fn walk(tx: &mut Tx<'_>, terms: &Terms, ledger: Ledger) -> Result<Books, Error> {
    let mut books = Books::new();
    let all = u64::try_from(store::count_orders(tx)?).ok();
    let mut orders = Sorted::new(store::orders);
    let mut tables = Tables::new();
    while let Some(order) = orders.next(tx)? {
        let whole = tables.whole(tx, order, &mut books.three)?;
        let id = whole.order.id.clone();
        let work = tables.work.of(tx, &id, |row| books.stray_work(&row))?;
        books.judge(&whole, &work, terms);
        if ledger == Ledger::Here {
            let entries = tables.entries(tx, Some(&id), &mut books)?;
            judge_stock(&mut books.two, &whole, &entries, (&work, terms));
        }
        if books.three.checked.is_multiple_of(1_000) {
            terms.tell(Step::Orders, books.three.checked, all);
        }
    }
    tables.rest(tx, &mut books)?;
    if ledger == Ledger::Here {
        tables.entries(tx, None, &mut books)?;
    }
    Ok(books)
}

/// Judges an order's entries in the ledger; those of work that is under way are pending.
fn judge_stock(two: &mut Invariant, whole: &Whole, entries: &[Entry], (work, terms): (&[WorkRow], &Terms)) {
    two.checked += 1;
    let flaws = rules::stock_flaws(&whole.order, &whole.lines, entries);
    if flaws.is_empty() {
        return;
    }
    if is_under_way(&whole.order, work, terms) {
        two.pending += 1;
        return;
    }
    for flaw in flaws {
        two.violated(&whole.order.id, flaw);
    }
}

/// Whether a command of the order is under way and young; of an order that is not decided the stock says nothing yet,
/// however long that has taken.
pub(super) fn is_under_way(order: &OrderRow, work: &[WorkRow], terms: &Terms) -> bool {
    let undecided = order.status == "accepted" && !work.is_empty();
    undecided || work.iter().any(|row| terms.is_young(row.created_at))
}

impl Tables {
    fn new() -> Self {
        Self {
            lines: Sorted::new(store::lines),
            events: Sorted::new(store::events),
            refunds: Sorted::new(store::refunds),
            parcels: Sorted::new(parcels::rows),
            parcel_lines: Sorted::new(parcels::lines),
            payments: Sorted::new(paid::rows),
            work: Sorted::new(store::work),
            ledger: Sorted::new(store::ledger),
            twice: Twice::default(),
        }
    }

    fn whole(&mut self, tx: &mut Tx<'_>, order: OrderRow, three: &mut Invariant) -> Result<Whole, Error> {
        let id = order.id.clone();
        let lines = self.lines.of(tx, &id, |row| stray(three, &row.order_id, "a line"))?;
        let events = self.events.of(tx, &id, |row| stray(three, &row.order_id, "an event"))?;
        let refunds = self.refunds.of(tx, &id, |row| stray(three, &row.order_id, "a refund"))?;
        let rows = self.parcels.of(tx, &id, |row| stray(three, &row.order_id, "a fulfilment"))?;
        let inside =
            self.parcel_lines.of(tx, &id, |row| stray(three, &row.order_id, "a fulfilment's line"))?;
        let payments = self.payments.of(tx, &id, |row| stray(three, &row.order_id, "a payment"))?;
        Ok(Whole { order, lines, events, refunds, parcels: Parcels { rows, lines: inside }, payments })
    }

    fn rest(&mut self, tx: &mut Tx<'_>, books: &mut Books) -> Result<(), Error> {
        let three = &mut books.three;
        self.lines.rest(tx, |row| stray(three, &row.order_id, "a line"))?;
        self.events.rest(tx, |row| stray(three, &row.order_id, "an event"))?;
        self.refunds.rest(tx, |row| stray(three, &row.order_id, "a refund"))?;
        self.parcels.rest(tx, |row| stray(three, &row.order_id, "a fulfilment"))?;
        self.parcel_lines.rest(tx, |row| stray(three, &row.order_id, "a fulfilment's line"))?;
        self.payments.rest(tx, |row| stray(three, &row.order_id, "a payment"))?;
        paid::judge_strays(tx, three)?;
        self.work.rest(tx, |row| books.stray_work(&row))
    }

    /// The entries of an order, or all that are left; each is looked at once for another like it.
    fn entries(&mut self, tx: &mut Tx<'_>, id: Option<&str>, books: &mut Books) -> Result<Vec<Entry>, Error> {
        let (one, two, twice) = (&mut books.one, &mut books.two, &mut self.twice);
        let mut passed = |row: LedgerRow| {
            twice.see(&row, one);
            stray_entry(&row, two);
        };
        let Some(id) = id else {
            self.ledger.rest(tx, passed)?;
            return Ok(Vec::new());
        };
        let rows = self.ledger.of(tx, id, &mut passed)?;
        rows.iter().for_each(|row| self.twice.see(row, &mut books.one));
        Ok(rows.into_iter().map(|row| row.entry).collect())
    }
}

fn stray(three: &mut Invariant, order_id: &str, what: &str) {
    three.violated(order_id, format!("{what} of it is there, and the order is not"));
}

/// An entry whose command no order knows. Those that came from elsewhere have other references.
pub(super) fn stray_entry(row: &LedgerRow, two: &mut Invariant) {
    use super::sorted::Owned;
    if let Some(order) = row.owner().filter(|_| row.entry.kind == "deduct") {
        let (sku, quantity) = (&row.entry.sku, -row.entry.quantity);
        two.violated(order, format!("{quantity} of {sku} are taken for it, and there is no such order"));
    }
}

impl Books {
    fn new() -> Self {
        Self {
            one: Invariant::new(1),
            two: Invariant::new(2),
            three: Invariant::new(3),
            four: Invariant::new(4),
            seven: Invariant::new(7),
        }
    }

    fn stray_work(&mut self, row: &WorkRow) {
        self.three.violated(
            &row.order_id,
            format!("work {} of it waits, and the order is not there", row.reference),
        );
    }

    fn judge(&mut self, whole: &Whole, work: &[WorkRow], terms: &Terms) {
        let order = &whole.order;
        self.three.checked += 1;
        for flaw in rules::flaws(whole) {
            self.three.violated(&order.id, flaw);
        }
        if let Some(reference) = &order.client_reference {
            self.four.checked += 1;
            match &order.referred {
                Some(id) if *id == order.id => {}
                // One that has failed has given it to a later one.
                Some(_) if order.status == "failed" => {}
                Some(other) => {
                    let what = format!("its client reference {reference} stands for order {other}");
                    self.four.violated(&order.id, what);
                }
                None => {
                    self.four.violated(&order.id, format!("its client reference {reference} is not kept"))
                }
            }
        }
        self.judge_waiting(order, work, terms);
    }

    fn judge_waiting(&mut self, order: &OrderRow, work: &[WorkRow], terms: &Terms) {
        if order.status == "accepted" {
            let what = |seconds| format!("it has been accepted for {seconds} s and is not decided");
            self.seven.waits(terms.age(order.created_at), &order.id, what);
        }
        let lost = |reference: &&String| work.iter().all(|row| row.reference != **reference);
        if let Some(reference) = order.pending_edit.as_ref().filter(lost) {
            self.seven
                .violated(&order.id, format!("its edit {reference} is pending, and nothing decides it"));
        }
        for row in work {
            let WorkRow { kind, reference, .. } = row;
            let what = |seconds| format!("its {kind} {reference} has waited for stock for {seconds} s");
            self.seven.waits(terms.age(row.created_at), &order.id, what);
        }
    }
}

/// Looks through a ledger apart from the orders for entries that are there twice.
pub(super) fn each_once(tx: &mut Tx<'_>, one: &mut Invariant) -> Result<(), Error> {
    let (mut ledger, mut twice) = (Sorted::new(store::ledger), Twice::default());
    while let Some(row) = ledger.next(tx)? {
        twice.see(&row, one);
    }
    Ok(())
}
