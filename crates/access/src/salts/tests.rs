//! Rotation, destruction and persistence of the salts.

use std::collections::HashSet;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use kassa_model::{Clock, MICROS_PER_DAY, ManualClock, Timestamp};

use super::Salts;
use super::cache::week_of;
use crate::secret::to_hex;
use crate::testing::until;

/// 12:00 UTC of a day.
fn noon(day: i64) -> Timestamp {
    Timestamp::from_micros(day * MICROS_PER_DAY + MICROS_PER_DAY / 2)
}

fn text(data: &Path) -> String {
    std::fs::read_to_string(data.join("salts.json")).unwrap()
}

#[test]
fn a_day_keeps_its_salt_and_hands_it_on() {
    let data = tempfile::tempdir().unwrap();
    let salts = Salts::open(data.path()).unwrap();
    let first = salts.at(noon(20_000));
    assert_eq!(salts.at(Timestamp::from_micros(20_000 * MICROS_PER_DAY)), first);
    assert_eq!(salts.at(Timestamp::from_micros(20_001 * MICROS_PER_DAY - 1)), first);
    let second = salts.at(noon(20_001));
    assert_eq!(second.yesterday, first.today);
    assert_ne!(second.today, first.today);
    let third = salts.at(noon(20_002));
    assert_eq!(third.yesterday, second.today);
    let skipped = salts.at(noon(20_010));
    assert_ne!(skipped.yesterday, third.today);
}

#[test]
fn weeks_begin_on_monday() {
    let monday = "2025-01-06T00:00:00Z".parse::<Timestamp>().unwrap().day();
    assert_eq!(week_of(monday), week_of(monday + 6));
    assert_eq!(week_of(monday - 1) + 1, week_of(monday));
    let data = tempfile::tempdir().unwrap();
    let salts = Salts::open(data.path()).unwrap();
    let weekly: Vec<_> = (-1..8).map(|day| salts.at(noon(monday + day)).weekly.0).collect();
    assert_eq!(weekly.iter().collect::<HashSet<_>>().len(), 3);
    assert!(weekly[1..8].iter().all(|salt| *salt == weekly[1]));
}

#[test]
fn a_restart_changes_nothing() {
    let data = tempfile::tempdir().unwrap();
    let before = Salts::open(data.path()).unwrap().at(noon(20_000));
    let again = Salts::open(data.path()).unwrap();
    assert_eq!(again.at(noon(20_000)), before);
    assert_eq!(again.at(noon(20_001)).yesterday, before.today);
}

#[test]
fn old_salts_are_destroyed() {
    let data = tempfile::tempdir().unwrap();
    let salts = Salts::open(data.path()).unwrap();
    let mut destroyed = Vec::new();
    for day in 20_000..20_030 {
        destroyed.push(to_hex(&salts.at(noon(day)).today.0));
        let text = text(data.path());
        let kept: Vec<_> = destroyed.iter().filter(|salt| text.contains(*salt)).collect();
        assert_eq!(kept.len(), destroyed.len().min(2), "today's and yesterday's of {day}");
        assert!(kept.contains(&destroyed.last().unwrap()));
    }
    let file: super::cache::SaltsFile = serde_json::from_str(&text(data.path())).unwrap();
    assert!(file.days.len() == 2 && file.weeks.len() <= 2);
    assert!(!data.path().join("salts.tmp").exists());
}

#[test]
fn old_salts_are_destroyed_where_visits_come_every_few_days() {
    for (step, restarts) in [(2, false), (3, false), (2, true), (9, true)] {
        let data = tempfile::tempdir().unwrap();
        let mut salts = Salts::open(data.path()).unwrap();
        for day in (20_000..20_060).step_by(step) {
            if restarts {
                salts = Salts::open(data.path()).unwrap();
            }
            salts.at(noon(day));
            let file: super::cache::SaltsFile = serde_json::from_str(&text(data.path())).unwrap();
            let oldest = day - i64::try_from(step).unwrap() - 1;
            assert!(file.days.keys().all(|kept| *kept >= oldest), "{step} {day}: {:?}", file.days.keys());
            assert!(file.days.len() <= 4 && file.weeks.len() <= 4, "{step} {day}");
        }
    }
}

#[tokio::test]
async fn old_salts_are_destroyed_though_nobody_visits() {
    let data = tempfile::tempdir().unwrap();
    let clock = Arc::new(ManualClock::new(noon(20_000)));
    let salts = Arc::new(Salts::open_by(data.path(), Arc::clone(&clock) as Arc<dyn Clock>).unwrap());
    let shutdown = kassa_service::Shutdown::new();
    let every = Duration::from_millis(1);
    let looking = salts.turn_every(every, shutdown.clone());
    assert!(tokio::time::timeout(10 * every, looking).await.is_err(), "it goes on until the shutdown");
    assert!(!data.path().join("salts.json").exists(), "nobody has visited: none are made");
    let secret = to_hex(&salts.at(clock.now()).today.0);
    let (followed, end) = (Arc::clone(&salts), shutdown.clone());
    let following = tokio::spawn(async move { followed.turn_every(every, end).await });
    for (day, kept) in [(20_001, true), (20_002, false)] {
        clock.set(noon(day));
        until("the new day's are there", || text(data.path()).contains(&format!("\"{day}\""))).await;
        assert_eq!(text(data.path()).contains(&secret), kept, "{day}");
    }
    shutdown.trigger();
    following.await.unwrap();
}

