//! Two large collections of names compared in bounded memory: hashes of those that fall into the part of a pass, at most
//! [`AuditOptions::names_max`](super::AuditOptions) at once; as many passes as there are parts.

use std::collections::HashSet;
use std::hash::{BuildHasher, Hash, RandomState};

/// How names are divided among passes.
#[derive(Debug, Clone)]
pub(super) struct Passes {
    hasher: RandomState,
    count: u64,
}

impl Passes {
    /// As many passes as `names` need, `most` in each.
    pub(super) fn of(names: u64, most: u64) -> Self {
        Self { hasher: RandomState::new(), count: names / most.max(1) + 1 }
    }

    /// Each pass, with nothing in it.
    pub(super) fn iter(&self) -> impl Iterator<Item = Names> + use<> {
        let hasher = self.hasher.clone();
        let passes = self.count;
        (0..passes).map(move |pass| Names { hasher: hasher.clone(), pass, passes, left: HashSet::new() })
    }
}

/// The names of one pass.
#[derive(Debug)]
pub(super) struct Names {
    hasher: RandomState,
    pass: u64,
    passes: u64,
    left: HashSet<u64>,
}

/// What a pass says of a name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Said {
    /// It is another pass's.
    Elsewhere,
    /// It is there, or was not there before.
    Yes,
    /// It is not there, or was there before.
    No,
}

impl Names {
    /// Adds a name; `No` if it is there already.
    pub(super) fn add(&mut self, name: impl Hash) -> Said {
        self.with(name, HashSet::insert)
    }

    /// Removes a name; `No` if it is not there.
    pub(super) fn remove(&mut self, name: impl Hash) -> Said {
        self.with(name, |left, hash| left.remove(&hash))
    }

    /// Whether a name is left.
    pub(super) fn has(&mut self, name: impl Hash) -> Said {
        self.with(name, |left, hash| left.contains(&hash))
    }

    /// Whether nothing is left.
    pub(super) fn is_empty(&self) -> bool {
        self.left.is_empty()
    }

    fn with(&mut self, name: impl Hash, act: impl FnOnce(&mut HashSet<u64>, u64) -> bool) -> Said {
        let hash = self.hasher.hash_one(name);
        if hash % self.passes != self.pass {
            return Said::Elsewhere;
        }
        match act(&mut self.left, hash) {
            true => Said::Yes,
            false => Said::No,
        }
    }
}
