//! Making and ending sites and keys at run time. What stands in the configuration is changed there alone.

use std::sync::Arc;

use jiff::tz::TimeZone;
use kassa_model::Timestamp;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::changes::{Asked, OF_ACCESS};
use crate::manage_error::ManageError;
use crate::secret::SECRET_PREFIX;
use crate::secret::{Hash, random, to_hex};
use crate::site::{Site, WriteKey, is_id};
use crate::sites::SITES_MAX;
use crate::store::{self, ApiKey, StoredSite};
use crate::{Access, Scope, Scopes, SiteRules};

/// Secret keys at a time.
const API_KEYS_MAX: i64 = 1_000;

/// Secret keys that were revoked, as far back as they are listed.
const REVOKED_SHOWN: i64 = 100;

/// Public keys of a site.
const SITE_KEYS_MAX: i64 = 100;

/// Days for which a site's events may be kept: a hundred years.
const KEEP_DAYS_MAX: u32 = 36_500;

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

    /// Makes a site.
    pub(crate) async fn create_site(
        &self,
        site: StoredSite,
        asked: Option<Asked>,
    ) -> Result<Arc<Site>, ManageError> {
        check_site(&site)?;
        let attached = self.database()?;
        let id = site.id.clone();
        let exists = ManageError::Conflict(format!("there is a site {id} already"));
        if self.site(&id).is_some() {
            return Err(exists);
        }
        if self.now().by_id.len() >= SITES_MAX {
            return Err(ManageError::Conflict(format!("there are {SITES_MAX} sites")));
        }
        let made = attached.change(move |tx, now| {
            let made = store::insert_site(tx, &site, now)?;
            if made {
                OF_ACCESS.write_down(tx, asked.as_ref(), (&Value::Null, &json!({ "id": site.id })), now)?;
            }
            Ok::<_, ManageError>(made)
        });
        if !made.await? {
            return Err(exists);
        }
        tracing::info!(site = id, "made a site");
        self.site(&id).ok_or(exists)
    }

    /// Makes a public key of a site.
    pub(crate) async fn create_site_key(
        &self,
        site: &str,
        asked: Option<Asked>,
    ) -> Result<(String, Timestamp), ManageError> {
        let attached = self.database()?;
        let known = self.site(site).ok_or_else(|| unknown("site", site))?;
        let key = format!("wk_{}", to_hex(&random::<16>()));
        let (id, made) = (known.id.clone(), key.clone());
        let created = attached.change(move |tx, now| {
            if store::count_site_keys(tx, &id)? >= SITE_KEYS_MAX {
                return Err(ManageError::Conflict(format!(
                    "site {id} has {SITE_KEYS_MAX} keys: revoke some"
                )));
            }
            store::insert_site_key(tx, &made, &id, now)?;
            OF_ACCESS.write_down(tx, asked.as_ref(), (&Value::Null, &json!({ "key": made })), now)?;
            Ok(now)
        });
        Ok((key, created.await?))
    }

    /// Ends a public key of a site.
    pub(crate) async fn revoke_site_key(
        &self,
        (site, key): (&str, &str),
        asked: Option<Asked>,
    ) -> Result<(), ManageError> {
        let attached = self.database()?;
        let known = self.site(site).ok_or_else(|| unknown("site", site))?;
        let configured = |found: &&WriteKey| found.key == key && found.created_at.is_none();
        if has_control(key) {
            return Err(unknown("write key", key));
        }
        if known.write_keys.iter().find(configured).is_some() {
            return Err(ManageError::Conflict("this key stands in the configuration".to_owned()));
        }
        let (id, ended) = (known.id.clone(), key.to_owned());
        let revoked = attached.change(move |tx, now| {
            let revoked = store::delete_site_key(tx, &ended, &id)?;
            if revoked {
                OF_ACCESS.write_down(tx, asked.as_ref(), (&json!({ "key": ended }), &Value::Null), now)?;
            }
            Ok::<_, ManageError>(revoked)
        });
        match revoked.await? {
            true => Ok(()),
            false => Err(unknown("write key", key)),
        }
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

fn check_site(site: &StoredSite) -> Result<(), ManageError> {
    if !is_id(&site.id) || has_control(&site.id) {
        return Err(ManageError::Invalid(
            "id must have 1 to 255 bytes, none of them a control character".to_owned(),
        ));
    }
    if TimeZone::get(&site.timezone).is_err() {
        return Err(ManageError::Invalid("timezone is not in the IANA database".to_owned()));
    }
    if site.keep_days > KEEP_DAYS_MAX {
        return Err(ManageError::Invalid(
            "keep_days must be at most 36500; 0 keeps events for ever".to_owned(),
        ));
    }
    if let Err(why) = SiteRules::new(&site.rules, &site.origins) {
        return Err(ManageError::Invalid(why.to_string()));
    }
    match site.origins.iter().find(|origin| !is_origin(origin)) {
        _ if site.origins.len() > 100 => Err(ManageError::Invalid("origins has more than 100".to_owned())),
        Some(_) => Err(ManageError::Invalid("origins must look like https://shop.example".to_owned())),
        None => Ok(()),
    }
}

/// Scheme and authority, no path: what a browser sends as `Origin`.
fn is_origin(text: &str) -> bool {
    let authority = text.strip_prefix("https://").or_else(|| text.strip_prefix("http://"));
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-.:[]".contains(&byte);
    authority.is_some_and(|rest| !rest.is_empty() && rest.len() <= 255 && rest.bytes().all(plain))
}

fn has_control(text: &str) -> bool {
    text.chars().any(char::is_control)
}

fn unknown(what: &str, id: &str) -> ManageError {
    let id: String = id.chars().take(100).collect();
    ManageError::Unknown(format!("no {what} {id}"))
}
