//! Making and changing sites and their public keys at run time. What stands in the configuration is changed there alone.

use std::sync::Arc;

use jiff::tz::TimeZone;
use kassa_model::Timestamp;
use serde_json::{Value, json};

use crate::changes::{Asked, OF_ACCESS};
use crate::manage_error::{ManageError, has_control, outdated, unknown};
use crate::secret::{random, to_hex};
use crate::site::{Site, Source, WriteKey, is_id};
use crate::sites::SITES_MAX;
use crate::store::{self, StoredSite};
use crate::{Access, SiteRules};

/// Public keys of a site.
const SITE_KEYS_MAX: i64 = 100;

/// Days for which a site's events may be kept: a hundred years.
const KEEP_DAYS_MAX: u32 = 36_500;

impl Access {
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
                OF_ACCESS.write_down(tx, asked.as_ref(), (&Value::Null, &json!(site)), now)?;
            }
            Ok::<_, ManageError>(made)
        });
        if !made.await? {
            return Err(exists);
        }
        tracing::info!(site = id, "made a site");
        self.site(&id).ok_or(exists)
    }

    /// Changes a site into this one. With `version` only if that is the newest so far.
    pub(crate) async fn change_site(
        &self,
        site: StoredSite,
        version: Option<i64>,
        asked: Option<Asked>,
    ) -> Result<Arc<Site>, ManageError> {
        check_site(&site)?;
        let id = site.id.clone();
        let known = self.site(&id).ok_or_else(|| unknown("site", &id))?;
        if known.source == Source::Configuration {
            let text = format!("site {id} stands in the configuration, which alone changes it");
            return Err(ManageError::Conflict(text));
        }
        let changed = self.database()?.change(move |tx, now| {
            // One of open mode may not have been written down yet, and a preset is not.
            let stored = store::find_site(tx, &site.id)?;
            let stored = stored.filter(|stored| known.source != Source::Preset || stored.was_changed());
            let was = stored.unwrap_or_else(|| StoredSite::of(&known));
            if version.is_some_and(|version| version != was.version) {
                return Err(outdated(was.version));
            }
            let is = StoredSite { version: was.version + 1, ..site.clone() };
            if !store::put_site(tx, &is, now)? {
                return Err(outdated(is.version));
            }
            Ok(OF_ACCESS.write_down(tx, asked.as_ref(), (&json!(was), &json!(is)), now)?)
        });
        changed.await?;
        tracing::info!(site = id, "changed a site");
        self.site(&id).ok_or_else(|| unknown("site", &id))
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