#[test]
fn the_file_is_for_the_owner_alone() {
    let data = tempfile::tempdir().unwrap();
    // Left behind by a crash, readable for all.
    std::fs::write(data.path().join("salts.tmp"), "junk").unwrap();
    Salts::open(data.path()).unwrap().at(noon(20_000));
    let mode = std::fs::metadata(data.path().join("salts.json")).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
}

#[test]
fn whoever_asks_at_once_gets_the_same() {
    let data = tempfile::tempdir().unwrap();
    let salts = Salts::open(data.path()).unwrap();
    for day in 20_000..20_020 {
        let found: HashSet<_> = std::thread::scope(|scope| {
            let threads: Vec<_> = (0..8).map(|_| scope.spawn(|| salts.at(noon(day)).today.0)).collect();
            threads.into_iter().map(|thread| thread.join().unwrap()).collect()
        });
        assert_eq!(found.len(), 1);
    }
}

#[test]
fn days_gone_by_are_served_from_memory_only() {
    let data = tempfile::tempdir().unwrap();
    let salts = Salts::open(data.path()).unwrap();
    let now = salts.at(noon(20_030));
    let kept = text(data.path());
    let mut before = None;
    for day in 20_000..20_030 {
        let salt = salts.at(noon(day));
        assert_eq!(salts.at(noon(day)), salt);
        assert_eq!(before.unwrap_or(salt.yesterday), salt.yesterday, "{day}");
        before = Some(salt.today);
    }
    assert_eq!(before, Some(now.yesterday), "the last of them is yesterday");
    assert_eq!(text(data.path()), kept, "the file is as before");
    assert_eq!(salts.at(noon(20_030)), now);
    // A clock that is off by years asks for ever more days: memory stays bounded.
    for day in (0..5_000).chain((0..5_000).rev()) {
        assert_eq!(salts.at(noon(day)), salts.at(noon(day)));
    }
    assert!(salts.cache.kept.lock().unwrap().past.len() <= super::cache::PAST_DAYS_MAX);
}

#[test]
fn a_broken_file_is_an_error() {
    let data = tempfile::tempdir().unwrap();
    for text in
        ["", "{}", r#"{"v":1,"days":{"1":"zz"},"weeks":{}}"#, r#"{"v":1,"days":{"1":"00"},"weeks":{}}"#]
    {
        std::fs::write(data.path().join("salts.json"), text).unwrap();
        let message = Salts::open(data.path()).unwrap_err().to_string();
        assert!(message.contains("salts.json"), "{message}");
    }
    std::fs::write(data.path().join("salts.json"), r#"{"v":2,"hours":{}}"#).unwrap();
    let message = Salts::open(data.path()).unwrap_err().to_string();
    assert!(message.contains("a newer kassa wrote") && message.contains("start that one"), "{message}");
}

#[test]
fn a_disk_that_refuses_costs_no_event() {
    let salts = Salts::open(Path::new("/proc/kassa-no-such-folder")).unwrap();
    let first = salts.at(noon(20_000));
    assert_eq!(salts.at(noon(20_000)), first);
    assert_eq!(salts.at(noon(20_001)).yesterday, first.today);
}

#[test]
fn a_clock_set_ahead_and_back_changes_no_salt_and_leaves_none() {
    for ahead in [3, 730] {
        let data = tempfile::tempdir().unwrap();
        let clock = Arc::new(ManualClock::new(noon(20_000)));
        let open = || Salts::open_by(data.path(), Arc::clone(&clock) as Arc<dyn Clock>).unwrap();
        let mut salts = open();
        let before = salts.at(clock.now());
        for restart in [false, true] {
            clock.set(noon(20_000 + ahead));
            let wrong = salts.at(clock.now());
            assert_ne!(wrong.today, before.today);
            if restart {
                salts = open();
            }
            assert_eq!(salts.at(clock.now()), wrong);
            clock.set(noon(20_000));
            assert_eq!(salts.at(clock.now()), before, "{ahead} days ahead and back");
            let text = text(data.path());
            assert!(!text.contains(&to_hex(&wrong.today.0)), "what is of a time to come is destroyed");
            assert!(text.contains(&to_hex(&before.today.0)), "a restart finds the day's");
        }
        clock.set(noon(20_001));
        assert_eq!(salts.at(clock.now()).yesterday, before.today);
        // A clock that goes on there is right: what was before it goes a day later.
        clock.set(noon(20_001 + ahead));
        salts.at(clock.now());
        clock.set(noon(20_002 + ahead));
        salts.at(clock.now());
        assert!(!text(data.path()).contains(&to_hex(&before.today.0)));
    }
}

#[test]
fn a_clock_set_back_goes_on_with_the_day_s_salts() {
    let data = tempfile::tempdir().unwrap();
    let clock = Arc::new(ManualClock::new(noon(20_000)));
    let salts = Salts::open_by(data.path(), Arc::clone(&clock) as Arc<dyn Clock>).unwrap();
    let today = salts.at(clock.now());
    clock.set(Timestamp::from_micros(noon(20_000).micros() - 2 * MICROS_PER_DAY / 24));
    assert_eq!(salts.at(clock.now()), today);
    clock.set(noon(19_999));
    assert_eq!(salts.at(clock.now()).today, today.yesterday);
    clock.set(noon(20_000));
    assert_eq!(salts.at(clock.now()), today);
}
