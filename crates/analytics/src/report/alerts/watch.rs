//! Measures every alert once a minute and writes down how it stands.
//!
//! ```json
//! {"status":"firing","since":"2026-11-29T10:00:00Z","checked_at":"2026-11-29T10:05:00Z","value":0,"expected":12,"reason":null}
//! ```

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use kassa_access::{Caller, Kept, KeptKind};
use kassa_model::Timestamp;
use kassa_service::Shutdown;
use serde_json::{Value, json};

use super::baseline::Standing;
use super::evaluate::{Sources, shown, stands};
use super::pager::{Fired, Pager};
use super::rule::Rule;
use crate::report::kept::names::Names;
use crate::report::refusal::Refusal;
use crate::report::reports::Reports;

const EVERY: Duration = Duration::from_secs(60);

/// Watches until the shutdown. Roles in several processes may all watch: they find the same.
pub async fn watch_alerts(reports: Arc<Reports>, pager: Arc<dyn Pager>, shutdown: Shutdown) {
    loop {
        look(&reports, pager.as_ref()).await;
        tokio::select! {
            () = tokio::time::sleep(EVERY) => {}
            () = shutdown.wait() => return,
        }
    }
}

/// Looks at every alert once.
pub(crate) async fn look(reports: &Reports, pager: &dyn Pager) {
    let alerts = reports.access.all_kept(KeptKind::Alert);
    if alerts.is_empty() {
        return;
    }
    let before = match reports.access.alert_states().await {
        Ok(before) => before,
        Err(error) => {
            tracing::warn!(%error, "cannot read how alerts stand");
            return;
        }
    };
    let mut states = Vec::with_capacity(alerts.len());
    for alert in alerts {
        let state = state_of(reports, &alert, &before).await;
        if state["status"] == "firing" {
            pager.fires(fired(&alert, &state)).await;
        }
        states.push((alert.id.clone(), state));
    }
    if let Err(error) = reports.access.put_alert_states(states).await {
        tracing::warn!(%error, "cannot write down how alerts stand");
    }
}

fn fired(alert: &Kept, state: &Value) -> Fired {
    Fired {
        id: alert.id.clone(),
        name: alert.name.clone(),
        site: alert.site.clone(),
        since: state["since"].as_str().unwrap_or_default().to_owned(),
        value: state["value"].clone(),
        expected: state["expected"].clone(),
    }
}

async fn state_of(reports: &Reports, alert: &Kept, before: &BTreeMap<String, Value>) -> Value {
    let now = reports.now();
    let (status, mut state) = judged(reports, alert, now).await;
    let known = before.get(&alert.id).filter(|known| known["status"] == json!(status));
    let since = known.map_or_else(|| json!(now.to_string()), |known| known["since"].clone());
    if known.is_none() && status == "firing" {
        tracing::warn!(alert = alert.name, site = alert.site, value = %state["value"], "an alert fires");
    }
    state["status"] = json!(status);
    state["since"] = since;
    state["checked_at"] = json!(now.to_string());
    state
}

async fn judged(reports: &Reports, alert: &Kept, now: Timestamp) -> (&'static str, Value) {
    let unknown = |reason: String| ("unknown", json!({"value": null, "expected": null, "reason": reason}));
    if alert.body.get("enabled") != Some(&Value::Bool(true)) {
        return ("disabled", json!({"value": null, "expected": null, "reason": null}));
    }
    let part = |name: &str| alert.body.get(name).unwrap_or(&Value::Null);
    // It asks as whoever may see all of the site.
    let caller = Caller::Admin;
    let rule = match Rule::parse(&Names::written(&reports.access), &alert.site, part("watch"), part("when")) {
        Ok(rule) => rule,
        Err(why) => return unknown(why.to_string()),
    };
    let store = reports.store(&caller);
    let zone = reports.zone_of(&alert.site);
    let sources = Sources { store: &store, reports, caller: &caller, site: &alert.site, zone: &zone };
    match stands(sources, &rule, now).await {
        Err(error) => unknown(Refusal::from(error).told()),
        Ok(found) => {
            let status = match found.standing {
                Standing::Fine => "ok",
                Standing::Firing => "firing",
                Standing::Unknown => "unknown",
            };
            (status, json!({"value": shown(found.value), "expected": shown(found.expected), "reason": null}))
        }
    }
}
