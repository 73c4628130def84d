//! Somebody who changes something, and what they asked for.

use serde::Serialize;

use crate::{Access, Caller};

/// Bytes of a text that is kept of a change; of more, that it was more.
pub(super) const TEXT_BYTES_MAX: usize = 16 << 10;

/// In place of what is too long.
pub(super) const TOO_LONG: &str = r#"{"too_long":true}"#;

/// Who it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Actor {
    /// `admin`, or `key:` and the key's id.
    pub id: String,
    /// What they are called.
    pub name: String,
}

/// A request of theirs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Asked {
    /// Whose.
    pub actor: Actor,
    /// Such as `POST`.
    pub method: String,
    /// Such as `/v1/orders/0190…/refunds`.
    pub path: String,
    /// The body as it was understood, JSON.
    pub body: String,
}

impl Actor {
    /// Nobody where nothing is locked, and of another role: that one has asked who it was.
    fn of(caller: &Caller) -> Option<Self> {
        let name = match caller {
            Caller::Admin | Caller::Session => "admin".to_owned(),
            Caller::Key { name, .. } => name.clone(),
            Caller::Public | Caller::Open | Caller::Internal | Caller::Share(_) => return None,
        };
        Some(Self { id: caller.identity(), name })
    }

    /// The same by the [identity](Caller::identity) alone.
    fn named(access: &Access, identity: &str) -> Option<Self> {
        let name = match identity.strip_prefix("key:") {
            None if identity == "admin" => "admin".to_owned(),
            None => return None,
            Some(id) => match id.strip_prefix("config:") {
                Some(name) => name.to_owned(),
                None => access.now().api_keys.values().find(|key| key.id == id)?.name.clone(),
            },
        };
        Some(Self { id: identity.to_owned(), name })
    }
}

impl Asked {
    /// The request of `caller`, if it is somebody.
    pub fn of(caller: &Caller, request: (&str, &str), body: &impl Serialize) -> Option<Self> {
        Actor::of(caller).map(|actor| Self::by(actor, request, body))
    }

    /// The request of the caller of this [identity](Caller::identity), if it is somebody.
    pub(crate) fn of_named(
        access: &Access,
        identity: &str,
        request: (&str, &str),
        body: &impl Serialize,
    ) -> Option<Self> {
        Actor::named(access, identity).map(|actor| Self::by(actor, request, body))
    }

    fn by(actor: Actor, (method, path): (&str, &str), body: &impl Serialize) -> Self {
        let body = serde_json::to_string(body).unwrap_or_default();
        Self { actor, method: method.to_owned(), path: path.to_owned(), body: bounded(body) }
    }
}

/// The text, if it is not too long.
pub(super) fn bounded(text: String) -> String {
    if text.len() <= TEXT_BYTES_MAX { text } else { TOO_LONG.to_owned() }
}
