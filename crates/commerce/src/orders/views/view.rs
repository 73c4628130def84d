//! The type.

use axum::extract::Query;
use kassa_model::{Names, Timestamp};

/// A view.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct View {
    /// A UUID that whoever makes it chooses.
    pub(super) id: String,
    /// Whose it is; `None`: everybody's.
    pub(super) owner: Option<String>,
    pub(super) name: String,
    /// As in an address behind the `?`.
    pub(super) query: String,
    pub(super) updated_at: Timestamp,
    /// How often it has been changed, and one.
    pub(super) version: i64,
}

impl View {
    /// Whether its name or what it looks for names them.
    pub(super) fn names(&self, who: &impl Names) -> bool {
        let pairs = format!("/?{}", self.query).parse().ok();
        let pairs = pairs.and_then(|uri| Query::<Vec<(String, String)>>::try_from_uri(&uri).ok());
        let sought = pairs.map(|Query(pairs)| pairs).unwrap_or_default();
        who.is_named_in(&self.name)
            || who.is_named_in(&self.query)
            || sought.iter().any(|(_, text)| who.is_named_in(text))
    }
}
