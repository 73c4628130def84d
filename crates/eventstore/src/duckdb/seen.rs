//! Looks ids up: one join, however many.

use std::ops::Range;

use duckdb::{Connection, params};
use kassa_model::Timestamp;

use super::failure::Failure;
use super::letters::time;
use crate::{Error, Lookup};

/// For each lookup the hour of its latest receipt `within`, if `partition` has stored it.
pub(super) fn seen(
    connection: &Connection,
    partition: u32,
    lookups: &[Lookup],
    within: Range<Timestamp>,
) -> Result<Vec<Option<i64>>, Failure> {
    let mut hours = vec![None; lookups.len()];
    if lookups.is_empty() {
        return Ok(hours);
    }
    // Lists cannot be bound; a JSON array is one parameter.
    let list = |get: fn(&Lookup) -> &str| {
        let values: Vec<&str> = lookups.iter().map(get).collect();
        serde_json::to_string(&values).map_err(|error| Error::Failed(error.to_string()))
    };
    let (sites, ids) = (list(|lookup| &lookup.site)?, list(|lookup| &lookup.id)?);
    let mut statement = connection.prepare(
        "WITH asked AS (
             SELECT unnest(range($4)) AS place, unnest(from_json($1, '[\"VARCHAR\"]')) AS site,
                 unnest(from_json($2, '[\"VARCHAR\"]')) AS id)
         SELECT place, max(epoch_us(received_at)) FROM events JOIN asked USING (site, id)
         WHERE log_partition = $6 AND received_at >= $3 AND received_at < $5 GROUP BY place",
    )?;
    let (asked, from, to) = (lookups.len() as i64, time(within.start), time(within.end));
    let mut rows = statement.query(params![sites, ids, from, asked, to, partition])?;
    while let Some(row) = rows.next()? {
        let (place, micros): (i64, i64) = (row.get(0)?, row.get(1)?);
        if let Some(hour) = usize::try_from(place).ok().and_then(|place| hours.get_mut(place)) {
            *hour = Some(Timestamp::from_micros(micros).hour());
        }
    }
    Ok(hours)
}
