//! What holds on either engine.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::task::{Context, Poll, Waker};
use std::time::Instant;

use super::{Bed, add_one, hold, insert, on_both, on_both_with, scaled, small, value_of, wait_until};
use crate::{Db, Error, Options, params};

#[test]
fn an_ok_stays_and_an_err_goes() {
    on_both(|bed| {
        bed.db.write_blocking(|tx| insert(tx, 1)).unwrap();
        let refused = bed.db.write_blocking(|tx| {
            insert(tx, 2)?;
            Err::<(), _>(Error::Invalid("no".to_owned()))
        });
        assert_eq!(refused.unwrap_err().to_string(), "no", "{}", bed.name);
        assert_eq!(bed.ids(), [1], "{}", bed.name);
        let stats = bed.db.stats();
        assert_eq!((stats.operations, stats.refusals, stats.failures), (2, 1, 0), "{}: {stats:?}", bed.name);
    });
}

#[test]
fn a_savepoint_undoes_its_own_part_only() {
    on_both(|bed| {
        bed.db
            .write_blocking::<_, Error>(|tx| {
                insert(tx, 1)?;
                let outer = tx.savepoint(|tx| {
                    insert(tx, 2)?;
                    let inner: Result<(), Error> = tx.savepoint(|tx| {
                        insert(tx, 3)?;
                        Err(Error::Invalid("inner".to_owned()))
                    });
                    assert!(inner.is_err());
                    tx.savepoint(|tx| insert(tx, 4))?;
                    Ok::<_, Error>(())
                });
                outer?;
                let undone: Result<(), Error> = tx.savepoint(|tx| {
                    insert(tx, 5)?;
                    tx.savepoint(|tx| insert(tx, 6))?;
                    Err(Error::Invalid("outer".to_owned()))
                });
                assert!(undone.is_err());
                tx.savepoint(|tx| insert(tx, 7))
            })
            .unwrap();
        assert_eq!(bed.ids(), [1, 2, 4, 7], "{}", bed.name);
    });
}

#[test]
fn a_failed_statement_spoils_its_savepoint_and_no_more() {
    on_both(|bed| {
        bed.db
            .write_blocking::<_, Error>(|tx| {
                insert(tx, 1)?;
                // The error is swallowed, so the savepoint ends as if all were well; it must not.
                let swallowed: Result<(), Error> = tx.savepoint(|tx| {
                    insert(tx, 2)?;
                    assert!(insert(tx, 1).is_err());
                    assert!(insert(tx, 3).is_err(), "nothing runs after a failure");
                    Ok(())
                });
                assert!(matches!(swallowed, Err(Error::Statement(_))), "{swallowed:?}");
                insert(tx, 4)
            })
            .unwrap();
        assert_eq!(bed.ids(), [1, 4], "{}", bed.name);
        let swallowed = bed.db.write_blocking::<_, Error>(|tx| {
            insert(tx, 5)?;
            let _ = insert(tx, 1);
            Ok(())
        });
        assert!(matches!(swallowed, Err(Error::Statement(_))), "{}: {swallowed:?}", bed.name);
        assert_eq!(bed.ids(), [1, 4], "{}", bed.name);
    });
}

#[test]
fn a_nul_character_is_said_to_be_one() {
    on_both(|bed| {
        let add = "INSERT INTO counters (name, value) VALUES ($1, 0)";
        let refused = bed.db.write_blocking(|tx| tx.execute(add, crate::params!["a\0b"]));
        assert!(matches!(refused, Err(Error::Nul)), "{}: {refused:?}", bed.name);
    });
}

#[test]
fn a_panic_undoes_the_operation_and_the_writer_lives() {
    on_both(|bed| {
        for _ in 0..6 {
            let outcome = bed.db.write_blocking::<(), Error>(|tx| {
                insert(tx, 1)?;
                tx.savepoint(|tx| -> Result<(), Error> {
                    insert(tx, 2)?;
                    panic!("a defect");
                })
            });
            let error = outcome.unwrap_err();
            assert!(matches!(&error, Error::Statement(why) if why.contains("a defect")), "{error}");
            let outcome: Result<(), Error> = bed.db.read_blocking(|_| panic!("another"));
            assert!(outcome.is_err());
        }
        bed.db.write_blocking(|tx| insert(tx, 7)).unwrap();
        assert_eq!(bed.ids(), [7], "{}", bed.name);
    });
}

