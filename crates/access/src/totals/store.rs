//! The SQL of totals of days. Days are texts such as `2024-05-01`, which ascend as days do.

use jiff::civil::Date;
use kassa_db::{Error, Row, Tx, params};

use super::total::{DayCounts, DaySum, DayTotal, TotalsBy, TotalsKind};

/// Totals of the lines of a kind, added up by one of their texts: of all days together, and of each. The last value is how many
/// rows there may be.
macro_rules! sums {
    ($text:literal) => {
        [
            concat!("SELECT NULL, ", $text, sums!(), " GROUP BY ", $text, " ORDER BY ", $text, " LIMIT $5"),
            concat!(
                "SELECT day, ",
                $text,
                sums!(),
                " GROUP BY day, ",
                $text,
                " ORDER BY day, ",
                $text,
                " LIMIT $5"
            ),
        ]
    };
    () => {
        ", CAST(SUM(visitors) AS BIGINT), CAST(SUM(visits) AS BIGINT), CAST(SUM(pageviews) AS BIGINT), \
         CAST(SUM(bounces) AS BIGINT), CAST(SUM(seconds) AS BIGINT), CAST(SUM(events) AS BIGINT) \
         FROM day_totals WHERE site = $1 AND kind = $2 AND day >= $3 AND day < $4"
    };
}

const BY_VALUE: [&str; 2] = sums!("value");
const BY_HOST: [&str; 2] = sums!("host");
const BY_CHANNEL: [&str; 2] = sums!("channel");
const BY_REFERRER: [&str; 2] = sums!("referrer");
const BY_UTM_SOURCE: [&str; 2] = sums!("utm_source");
const BY_UTM_MEDIUM: [&str; 2] = sums!("utm_medium");
const BY_UTM_CAMPAIGN: [&str; 2] = sums!("utm_campaign");
const BY_UTM_TERM: [&str; 2] = sums!("utm_term");
const BY_UTM_CONTENT: [&str; 2] = sums!("utm_content");

const SPANS: &str = "SELECT site, MIN(first), MAX(last) FROM day_total_spans GROUP BY site";
const BROUGHT_BY: &str =
    "SELECT batch_id FROM day_totals WHERE site = $1 AND kind = $2 AND day = $3 AND batch_id <> $4 LIMIT 1";
const INSERT: &str = "INSERT INTO day_totals (batch_id, line, site, day, kind, value, host, channel, referrer, utm_source, utm_medium, \
     utm_campaign, utm_term, utm_content, visitors, visits, pageviews, bounces, seconds, events) \
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20) \
     ON CONFLICT (batch_id, line) DO NOTHING";
const WIDEN: &str = "INSERT INTO day_total_spans (batch_id, site, first, last) VALUES ($1, $2, $3, $3) \
     ON CONFLICT (batch_id, site) DO UPDATE SET \
     first = CASE WHEN excluded.first < day_total_spans.first THEN excluded.first ELSE day_total_spans.first END, \
     last = CASE WHEN excluded.last > day_total_spans.last THEN excluded.last ELSE day_total_spans.last END";
const FORGET: &str = "DELETE FROM day_totals WHERE batch_id = $1";
const FORGET_SPANS: &str = "DELETE FROM day_total_spans WHERE batch_id = $1";

/// Every statement of this file, for the test that prepares each on both engines.
#[cfg(test)]
pub(crate) fn all() -> Vec<&'static str> {
    let sums = [
        BY_VALUE,
        BY_HOST,
        BY_CHANNEL,
        BY_REFERRER,
        BY_UTM_SOURCE,
        BY_UTM_MEDIUM,
        BY_UTM_CAMPAIGN,
        BY_UTM_TERM,
        BY_UTM_CONTENT,
    ];
    let others = [SPANS, BROUGHT_BY, INSERT, WIDEN, FORGET, FORGET_SPANS];
    sums.into_iter().flatten().chain(others).collect()
}

/// A site, with the first and the last day of which it has any.
type Span = (String, (Date, Date));

