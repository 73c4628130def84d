//! Bringing totals in and taking them back.

use std::collections::{BTreeMap, BTreeSet};

use super::store;
use super::total::DayTotal;
use crate::Access;
use crate::manage_error::ManageError;

/// What a day is known by: its site, the name of its kind, the day.
type Day = (String, &'static str, jiff::civil::Date);

/// Lines that are not kept, each with its number and why.
type Wrong = Vec<(i64, String)>;

impl Access {
    /// Keeps lines of a batch, those of a day that another batch has brought in aside: these, and why. A line that comes again
    /// counts once.
    ///
    /// # Errors
    /// 503 without a database.
    pub async fn keep_totals(
        &self,
        batch: &str,
        totals: Vec<DayTotal>,
    ) -> Result<Vec<(i64, String)>, ManageError> {
        let batch = batch.to_owned();
        let kept = self.database()?.change(move |tx, _| {
            let (good, wrong) = split(tx, &batch, &totals)?;
            let mut days = BTreeSet::new();
            for total in good {
                store::insert(tx, &batch, total)?;
                days.insert((&total.site, total.day));
            }
            for (site, day) in days {
                store::widen(tx, &batch, (site, day))?;
            }
            Ok::<_, ManageError>(wrong)
        });
        kept.await
    }

    /// The lines that [`Access::keep_totals`] would not keep, and why.
    ///
    /// # Errors
    /// As there.
    pub async fn check_totals(
        &self,
        batch: &str,
        totals: Vec<DayTotal>,
    ) -> Result<Vec<(i64, String)>, ManageError> {
        let batch = batch.to_owned();
        let db = self.database()?.source.db().clone();
        Ok(db.read(move |tx| Ok::<_, kassa_db::Error>(split(tx, &batch, &totals)?.1)).await?)
    }

    /// Forgets the totals of a batch; how many there were.
    ///
    /// # Errors
    /// 503 without a database.
    pub async fn forget_totals(&self, batch: &str) -> Result<u64, ManageError> {
        let batch = batch.to_owned();
        self.database()?.change(move |tx, _| Ok::<_, ManageError>(store::forget(tx, &batch)?)).await
    }
}

/// The totals that are kept, and the lines that are not.
fn split<'a>(
    tx: &mut kassa_db::Tx<'_>,
    batch: &str,
    totals: &'a [DayTotal],
) -> Result<(Vec<&'a DayTotal>, Wrong), kassa_db::Error> {
    let mut known: BTreeMap<Day, Option<String>> = BTreeMap::new();
    let (mut good, mut wrong) = (Vec::with_capacity(totals.len()), Vec::new());
    for total in totals {
        let day = (total.site.clone(), total.kind.name(), total.day);
        let other = match known.get(&day) {
            Some(other) => other.clone(),
            None => {
                let other = store::brought_by(tx, batch, (&total.site, total.kind, total.day))?;
                known.insert(day, other.clone());
                other
            }
        };
        match other {
            None => good.push(total),
            Some(other) => wrong.push((total.line, format!("{} was brought in by {other}", total.day))),
        }
    }
    Ok((good, wrong))
}