#[test]
fn a_caller_who_goes_away_does_not_stop_it() {
    on_both(|bed| {
        let options = Options { writers: 1, ..small() };
        let db = Db::open_with(&bed.url, options).unwrap();
        let (runs, go, busy) = hold(&db);
        runs.recv().unwrap();
        for id in 0..5 {
            let mut call = Box::pin(db.write(move |tx| insert(tx, id)));
            assert!(call.as_mut().poll(&mut Context::from_waker(Waker::noop())).is_pending());
        }
        go.send(()).unwrap();
        busy.join().unwrap().unwrap();
        wait_until("the rows", || bed.ids() == [0, 1, 2, 3, 4]);
    });
}

#[test]
fn too_many_that_wait_are_refused_at_once() {
    let options = Options { writers: 1, queue_max: 3, ..small() };
    on_both_with(&options, |bed| {
        let (runs, go, busy) = hold(&bed.db);
        runs.recv().unwrap();
        let mut calls: Vec<_> = (0..3).map(|id| Box::pin(bed.db.write(move |tx| insert(tx, id)))).collect();
        for call in &mut calls {
            assert!(call.as_mut().poll(&mut Context::from_waker(Waker::noop())).is_pending());
        }
        assert_eq!(bed.db.stats().waiting_writes, 3, "{}", bed.name);
        let refused = bed.db.write_blocking(|tx| insert(tx, 9)).unwrap_err();
        assert!(matches!(refused, Error::Busy(_)), "{}: {refused}", bed.name);
        go.send(()).unwrap();
        busy.join().unwrap().unwrap();
        wait_until("the rows", || bed.ids() == [0, 1, 2]);
    });
}

#[test]
fn a_read_sees_one_snapshot_and_writes_nothing() {
    on_both(|bed| {
        let db = bed.db.clone();
        let values = bed.db.read_blocking::<_, Error>(move |tx| {
            let before = value_of(tx, "a")?;
            db.write_blocking(|tx| add_one(tx, "a"))?;
            Ok((before, value_of(tx, "a")?))
        });
        assert_eq!(values.unwrap(), (0, 0), "{}", bed.name);
        assert_eq!(bed.counter("a"), 1, "{}", bed.name);
        let refused = bed.db.read_blocking(|tx| add_one(tx, "a")).unwrap_err();
        assert!(matches!(refused, Error::Statement(_)), "{}: {refused}", bed.name);
        assert_eq!(bed.counter("a"), 1, "{}", bed.name);
    });
}

#[test]
fn hard_sixty_four_writers_count_exactly() {
    let each = scaled(200);
    on_both_with(&Options::default(), |bed| {
        let began = Instant::now();
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).build().unwrap();
        let refusals = Arc::new(AtomicU64::new(0));
        runtime.block_on(async {
            let mut tasks = Vec::new();
            for task in 0..64 {
                let (db, refusals) = (bed.db.clone(), Arc::clone(&refusals));
                tasks.push(tokio::spawn(async move {
                    for round in 0..each {
                        let refuse = (task + round) % 7 == 0;
                        let outcome = db.write(move |tx| count(tx, refuse)).await;
                        assert_eq!(outcome.is_err(), refuse, "{outcome:?}");
                        refusals.fetch_add(u64::from(refuse), Ordering::Relaxed);
                    }
                }));
            }
            for task in tasks {
                task.await.unwrap();
            }
        });
        let refused = refusals.load(Ordering::Relaxed);
        let kept = 64 * each - refused;
        assert_eq!(bed.counter("a"), i64::try_from(kept).unwrap());
        let stats = bed.db.stats();
        assert_eq!((stats.operations, stats.refusals), (kept + 1, refused), "{stats:?}");
        println!(
            "{}: {kept} counted, {refused} refused, in {} commits by size {:?}, {} ms",
            bed.name,
            stats.commits,
            stats.group_sizes,
            began.elapsed().as_millis()
        );
    });
}

fn count(tx: &mut crate::Tx<'_>, refuse: bool) -> Result<(), Error> {
    let sql = "UPDATE counters SET value = value + 1 WHERE name = $1 RETURNING value";
    let after = tx.first(sql, params!["a"], |row| row.int(0))?;
    assert!(after.is_some());
    if refuse { Err(Error::Invalid("refused".to_owned())) } else { Ok(()) }
}

