//! Making and ending secret keys at run time. What stands in the configuration is changed there alone.

use std::sync::Arc;

use kassa_model::Timestamp;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::changes::{Asked, OF_ACCESS};
use crate::manage_error::{ManageError, has_control, unknown};
use crate::secret::SECRET_PREFIX;
use crate::secret::{Hash, random, to_hex};
use crate::store::{self, ApiKey};
use crate::{Access, Scope, Scopes};

/// Secret keys at a time.
const API_KEYS_MAX: i64 = 1_000;

/// Secret keys that were revoked, as far back as they are listed.
const REVOKED_SHOWN: i64 = 100;

/// Characters of a key's name.
const NAME_CHARS_MAX: usize = 100;

/// Characters of a secret key that its list shows.
const SHOWN: usize = SECRET_PREFIX.len() + 6;

/// A secret key to be made.
#[derive(Debug)]
pub(crate) struct NewKey {
    pub(crate) name: String,
    pub(crate) scopes: Scopes,
    pub(crate) site: Option<String>,
}

impl Access {
    /// Makes a secret key; it is returned this once.
    pub(crate) async fn create_key(
        &self,
        new: NewKey,
        asked: Option<Asked>,
    ) -> Result<(ApiKey, String), ManageError> {
        self.check_key(&new)?;
        let attached = self.database()?;
        let secret = format!("{SECRET_PREFIX}{}", to_hex(&random::<32>()));
        let key = ApiKey {
            id: Uuid::now_v7().to_string(),
            name: new.name,
            hash: Hash::of(&secret),
            prefix: secret[..SHOWN].to_owned(),
            scopes: new.scopes,
            site: new.site,
            created_at: attached.source.clock.now(),
            last_used_at: None,
            used: Arc::default(),
        };
        let stored = key.clone();
        let made = attached.change(move |tx, now| {
            if store::count_api_keys(tx)? >= API_KEYS_MAX {
                return Err(ManageError::Conflict(format!("there are {API_KEYS_MAX} keys: revoke some")));
            }
            store::insert_api_key(tx, &stored)?;
            Ok(OF_ACCESS.write_down(tx, asked.as_ref(), (&Value::Null, &shown(&stored)), now)?)
        });
        made.await?;
        tracing::info!(key = key.id, name = key.name, scopes = ?key.scopes.names(), "made a secret key");
        Ok((key, secret))
    }

    /// Ends a secret key.
    pub(crate) async fn revoke_key(&self, id: &str, asked: Option<Asked>) -> Result<(), ManageError> {
        let attached = self.database()?;
        if has_control(id) {
            return Err(unknown("key", id));
        }
        let ended = id.to_owned();
        let was = self.now().api_keys.values().find(|key| key.id == id).map_or(Value::Null, |key| shown(key));
        let revoked = attached.change(move |tx, now| {
            let revoked = store::revoke_api_key(tx, &ended, now)?;
            if revoked {
                OF_ACCESS.write_down(tx, asked.as_ref(), (&was, &Value::Null), now)?;
            }
            Ok::<_, ManageError>(revoked)
        });
        match revoked.await? {
            true => tracing::info!(key = id, "revoked a secret key"),
            false => return Err(unknown("key", id)),
        }
        Ok(())
    }

    /// The secret keys that were ended last, the last first, each with when.
    pub(crate) async fn revoked_keys(&self) -> Result<Vec<(ApiKey, Timestamp)>, ManageError> {
        Ok(self.database()?.source.db().read(|tx| store::revoked_api_keys(tx, REVOKED_SHOWN)).await?)
    }

    fn check_key(&self, new: &NewKey) -> Result<(), ManageError> {
        let invalid = |text: &str| Err(ManageError::Invalid(text.to_owned()));
        if new.name.trim().is_empty() || new.name.chars().count() > NAME_CHARS_MAX || has_control(&new.name) {
            return invalid("name must have 1 to 100 characters, none of them a control character");
        }
        if new.scopes.is_empty() {
            return invalid("scopes must name one at least");
        }
        match &new.site {
            Some(_) if new.scopes.allow(Scope::Admin) => {
                invalid("a key with the scope admin cannot be limited to a site")
            }
            Some(site) if self.site(site).is_none() => Err(unknown("site", site)),
            _ => Ok(()),
        }
    }
}

/// A key without what is secret of it.
fn shown(key: &ApiKey) -> Value {
    json!({ "id": key.id, "name": key.name, "scopes": key.scopes.names(), "site": key.site })
}
