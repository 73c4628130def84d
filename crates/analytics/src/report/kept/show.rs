//! How things are shown: their own members, then what all have.

use kassa_access::{Caller, Kept, KeptKind, KeptVersion};
use serde_json::{Value, json};

/// A thing in its newest version.
pub(super) fn thing(kept: &Kept) -> Value {
    let mut shown = Value::Object(kept.body.clone());
    shown["id"] = json!(kept.id);
    shown["site_id"] = json!(kept.site);
    shown["version"] = json!(kept.version);
    shown["created_at"] = json!(kept.created_at.to_string());
    shown["created_by"] = json!(kept.created_by);
    shown["changed_at"] = json!(kept.changed_at.to_string());
    shown["changed_by"] = json!(kept.changed_by);
    match kept.kind {
        KeptKind::Annotation => shown["source"] = json!("manual"),
        KeptKind::Share => {
            shown["has_password"] = json!(kept.has_password());
            shown["last_used_at"] = json!(kept.last_used_at().map(|at| at.to_string()));
        }
        _ => {}
    }
    shown
}

/// The same for `caller`: who has a share link is not told who writes things down.
pub(super) fn thing_for(kept: &Kept, caller: &Caller) -> Value {
    let mut shown = thing(kept);
    if let (Caller::Share(_), Some(members)) = (caller, shown.as_object_mut()) {
        members.retain(|name, _| name != "created_by" && name != "changed_by");
    }
    shown
}

/// A version of a thing as it was.
pub(super) fn version(was: &KeptVersion) -> Value {
    let mut shown = Value::Object(was.body.clone().unwrap_or_default());
    shown["version"] = json!(was.version);
    shown["removed"] = json!(was.body.is_none());
    shown["changed_at"] = json!(was.changed_at.to_string());
    shown["changed_by"] = json!(was.changed_by);
    shown
}
