//! What happened to the shop, as notes of its site's reports.

use std::sync::Arc;

use async_trait::async_trait;
use kassa_analytics::report::{Note, Notes};
use kassa_commerce::{Shop, notes};
use kassa_model::Timestamp;

/// The shop of this process, where there is one.
#[derive(Debug)]
pub(super) struct ShopNotes(pub(super) Option<Arc<Shop>>);

#[async_trait]
impl Notes for ShopNotes {
    async fn between(
        &self,
        site: &str,
        from: Timestamp,
        to: Timestamp,
        limit: u32,
    ) -> Result<Vec<Note>, String> {
        let Some(shop) = self.0.as_ref().filter(|shop| shop.options.site == site) else {
            return Ok(Vec::new());
        };
        let found = notes::between(shop, from, to, limit).await.map_err(|error| error.to_string())?;
        let note = |note: notes::Note| Note {
            id: note.id,
            at: note.at,
            source: note.kind.name().to_owned(),
            sku: note.sku,
            name: note.name,
            detail: note.detail,
        };
        Ok(found.into_iter().map(note).collect())
    }
}
