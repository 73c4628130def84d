//! Fail points: named places where a test can kill the process. Always compiled; unarmed, a point is one atomic load.
//!
//! Armed only by [`arm`], which `app` calls with `KASSA_FAILPOINTS` at start: `log.after_write=3,store.before_commit=1`
//! dies at the third pass of the one or the first of the other, as by `kill -9`: no destructor, no flush.
//! `store.before_commit=sleep:500` waits half a second at each pass instead: a slow store.

use std::sync::OnceLock;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

/// Every point, those of upgrades and of starts first, then in the order in which an event passes them. A test asserts that the code hits each and no other.
pub const ALL: &[&str] = &[
    "upgrade.store_before_commit",
    "upgrade.store_after_commit",
    "start.before_open",
    "resume.before_ids",
    "log.before_write",
    "log.after_write",
    "log.after_sync",
    "log.after_roll",
    "collect.after_append",
    "process.before_insert",
    "store.mid_insert",
    "store.before_commit",
    "store.after_commit",
    "process.after_insert",
    "process.after_commit",
    "log.before_delete",
    "orders.before_write",
    "orders.after_stock",
    "db.before_commit",
    "db.after_commit",
    "orders.after_commit",
    "relay.after_append",
    "relay.before_mark",
    "fetch.after_append",
    "notify.before_rows",
    "notify.after_rows",
    "notify.before_send",
    "notify.after_send",
    "privacy.after_begin",
    "privacy.after_list",
    "privacy.after_mails",
    "privacy.after_shop",
    "privacy.after_log",
    "privacy.after_store",
    "privacy.before_end",
    "transport.after_reply",
    "transport.after_decision",
    "drain.after_reply",
    "backup.after_store",
    "backup.before_manifest",
    "restore.mid_copy",
    "restore.before_end",
];

static ARMED: AtomicBool = AtomicBool::new(false);
static PLAN: OnceLock<Vec<(&'static str, Action)>> = OnceLock::new();

/// What an armed point does.
#[derive(Debug)]
enum Action {
    /// Die when so many passes are left to go.
    Die(AtomicU64),
    /// Wait, ms.
    Sleep(u64),
}

/// A plan that names no such point or no count.
#[derive(Debug, thiserror::Error)]
#[error("cannot arm fail points: {0}")]
pub struct PlanError(String);

/// Arms the points of `plan` (`name=count` or `name=sleep:ms`, comma-separated); once per process.
///
/// # Errors
/// [`PlanError`] for an unknown name, a count that is no positive number, or a second call.
pub fn arm(plan: &str) -> Result<(), PlanError> {
    PLAN.set(parse(plan)?).map_err(|_| PlanError("already armed".to_owned()))?;
    ARMED.store(true, Ordering::SeqCst);
    Ok(())
}

/// Whether `plan` is one, without arming it.
///
/// # Errors
/// [`PlanError`] as [`arm`] has it.
pub fn check(plan: &str) -> Result<(), PlanError> {
    parse(plan).map(drop)
}

fn parse(plan: &str) -> Result<Vec<(&'static str, Action)>, PlanError> {
    let mut points = Vec::new();
    for part in plan.split(',').filter(|part| !part.trim().is_empty()) {
        let (name, action) = part.trim().split_once('=').unwrap_or((part.trim(), "1"));
        let Some(name) = ALL.iter().find(|known| **known == name) else {
            return Err(PlanError(format!("no point is named {name}; there are {}", ALL.join(", "))));
        };
        points.push((*name, parse_action(action)?));
    }
    Ok(points)
}

fn parse_action(text: &str) -> Result<Action, PlanError> {
    let (sleep, number) = match text.strip_prefix("sleep:") {
        Some(ms) => (true, ms),
        None => (false, text),
    };
    match number.parse::<u64>() {
        Ok(ms) if sleep => Ok(Action::Sleep(ms)),
        Ok(count) if count > 0 => Ok(Action::Die(AtomicU64::new(count))),
        _ => Err(PlanError(format!("{text} is no positive count and no sleep:ms"))),
    }
}

/// Marks a place in the code: dies here if the plan says so.
#[inline]
pub fn hit(name: &'static str) {
    if ARMED.load(Ordering::Relaxed) {
        act(name);
    }
}

#[cold]
fn act(name: &'static str) {
    debug_assert!(ALL.contains(&name), "fail point {name} is not listed");
    let Some(plan) = PLAN.get() else { return };
    for (_, action) in plan.iter().filter(|(point, _)| *point == name) {
        match action {
            Action::Die(left) if left.fetch_sub(1, Ordering::SeqCst) == 1 => std::process::abort(),
            Action::Die(_) => {}
            Action::Sleep(ms) => std::thread::sleep(std::time::Duration::from_millis(*ms)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn refuses_bad_plans() {
        assert!(arm("nope=1").unwrap_err().to_string().contains("log.after_write"));
        assert!(arm("log.after_write=0").is_err());
        assert!(arm("log.after_write=x").is_err());
        assert!(arm("log.after_write=sleep:").is_err());
        assert!(check("nope=1").is_err());
        check("log.after_write=1,store.before_commit=sleep:5").unwrap();
        hit("log.after_write");
    }
}
