//! What totals there are.

use jiff::civil::Date;

use super::store;
use super::total::{DaySum, TotalsBy};
use crate::Access;
use crate::manage_error::ManageError;

impl Access {
    /// The first and the last day of which `site` has totals; known in memory.
    pub fn days_of_totals(&self, site: &str) -> Option<(Date, Date)> {
        self.now().totals.get(site).copied()
    }

    /// The totals of `site` from the day `from` on, without the day `to`, added up by `by`, and told by day where `is_by_day`; the
    /// first `most`.
    ///
    /// # Errors
    /// 503 without a database.
    pub async fn totals(
        &self,
        (site, by): (&str, TotalsBy),
        days: (Date, Date),
        (is_by_day, most): (bool, i64),
    ) -> Result<Vec<DaySum>, ManageError> {
        let site = site.to_owned();
        let db = self.database()?.source.db().clone();
        let sums = db.read(move |tx| store::sums(tx, (&site, by), days, (is_by_day, most)));
        Ok(sums.await?)
    }
}
