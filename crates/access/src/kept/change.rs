//! Making, changing and removing what is kept for reports: each in one transaction with its version, and in this process's memory
//! at once.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde_json::{Value, json};
use uuid::Uuid;

use super::store;
use super::thing::{Draft, Kept, KeptKind, KeptVersion, Secret};
use crate::Access;
use crate::changes::{Asked, OF_ACCESS};
use crate::manage_error::{ManageError, outdated};

/// Things of one kind that a site has.
const OF_SITE_MAX: i64 = 500;

/// Things in all: every process has them in memory and reads them every 5 s.
const ALL_MAX: i64 = 10_000;

/// What becomes of the secrets of a share link.
#[derive(Debug, Clone)]
pub(crate) enum Secrets {
    /// They stay as they are.
    Same,
    /// Those of a new link.
    New(Secret),
    /// Another password, or none.
    Password(Option<String>),
}

impl Access {
    /// Writes down a new thing of `site`, made by `by`.
    ///
    /// # Errors
    /// The 409 problem where there are as many as may be, or the name of a goal is taken; 503 without a database.
    pub async fn keep(
        &self,
        site: &str,
        kind: KeptKind,
        draft: Draft,
        by: &str,
    ) -> Result<Arc<Kept>, ManageError> {
        self.keep_with(new(site, kind, draft, by), Secrets::Same).await
    }

    /// The same with secrets.
    pub(crate) async fn keep_with(&self, mut kept: Kept, secrets: Secrets) -> Result<Arc<Kept>, ManageError> {
        apply(&mut kept, secrets);
        let id = kept.id.clone();
        let kind = kept.kind;
        let asked = self.asked(&kept, ("POST", ""), &kept.created_by);
        let made = self.database()?.change(move |tx, now| {
            if store::count(tx, &kept.site, kind)? >= OF_SITE_MAX {
                let name = kind.name();
                return Err(ManageError::Conflict(format!(
                    "the site has {OF_SITE_MAX} of the kind {name}: remove some"
                )));
            }
            if store::count_all(tx)? >= ALL_MAX {
                return Err(ManageError::Conflict(format!("there are {ALL_MAX} things in all: remove some")));
            }
            let kept = Kept { created_at: now, changed_at: now, ..kept.clone() };
            refuse_taken(tx, &kept)?;
            OF_ACCESS.write_down(tx, asked.as_ref(), (&Value::Null, &shown(&kept)), now)?;
            Ok(store::put(tx, &kept)?)
        });
        made.await?;
        self.kept_by_id(kind, &id).ok_or_else(|| unknown(kind, &id))
    }

    /// Writes down a new version of a thing, made by `by`. With `version` only if that is the newest so far.
    ///
    /// # Errors
    /// 404 where there is none, the 409 problem for another version or a name that is taken; 503 without a database.
    pub async fn change_kept(
        &self,
        kept: &Kept,
        draft: Draft,
        by: &str,
        version: Option<i64>,
    ) -> Result<Arc<Kept>, ManageError> {
        self.change_with(kept, (draft, Secrets::Same), by, version).await
    }

    /// The same with secrets.
    pub(crate) async fn change_with(
        &self,
        kept: &Kept,
        (draft, secrets): (Draft, Secrets),
        by: &str,
        version: Option<i64>,
    ) -> Result<Arc<Kept>, ManageError> {
        let (kind, id, by) = (kept.kind, kept.id.clone(), by.to_owned());
        let sought = id.clone();
        let asked = self.asked(kept, ("PUT", &format!("/{id}")), &by);
        let changed = self.database()?.change(move |tx, now| {
            let Some(old) = store::find(tx, &sought)? else { return Err(unknown(kind, &sought)) };
            if version.is_some_and(|version| version != old.version) {
                return Err(outdated(old.version));
            }
            let Draft { owner, name, body } = draft.clone();
            let (version, was) = (old.version + 1, shown(&old));
            let mut next =
                Kept { owner, name, body, version, changed_at: now, changed_by: by.clone(), ..old };
            apply(&mut next, secrets.clone());
            refuse_taken(tx, &next)?;
            OF_ACCESS.write_down(tx, asked.as_ref(), (&was, &shown(&next)), now)?;
            Ok(store::put(tx, &next)?)
        });
        changed.await?;
        self.kept_by_id(kind, &id).ok_or_else(|| unknown(kind, &id))
    }