#[test]
fn once_closed_it_answers_that_it_is() {
    on_both(|bed| {
        let (runs, go, busy) = hold(&bed.db);
        runs.recv().unwrap();
        let mut call = Box::pin(bed.db.write(|tx| insert(tx, 1)));
        assert!(call.as_mut().poll(&mut Context::from_waker(Waker::noop())).is_pending());
        let closing = std::thread::spawn({
            let db = bed.db.clone();
            move || db.close()
        });
        // Until it is closed, the call waits behind the busy writer.
        wait_until("the close", || {
            let mut call = Box::pin(bed.db.write(|tx| tx.execute("DELETE FROM twins", &[])));
            let poll = call.as_mut().poll(&mut Context::from_waker(Waker::noop()));
            matches!(poll, Poll::Ready(Err(Error::Unavailable(_))))
        });
        go.send(()).unwrap();
        busy.join().unwrap().unwrap();
        closing.join().unwrap();
        let again = Bed {
            db: Db::open_with(&bed.url, small()).unwrap(),
            url: String::new(),
            name: "",
            _folder: None,
        };
        assert_eq!(again.ids(), [1], "{}: what waited is done", bed.name);
        assert!(matches!(bed.db.read_blocking(|tx| value_of(tx, "a")), Err(Error::Unavailable(_))));
    });
}

#[tokio::test]
async fn blocking_calls_work_on_a_runtimes_thread() {
    on_both(|bed| {
        for id in 0..300 {
            bed.db.write_blocking(move |tx| insert(tx, id)).unwrap();
        }
        assert_eq!(bed.ids().len(), 300, "{}", bed.name);
    });
}

#[test]
fn a_ping_commits() {
    on_both(|bed| {
        let commits = bed.db.stats().commits;
        crate::queues::block_on(bed.db.ping()).unwrap();
        bed.db.migrate(&[]).unwrap();
        assert_eq!(bed.db.stats().commits, commits + 1);
    });
}

#[test]
fn addresses_that_are_none_are_refused_in_a_sentence() {
    let check = |url: &str, expected: &str| {
        let error = Db::open(url).unwrap_err();
        assert!(error.to_string().contains(expected), "{url}: {error}");
        assert!(!error.to_string().contains('\n'), "{url}: {error}");
        assert!(!error.to_string().contains("secret"), "{url}: {error}");
    };
    let folder = crate::testing::Folder::new();
    let noise = folder.path().join("noise.db");
    std::fs::write(&noise, vec![7; 8192]).unwrap();
    check("mysql://root:secret@localhost/x", "neither sqlite:PATH nor postgres");
    check("sqlite:", "names no file");
    check(&format!("sqlite:{}", folder.path().display()), "cannot open");
    check(&format!("sqlite:{}/shop.db", noise.display()), "cannot open");
    check(&format!("sqlite:{}", noise.display()), "is no SQLite database");
    check("postgres://kassa:secret@127.0.0.1:notaport/x", "no postgres:// address");
    check("postgres://kassa:secret@127.0.0.1:1/x", "cannot connect to PostgreSQL");
}

#[test]
fn an_error_in_a_group_takes_back_its_own_part_only() {
    let bed = Bed::sqlite(small());
    // All of them wait, so that they share a group.
    let (runs, go, busy) = hold(&bed.db);
    runs.recv().unwrap();
    let callers: Vec<_> = (0..20)
        .map(|id| {
            let db = bed.db.clone();
            std::thread::spawn(move || {
                db.write_blocking::<_, Error>(move |tx| {
                    // One in four is refused: half of these before they have written, half after.
                    if id % 8 != 3 {
                        super::insert(tx, id)?;
                    }
                    if id % 4 == 3 { Err(Error::Statement("refused".to_owned())) } else { Ok(()) }
                })
            })
        })
        .collect();
    wait_until("the queue", || bed.db.stats().waiting_writes == 20);
    drop(go);
    busy.join().unwrap().unwrap();
    let outcomes: Vec<_> = callers.into_iter().map(|caller| caller.join().unwrap().is_ok()).collect();
    let wanted: Vec<i64> = (0..20).filter(|id| id % 4 != 3).collect();
    assert_eq!(bed.ids(), wanted);
    assert!((0..20).all(|id| outcomes[id] == (id % 4 != 3)), "{outcomes:?}");
    let stats = bed.db.stats();
    assert_eq!(stats.refusals, 5, "{stats:?}");
    assert!(stats.reruns > 0, "nothing was undone: {stats:?}");
    // Who is refused before it has written costs nobody a second run.
    let before = stats.reruns;
    let refused = bed.db.write_blocking(|_| Err::<(), _>(Error::Statement("refused".to_owned())));
    assert!(refused.is_err() && bed.db.stats().reruns == before);
}
