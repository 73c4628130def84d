//! Somebody who changes something, and what they asked for.

use kassa_access::Caller;
use serde::Serialize;

/// Bytes of what was asked that are kept; of more, that it was more.
const ASKED_BYTES_MAX: usize = 16 << 10;

/// Who it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Actor {
    /// `admin`, or `key:` and the key's id.
    pub(crate) id: String,
    /// What they are called.
    pub(crate) name: String,
}

/// A request of theirs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Asked {
    pub(crate) actor: Actor,
    pub(crate) method: String,
    pub(crate) path: String,
    /// The body as it was understood, JSON.
    pub(crate) body: String,
}

impl Actor {
    /// Nobody where nothing is locked, and of another role: that one has asked who it was.
    pub(crate) fn of(caller: &Caller) -> Option<Self> {
        let name = match caller {
            Caller::Admin | Caller::Session => "admin".to_owned(),
            Caller::Key { name, .. } => name.clone(),
            Caller::Public | Caller::Open | Caller::Internal | Caller::Share(_) => return None,
        };
        Some(Self { id: caller.identity(), name })
    }
}

impl Asked {
    /// The request of `caller`, if it is somebody.
    pub(crate) fn of(caller: &Caller, (method, path): (&str, &str), body: &impl Serialize) -> Option<Self> {
        let actor = Actor::of(caller)?;
        let body = serde_json::to_string(body).ok().filter(|body| body.len() <= ASKED_BYTES_MAX);
        let body = body.unwrap_or_else(|| r#"{"too_long":true}"#.to_owned());
        Some(Self { actor, method: method.to_owned(), path: path.to_owned(), body })
    }
}
