//! What becomes of endpoints by their owner's will.

use kassa_db::{Error, Tx};
use kassa_model::{MICROS_PER_HOUR, Timestamp};
use uuid::Uuid;

use super::body::{Change, NewEndpoint};
use super::endpoint::{Endpoint, Health, Reason};
use super::secret::Secret;
use super::store;

/// How many endpoints there are at most.
pub(super) const ENDPOINTS_MAX: i64 = 50;
/// For how long the secret before signs as well, unless it is said otherwise, hours.
pub(super) const KEEP_HOURS: u32 = 24;
/// And at most.
pub(super) const KEEP_HOURS_MAX: u32 = 168;

/// Makes an endpoint; `None` where there are as many as may be.
pub(super) fn create(tx: &mut Tx<'_>, new: NewEndpoint, now: Timestamp) -> Result<Option<Endpoint>, Error> {
    if store::count(tx)? >= ENDPOINTS_MAX {
        return Ok(None);
    }
    let endpoint = Endpoint {
        id: Uuid::now_v7().to_string(),
        url: new.url,
        description: new.description,
        event_types: new.event_types,
        secret: Secret::fresh(),
        before: None,
        disabled: None,
        health: Health::default(),
        created_at: now,
        updated_at: now,
        version: 1,
    };
    store::insert(tx, &endpoint)?;
    Ok(Some(endpoint))
}

/// Changes an endpoint; `None` where there is none. Enabled again, or elsewhere, it has not failed yet.
pub(super) fn change(
    tx: &mut Tx<'_>,
    id: &str,
    change: Change,
    now: Timestamp,
) -> Result<Option<Endpoint>, Error> {
    let Some(mut endpoint) = store::locked(tx, id)? else { return Ok(None) };
    if let Some(url) = change.url.filter(|url| *url != endpoint.url) {
        endpoint.url = url;
        endpoint.health.failing_since = None;
    }
    endpoint.description = change.description.unwrap_or(endpoint.description);
    endpoint.event_types = change.event_types.unwrap_or(endpoint.event_types);
    match (change.enabled, endpoint.disabled) {
        (Some(true), Some(_)) => {
            endpoint.disabled = None;
            endpoint.health.failing_since = None;
        }
        (Some(false), None) => endpoint.disabled = Some((Reason::Asked, now)),
        _ => {}
    }
    endpoint.updated_at = now;
    endpoint.version += 1;
    store::update(tx, &endpoint)?;
    Ok(Some(endpoint))
}

/// Gives it another secret; the one before signs as well for so many hours. `None` where there is none.
pub(super) fn rotate(
    tx: &mut Tx<'_>,
    id: &str,
    keep_hours: u32,
    now: Timestamp,
) -> Result<Option<Endpoint>, Error> {
    let until = now.plus_micros(i64::from(keep_hours) * MICROS_PER_HOUR);
    store::rotate(tx, (id, &Secret::fresh()), until, now)?;
    store::by_id(tx, id)
}