    /// Removes a thing; its versions stay.
    ///
    /// # Errors
    /// 404 where there is none, 503 without a database.
    pub async fn remove_kept(&self, kept: &Kept, by: &str) -> Result<(), ManageError> {
        let (kind, id, by) = (kept.kind, kept.id.clone(), by.to_owned());
        let asked = self.asked(kept, ("DELETE", &format!("/{id}")), &by);
        let removed = self.database()?.change(move |tx, now| {
            let Some(old) = store::find(tx, &id)? else { return Err(unknown(kind, &id)) };
            store::delete(tx, &id)?;
            OF_ACCESS.write_down(tx, asked.as_ref(), (&shown(&old), &Value::Null), now)?;
            let last = Kept { version: old.version + 1, changed_at: now, changed_by: by.clone(), ..old };
            Ok(store::put_version(tx, &last, None)?)
        });
        removed.await
    }

    /// What is written down of a request for `kept`; nothing of what somebody has for themselves alone.
    fn asked(&self, kept: &Kept, (method, tail): (&str, &str), by: &str) -> Option<Asked> {
        let path = format!("/v1/{}s{tail}", kept.kind.name());
        match kept.owner {
            None => Asked::of_named(self, by, (method, &path), &json!({ "name": kept.name })),
            Some(_) => None,
        }
    }

    /// The versions of a thing, newest first, also of one that was removed; none where there never was one.
    ///
    /// # Errors
    /// 503 without a database, or while it is away.
    pub async fn kept_versions(&self, kind: KeptKind, id: &str) -> Result<Vec<KeptVersion>, ManageError> {
        let (db, id) = (self.database()?.source.db(), id.to_owned());
        Ok(db.read(move |tx| store::versions(tx, kind, &id)).await?)
    }

    /// How every alert stands, by its id.
    ///
    /// # Errors
    /// 503 without a database, or while it is away.
    pub async fn alert_states(&self) -> Result<BTreeMap<String, Value>, ManageError> {
        let states = self.database()?.source.db().read(store::alert_states).await?;
        let read = |(id, text): (String, String)| Some((id, serde_json::from_str(&text).ok()?));
        Ok(states.into_iter().filter_map(read).collect())
    }

    /// Writes down how alerts stand, by their ids.
    ///
    /// # Errors
    /// As [`Access::alert_states`].
    pub async fn put_alert_states(&self, states: Vec<(String, Value)>) -> Result<(), ManageError> {
        let source = &self.database()?.source;
        let now = source.clock.now().micros();
        let write = move |tx: &mut kassa_db::Tx<'_>| {
            let put = |(id, state): &(String, Value)| store::put_alert_state(tx, id, &state.to_string(), now);
            states.iter().try_for_each(put)
        };
        Ok(source.db().write(write).await?)
    }
}

/// The first version of a thing; its times are those of its transaction.
pub(crate) fn new(site: &str, kind: KeptKind, draft: Draft, by: &str) -> Kept {
    let never = kassa_model::Timestamp::from_micros(0);
    Kept {
        id: Uuid::now_v7().to_string(),
        site: site.to_owned(),
        kind,
        owner: draft.owner,
        name: draft.name,
        version: 1,
        body: draft.body,
        created_at: never,
        created_by: by.to_owned(),
        changed_at: never,
        changed_by: by.to_owned(),
        secret: None,
        last_used_at: None,
        used: Arc::default(),
    }
}

/// A thing as its changes show it: without what is secret of it.
fn shown(kept: &Kept) -> Value {
    json!({ "name": kept.name, "site": kept.site, "body": kept.body })
}

fn apply(kept: &mut Kept, secrets: Secrets) {
    match (secrets, &mut kept.secret) {
        (Secrets::New(new), secret) => *secret = Some(new),
        (Secrets::Password(password), Some(secret)) => secret.password = password,
        (Secrets::Password(_), None) | (Secrets::Same, _) => {}
    }
}

/// Goals are asked for by their names.
fn refuse_taken(tx: &mut kassa_db::Tx<'_>, kept: &Kept) -> Result<(), ManageError> {
    match kept.kind == KeptKind::Goal && store::is_name_taken(tx, kept)? {
        true => Err(ManageError::Conflict(format!("there is a goal {} already", kept.name))),
        false => Ok(()),
    }
}

fn unknown(kind: KeptKind, id: &str) -> ManageError {
    let id: String = id.chars().take(100).collect();
    ManageError::Unknown(format!("no {} {id}", kind.name()))
}
