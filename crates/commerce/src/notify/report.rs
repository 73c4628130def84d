//! What a week or a month has brought, told to whoever runs the shop once it is over. Of several processes one counts at a time,
//! and the letter has an id by its period: it is written once, however many there are and however often they begin anew.

mod store;

use std::sync::Arc;
use std::time::Duration;

use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{ToSpan, Zoned};
use kassa_db::{Db, Error};
use kassa_model::{MICROS_PER_DAY, MICROS_PER_SECOND, Timestamp};
use kassa_service::Shutdown;
use serde_json::json;
use uuid::Uuid;

#[cfg(test)]
pub(super) use store::ALL;

use super::staff::{self, StaffNews, Topic, tell_staff};
use crate::lease;
use crate::shop::Shop;

/// The letter of it.
const LETTER: &str = "staff-report";
/// The lease of who counts.
const LEASE: &str = "reports";
const LEASE_MICROS: i64 = 120 * MICROS_PER_SECOND;
/// How often it is looked whether a period is over.
const EVERY: Duration = Duration::from_secs(600);
/// A period that was over for longer is not told of any more.
const LATE_MICROS: i64 = 3 * MICROS_PER_DAY;

/// A week or a month.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Period {
    name: &'static str,
    /// Its first day, and the day after its last.
    days: (Date, Date),
    /// The same as times.
    times: (Timestamp, Timestamp),
}

/// Looks until `shutdown`; a task of every notifier.
pub async fn run(shop: Arc<Shop>, shutdown: Shutdown) {
    let owner = Uuid::now_v7().to_string();
    while !shutdown.is_triggered() {
        if let Err(error) = look(&shop, &owner).await {
            tracing::warn!(%error, "cannot count what a week has brought; it is tried again");
        }
        tokio::select! {
            () = shutdown.wait() => {}
            () = tokio::time::sleep(EVERY) => {}
        }
    }
}

/// Tells of what is over and was not told of.
pub(super) async fn look(shop: &Shop, owner: &str) -> Result<(), Error> {
    let Some(db) = shop.orders.as_ref() else { return Ok(()) };
    let configured = shop.options.mail.staff.clone();
    if db.read(move |tx| staff::store::read(tx, &configured)).await?.of(LETTER).is_empty() {
        return Ok(());
    }
    let now = shop.now();
    for period in periods(now, &shop.zone()) {
        if period.times.1.plus_micros(LATE_MICROS) > now && is_mine(db, &period, owner, now).await? {
            tell(shop, db, period).await?;
        }
    }
    Ok(())
}

/// Whether nobody has told of it, and nobody else is about to.
async fn is_mine(db: &Db, period: &Period, owner: &str, own: Timestamp) -> Result<bool, Error> {
    let (id, owner, over) = (period.id(), owner.to_owned(), period.times.1);
    db.write(move |tx| {
        // A shop of which nothing was told before the period was over begins with the next.
        if super::store::since(tx)?.is_none_or(|since| since > over) || store::is_told(tx, &id)? {
            return Ok(false);
        }
        Ok(lease::hold(tx, LEASE, &owner, own, LEASE_MICROS)?.is_some())
    })
    .await
}

async fn tell(shop: &Shop, db: &Db, period: Period) -> Result<(), Error> {
    let times = period.times;
    let counted = db.read(move |tx| store::count(tx, times)).await?;
    let last = period.days.1.yesterday().unwrap_or(period.days.1);
    let payload = json!({"report": {
        "period": period.name,
        "from": period.days.0.to_string(),
        "to": last.to_string(),
        "orders": counted.orders,
        "customers": counted.customers,
        "sales": counted.sales,
    }});
    tell_staff(shop, StaffNews { id: period.id(), topic: Topic::Report, payload }).await
}

impl Period {
    fn id(&self) -> String {
        format!("report:{}:{}", self.name, self.days.0)
    }
}

/// The last week and the last month that are over, in the shop's time zone.
fn periods(now: Timestamp, zone: &TimeZone) -> Vec<Period> {
    let Ok(now) = jiff::Timestamp::from_microsecond(now.micros()) else { return Vec::new() };
    let today = now.to_zoned(zone.clone()).date();
    let monday = today.saturating_sub(i64::from(today.weekday().to_monday_zero_offset()).days());
    let first = today.first_of_month();
    let before = first.saturating_sub(1.day()).first_of_month();
    let all = [("week", (monday.saturating_sub(7.days()), monday)), ("month", (before, first))];
    let period = |(name, days): (&'static str, (Date, Date))| {
        let times = (begin(days.0, zone)?, begin(days.1, zone)?);
        Some(Period { name, days, times })
    };
    all.into_iter().filter_map(period).collect()
}

/// When a day begins there.
fn begin(day: Date, zone: &TimeZone) -> Option<Timestamp> {
    let begun: Zoned = day.to_zoned(zone.clone()).ok()?;
    Some(Timestamp::from_micros(begun.timestamp().as_microsecond()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn periods_are_whole_and_over() {
        let check = |now: &str, zone: &str, expected: [(&str, &str, i64); 2]| {
            let zone = TimeZone::get(zone).unwrap();
            let found = periods(now.parse().unwrap(), &zone);
            let short = |period: &Period| {
                let hours = (period.times.1.micros() - period.times.0.micros()) / 3_600_000_000;
                (period.days.0.to_string(), period.days.1.to_string(), hours)
            };
            let found: Vec<_> = found.iter().map(short).collect();
            let expected = expected.map(|(from, to, hours)| (from.to_owned(), to.to_owned(), hours));
            assert_eq!(found, expected, "{now}");
        };
        check(
            "2026-11-29T20:00:00Z",
            "UTC",
            [("2026-11-16", "2026-11-23", 168), ("2026-10-01", "2026-11-01", 744)],
        );
        check(
            "2026-11-29T23:30:00Z",
            "Europe/Berlin",
            [("2026-11-23", "2026-11-30", 168), ("2026-10-01", "2026-11-01", 745)],
        );
        check(
            "2026-01-01T00:00:00Z",
            "UTC",
            [("2025-12-22", "2025-12-29", 168), ("2025-12-01", "2026-01-01", 744)],
        );
    }
}
