//! Which endpoints want what, as it is when a batch of events comes.

use kassa_db::{Error, Tx};

use super::store;

/// What is wanted by endpoints that are not disabled.
#[derive(Debug, Clone, Default)]
pub(crate) struct Wanted(Vec<(String, Option<Vec<String>>)>);

impl Wanted {
    /// As it is now.
    pub(crate) fn read(tx: &mut Tx<'_>) -> Result<Self, Error> {
        store::wanted(tx).map(Self)
    }

    /// The ids of the endpoints that want events of this type.
    pub(crate) fn by(&self, event_type: &str) -> Vec<String> {
        let wants = |types: &Option<Vec<String>>| {
            types.as_ref().is_none_or(|types| types.iter().any(|wanted| wanted == event_type))
        };
        self.0.iter().filter(|(_, types)| wants(types)).map(|(id, _)| id.clone()).collect()
    }
}
