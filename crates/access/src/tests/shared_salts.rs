//! Salts in the database: one for all roles, whoever asks first; destroyed in time; there at midnight without a database.

use std::collections::HashSet;
use std::sync::Arc;

use kassa_db::Db;
use kassa_db::testing::TestPostgres;
use kassa_model::{Clock, MICROS_PER_DAY, ManualClock};
use kassa_service::Status;

use crate::Salts;
use crate::testing::{beds, noon, until};

fn rows(db: &Db) -> Vec<(String, i64, String)> {
    let sql = "SELECT kind, number, salt FROM salts ORDER BY kind, number";
    let read = db.read_blocking::<_, kassa_db::Error>(move |tx| {
        tx.all(sql, &[], |row| Ok((row.text(0)?, row.int(1)?, row.text(2)?)))
    });
    read.unwrap()
}

#[test]
fn roles_that_start_at_once_agree() {
    for bed in beds() {
        let found: Vec<_> = std::thread::scope(|scope| {
            let start = || {
                let db = Db::open(&bed.url).unwrap();
                let clock: Arc<dyn Clock> = Arc::new(ManualClock::new(noon()));
                let salts = Salts::shared(db, Arc::clone(&clock)).unwrap();
                assert_eq!(salts.status(), Status::Up);
                [0, 1].map(|days| {
                    salts.at(kassa_model::Timestamp::from_micros(noon().micros() + days * MICROS_PER_DAY))
                })
            };
            let roles: Vec<_> = (0..4).map(|_| scope.spawn(start)).collect();
            roles.into_iter().map(|role| role.join().unwrap()).collect()
        });
        assert!(found.iter().all(|salts| *salts == found[0]), "{}: today's and tomorrow's", bed.name);
        assert_eq!(found[0][1].yesterday, found[0][0].today);
    }
}

#[tokio::test]
async fn old_ones_are_destroyed_in_the_database() {
    for bed in beds() {
        let db = Db::open(&bed.url).unwrap();
        let clock = Arc::new(ManualClock::new(noon()));
        let salts = Salts::shared(db.clone(), Arc::clone(&clock) as Arc<_>).unwrap();
        let mut seen = HashSet::new();
        for _ in 0..3 {
            let day = clock.now().day();
            let today = salts.at(clock.now());
            until("yesterday, today and tomorrow are there, and no other day", || {
                let days: Vec<_> =
                    rows(&db).into_iter().filter(|(kind, ..)| kind == "day").map(|(_, n, _)| n).collect();
                // Known here, too: the clock of a real day leaves hours between the commit and midnight.
                days == [day - 1, day, day + 1] && salts.has(day + 1)
            })
            .await;
            assert!(rows(&db).iter().filter(|(kind, ..)| kind == "week").count() <= 2);
            assert!(seen.insert(today.today.0), "a new one every day");
            assert_eq!(salts.at(clock.now()), today, "and the same all day");
            clock.advance(MICROS_PER_DAY);
        }
    }
}

#[tokio::test]
async fn a_clock_set_ahead_and_back_changes_no_salt_in_the_database() {
    for bed in beds() {
        let db = Db::open(&bed.url).unwrap();
        let clock = Arc::new(ManualClock::new(noon()));
        let salts = Salts::shared(db.clone(), Arc::clone(&clock) as Arc<_>).unwrap();
        let (before, today) = (salts.at(clock.now()), noon().day());
        let days = || -> Vec<i64> {
            rows(&db).into_iter().filter(|(kind, ..)| kind == "day").map(|(_, number, _)| number).collect()
        };
        for ahead in [3, 730] {
            clock.advance(ahead * MICROS_PER_DAY);
            salts.at(clock.now());
            until("the later time has its salts, and the day's are kept", || {
                days().contains(&(today + ahead + 1)) && days().contains(&today)
            })
            .await;
            clock.set(noon());
            assert_eq!(salts.at(clock.now()), before, "{}", bed.name);
            until("none of the later time is left", || {
                let days = days();
                days.starts_with(&[today - 1, today, today + 1]) && days.iter().all(|day| *day <= today + 2)
            })
            .await;
            assert_eq!(salts.at(clock.now()), before, "{}", bed.name);
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn midnight_needs_no_database_and_its_salts_win_in_the_end() {
    let Some(cluster) = TestPostgres::start_own() else { return };
    let url = cluster.fresh_database();
    let start = || {
        let clock = Arc::new(ManualClock::new(noon()));
        (Salts::shared(Db::open(&url).unwrap(), Arc::clone(&clock) as Arc<_>).unwrap(), clock)
    };
    let ((one, clock_one), (other, clock_other)) = (start(), start());
    one.at(clock_one.now());
    cluster.stop();
    for clock in [&clock_one, &clock_other] {
        clock.advance(MICROS_PER_DAY);
    }
    assert_eq!(one.at(clock_one.now()), other.at(clock_other.now()), "made a day ahead");
    // A second day without a database: each goes on with salts of its own, so that no event is refused.
    for clock in [&clock_one, &clock_other] {
        clock.advance(MICROS_PER_DAY);
    }
    let (mine, theirs) = (one.at(clock_one.now()), other.at(clock_other.now()));
    assert_ne!(mine.today, theirs.today);
    cluster.resume();
    until("they agree again", || one.at(clock_one.now()) == other.at(clock_other.now())).await;
}
