//! What was changed of sites, keys and what is kept for reports.

use super::{Changed, OF_ACCESS};
use crate::{Access, ManageError};

impl Access {
    /// At most `limit` of these changes before the one of this id, the newest first; of what lies at `path` or under it, if it
    /// is given. None without a database.
    ///
    /// # Errors
    /// 503 while the database is away.
    pub async fn changes(
        &self,
        (before, path): (&str, Option<&str>),
        limit: i64,
    ) -> Result<Vec<Changed>, ManageError> {
        let Some(attached) = self.attached() else { return Ok(Vec::new()) };
        let (before, path) = (before.to_owned(), path.map(str::to_owned));
        let found =
            attached.source.db().read(move |tx| OF_ACCESS.list(tx, (&before, path.as_deref()), limit));
        Ok(found.await?)
    }
}
