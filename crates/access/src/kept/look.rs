//! Looking things up, in memory.

use std::sync::Arc;

use super::thing::{Kept, KeptKind};
use crate::Access;

impl Access {
    /// What `site` has of `kind`, oldest first.
    pub fn kept(&self, site: &str, kind: KeptKind) -> Vec<Arc<Kept>> {
        let now = self.now();
        let of_site = now.kept.get(site).map_or(&[][..], Vec::as_slice);
        of_site.iter().filter(|kept| kept.kind == kind).cloned().collect()
    }

    /// The one of that id, of whatever site.
    pub fn kept_by_id(&self, kind: KeptKind, id: &str) -> Option<Arc<Kept>> {
        let now = self.now();
        let found = now.kept.values().flatten().find(|kept| kept.id == id && kept.kind == kind);
        found.cloned()
    }

    /// All of `kind`, of every site.
    pub fn all_kept(&self, kind: KeptKind) -> Vec<Arc<Kept>> {
        let now = self.now();
        now.kept.values().flatten().filter(|kept| kept.kind == kind).cloned().collect()
    }
}