/// From which day to which each site has any.
pub(crate) fn spans(tx: &mut Tx<'_>) -> Result<Vec<Span>, Error> {
    tx.all(SPANS, &[], |row| Ok((row.text(0)?, (day(&row.text(1)?)?, day(&row.text(2)?)?))))
}

/// The totals of `site` from the day `from` on, without the day `to`, by `by`; at most `most`.
pub(super) fn sums(
    tx: &mut Tx<'_>,
    (site, by): (&str, TotalsBy),
    (from, to): (Date, Date),
    (is_by_day, most): (bool, i64),
) -> Result<Vec<DaySum>, Error> {
    let statements = match by {
        TotalsBy::Value(_) => BY_VALUE,
        TotalsBy::Host => BY_HOST,
        TotalsBy::Channel => BY_CHANNEL,
        TotalsBy::Referrer => BY_REFERRER,
        TotalsBy::UtmSource => BY_UTM_SOURCE,
        TotalsBy::UtmMedium => BY_UTM_MEDIUM,
        TotalsBy::UtmCampaign => BY_UTM_CAMPAIGN,
        TotalsBy::UtmTerm => BY_UTM_TERM,
        TotalsBy::UtmContent => BY_UTM_CONTENT,
    };
    let (from, to) = (from.to_string(), to.to_string());
    let values = params![site, by.kind().name(), &from, &to, most];
    tx.all(statements[usize::from(is_by_day)], values, read)
}

fn read(row: &Row<'_>) -> Result<DaySum, Error> {
    Ok(DaySum {
        day: row.text_or_null(0)?.map(|text| day(&text)).transpose()?,
        value: row.text_or_null(1)?,
        counts: DayCounts {
            visitors: row.int(2)?,
            visits: row.int(3)?,
            pageviews: row.int(4)?,
            bounces: row.int(5)?,
            seconds: row.int(6)?,
            events: row.int(7)?,
        },
    })
}

fn day(text: &str) -> Result<Date, Error> {
    text.parse().map_err(|_| Error::Invalid(format!("a stored day is none: {text}")))
}

/// Another batch that has totals of this kind of this day.
pub(super) fn brought_by(
    tx: &mut Tx<'_>,
    batch: &str,
    (site, kind, day): (&str, TotalsKind, Date),
) -> Result<Option<String>, Error> {
    let day = day.to_string();
    tx.first(BROUGHT_BY, params![site, kind.name(), day.as_str(), batch], |row| row.text(0))
}

/// Keeps a line of a batch; once, however often it comes.
pub(super) fn insert(tx: &mut Tx<'_>, batch: &str, total: &DayTotal) -> Result<(), Error> {
    let DayTotal { line, site, kind, value, host, origin, counts, .. } = total;
    let day = total.day.to_string();
    let values = params![
        batch,
        *line,
        site,
        day.as_str(),
        kind.name(),
        value.as_deref(),
        host.as_deref(),
        origin.channel.as_deref(),
        origin.referrer.as_deref(),
        origin.utm_source.as_deref(),
        origin.utm_medium.as_deref(),
        origin.utm_campaign.as_deref(),
        origin.utm_term.as_deref(),
        origin.utm_content.as_deref(),
        counts.visitors,
        counts.visits,
        counts.pageviews,
        counts.bounces,
        counts.seconds,
        counts.events
    ];
    tx.execute(INSERT, values).map(drop)
}

/// Notes that a batch has totals of this day.
pub(super) fn widen(tx: &mut Tx<'_>, batch: &str, (site, day): (&str, Date)) -> Result<(), Error> {
    tx.execute(WIDEN, params![batch, site, &day.to_string()]).map(drop)
}

/// Forgets the totals of a batch; how many there were.
pub(super) fn forget(tx: &mut Tx<'_>, batch: &str) -> Result<u64, Error> {
    tx.execute(FORGET_SPANS, params![batch])?;
    tx.execute(FORGET, params![batch])
}
