//! What was changed of things that are in no database, such as events.

use serde_json::Value;

use super::{Asked, OF_ACCESS};
use crate::{Access, ManageError};

impl Access {
    /// Writes down that somebody has changed what was so and is so now. Nothing where nobody is known who asked, and without a
    /// database.
    ///
    /// # Errors
    /// 503 while the database is away: what was done is done all the same.
    pub async fn note_change(
        &self,
        asked: Option<Asked>,
        (was, is): (Value, Value),
    ) -> Result<(), ManageError> {
        let (Some(attached), Some(asked)) = (self.attached(), asked) else { return Ok(()) };
        let now = attached.source.clock.now();
        let db = attached.source.db();
        Ok(db.write(move |tx| OF_ACCESS.write_down(tx, Some(&asked), (&was, &is), now)).await?)
    }
}
