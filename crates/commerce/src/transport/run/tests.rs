//! The commands on both engines: once, all or none, and nothing by what comes late.

use kassa_db::Db;
use kassa_db::testing::TestPostgres;

use super::*;
use crate::MIGRATIONS;
use crate::inventory::LedgerKind;
use crate::transport::commands::Back;

const NOW: Timestamp = Timestamp::from_micros(1_700_000_000_000_000);

fn lines(text: &str) -> Vec<StockLine> {
    text.split_whitespace()
        .map(|part| {
            let (sku, quantity) = part.split_once('=').unwrap();
            StockLine { sku: sku.to_owned(), quantity: quantity.parse().unwrap() }
        })
        .collect()
}

fn deduct(reference: &str, taken: &str) -> Command {
    let reference = reference.to_owned();
    Command::Deduct(Deduct { reference, replaces: None, attempt: 0, lines: lines(taken) })
}

fn edit(reference: &str, replaces: &str, attempt: i64, taken: &str) -> Command {
    let (reference, replaces) = (reference.to_owned(), Some(replaces.to_owned()));
    Command::Deduct(Deduct { reference, replaces, attempt, lines: lines(taken) })
}

fn release(reference: &str, of: &str, given: &str) -> Command {
    let (reference, of) = (reference.to_owned(), of.to_owned());
    Command::Release(Release { reference, of, kind: Back::Release, lines: lines(given) })
}

/// A shop with ten of each of `a` and `b`.
fn stocked(url: &str) -> Db {
    let db = Db::open(url).unwrap();
    db.migrate(MIGRATIONS).unwrap();
    db
}

async fn fill(db: &Db) {
    db.write(|tx| {
        for sku in ["a", "b"] {
            inventory::open(tx, sku, 3, NOW)?;
            let movement = inventory::Movement {
                reference: "delivery".to_owned(),
                sku: sku.to_owned(),
                kind: LedgerKind::Receive,
                quantity: 10,
                reason: None,
            };
            inventory::move_by_hand(tx, &movement, NOW).map_err(|error| Error::Invalid(error.to_string()))?;
        }
        Ok::<_, Error>(())
    })
    .await
    .unwrap();
}

async fn send(db: &Db, command: Command) -> String {
    let done = db.write(move |tx| run(tx, &command, NOW)).await.unwrap();
    let replayed = if done.replayed { " again" } else { "" };
    let text = match done.reply {
        Reply::Moved { low } if low.is_empty() => "moved".to_owned(),
        Reply::Moved { low } => format!("moved, {} is low", low[0].sku),
        Reply::Insufficient { sku, available, requested } => format!("{available} of {requested} {sku}"),
        Reply::UnknownSku { sku } => format!("no {sku}"),
        Reply::Void { .. } => "void".to_owned(),
    };
    text + replayed
}

async fn on_hand(db: &Db) -> (i64, i64) {
    let of = |sku: &'static str| db.read(move |tx| inventory::store::by_sku(tx, sku));
    (of("a").await.unwrap().unwrap().on_hand, of("b").await.unwrap().unwrap().on_hand)
}

/// Sends each command and compares its reply; then compares what is left of `a` and `b`. On both engines.
async fn check(steps: &[(Command, &str)], left: (i64, i64)) {
    let folder = tempfile::tempdir().unwrap();
    let sqlite = stocked(&format!("sqlite:{}", folder.path().join("kassa.db").display()));
    let postgres = TestPostgres::start().map(|cluster| stocked(&cluster.fresh_database()));
    for db in [Some(sqlite), postgres].into_iter().flatten() {
        fill(&db).await;
        for (place, (command, expected)) in steps.iter().enumerate() {
            let engine = db.engine();
            assert_eq!(send(&db, command.clone()).await, *expected, "{engine:?}, step {place}: {command:?}");
        }
        assert_eq!(on_hand(&db).await, left, "{:?}", db.engine());
    }
}

#[tokio::test]
async fn a_deduct_is_done_once_and_all_or_none() {
    check(
        &[
            (deduct("o/1", "a=4 b=1"), "moved"),
            (deduct("o/1", "a=4 b=1"), "moved again"),
            (deduct("o/1", "a=5"), "void again"),
            (deduct("p/1", "b=2 a=7"), "6 of 7 a"),
            (deduct("p/1", "b=2 a=7"), "6 of 7 a again"),
            (deduct("q/1", "a=1 zzz=1"), "no zzz"),
            (deduct("r/1", "a=1 a=2"), "moved, a is low"),
            (deduct("r/1", "a=1 a=2"), "moved, a is low again"),
        ],
        (3, 9),
    )
    .await;
}

#[tokio::test]
async fn a_release_is_done_once() {
    check(
        &[
            (deduct("o/1", "a=4"), "moved"),
            (release("o/c2", "o/1", "a=4"), "moved"),
            (release("o/c2", "o/1", "a=4"), "moved again"),
            (deduct("o/1", "a=4"), "moved again"),
            (release("o/c2", "o/1", "a=3"), "void again"),
            // Parts of one deduct, as refunds give them back.
            (deduct("p/1", "b=5"), "moved"),
            (release("p/r2", "p/1", "b=1"), "moved"),
            (release("p/r3", "p/1", "b=2"), "moved"),
            (release("p/r4", "p/1", "b=1 zzz=1"), "no zzz"),
            // Nothing was taken, so nothing comes back.
            (deduct("q/1", "a=99"), "10 of 99 a"),
            (release("q/c2", "q/1", "a=99"), "moved"),
        ],
        (10, 8),
    )
    .await;
}

#[tokio::test]
async fn what_was_released_before_it_came_is_refused() {
    check(
        &[
            (release("o/c2", "o/1", "a=4"), "moved"),
            (deduct("o/1", "a=4"), "void again"),
            (deduct("o/1", "a=1"), "void again"),
            (release("o/c3", "o/1", "a=4"), "moved"),
            (edit("p/2", "p/1", 1, "b=2"), "moved"),
            (deduct("p/1", "b=1"), "void again"),
        ],
        (10, 8),
    )
    .await;
}

#[tokio::test]
async fn an_edit_replaces_all_or_nothing() {
    check(
        &[
            (deduct("o/1", "a=8"), "moved, a is low"),
            // It was low before, whatever went back on the way.
            (edit("o/2", "o/1", 1, "a=10 b=1"), "moved"),
            (edit("o/2", "o/1", 1, "a=10 b=1"), "moved again"),
            (deduct("o/1", "a=8"), "moved, a is low again"),
            (release("o/c9", "o/1", "a=8"), "void"),
            (edit("o/3", "o/1", 2, "a=1"), "void"),
            (edit("o/3", "o/2", 3, "a=11"), "10 of 11 a"),
            // A later attempt under the same ref takes the place of the refused one, which then moves nothing.
            (edit("o/3", "o/2", 4, "b=3"), "moved"),
            (edit("o/3", "o/2", 3, "a=11"), "void again"),
            (edit("o/3", "o/2", 4, "b=3"), "moved again"),
            // Only untracked lines are left.
            (edit("o/4", "o/3", 5, ""), "moved"),
            (edit("o/5", "o/4", 6, "a=2"), "moved"),
            (release("o/c6", "o/5", "a=2"), "moved"),
            (edit("o/6", "o/5", 7, "a=1"), "void"),
        ],
        (10, 10),
    )
    .await;
}

#[tokio::test]
async fn what_is_forgotten_after_30_days_moves_nothing_again() {
    let folder = tempfile::tempdir().unwrap();
    let sqlite = stocked(&format!("sqlite:{}", folder.path().join("kassa.db").display()));
    let postgres = TestPostgres::start().map(|cluster| stocked(&cluster.fresh_database()));
    for db in [Some(sqlite), postgres].into_iter().flatten() {
        fill(&db).await;
        let all = [
            (deduct("o/1", "a=4"), "moved"),
            (deduct("p/1", "b=2"), "moved"),
            (release("p/r2", "p/1", "b=1"), "moved"),
            (edit("q/2", "q/1", 1, "a=1"), "moved"),
        ];
        for (command, expected) in &all {
            assert_eq!(send(&db, command.clone()).await, *expected);
        }
        let clean = async |days: i64| {
            let at = NOW.plus_micros(days * kassa_model::MICROS_PER_DAY);
            db.write(move |tx| store::clean(tx, at, 100)).await.unwrap()
        };
        // Of q there is a tombstone, too.
        assert_eq!((clean(29).await, clean(30).await, clean(30).await), (0, 5, 0));
        for (command, _) in &all {
            let said = send(&db, command.clone()).await;
            assert!(said == "moved again" || matches!(command, Command::Release(_)), "{said}: {command:?}");
        }
        assert_eq!(on_hand(&db).await, (5, 9), "{:?}", db.engine());
        // What comes later still finds what it names, by the ledger.
        clean(30).await;
        assert_eq!(send(&db, release("o/c2", "o/1", "a=4")).await, "moved");
        assert_eq!(send(&db, edit("p/3", "p/1", 2, "b=3")).await, "moved");
        assert_eq!(on_hand(&db).await, (9, 7), "{:?}", db.engine());
    }
}

#[tokio::test]
async fn stock_that_an_order_took_in_its_own_transaction_is_known() {
    let folder = tempfile::tempdir().unwrap();
    let db = stocked(&format!("sqlite:{}", folder.path().join("kassa.db").display()));
    fill(&db).await;
    db.write(|tx| {
        inventory::deduct(tx, "o/1", &lines("a=4 b=2"), NOW)?.unwrap();
        inventory::give_back(tx, "o/2", LedgerKind::Release, &lines("a=1"), NOW)?;
        inventory::deduct(tx, "p/1", &lines("b=1"), NOW)?.unwrap();
        Ok::<_, Error>(())
    })
    .await
    .unwrap();
    assert_eq!(on_hand(&db).await, (7, 7));
    // The edit to revision 3 changed no stock, so that the ledger has no such ref.
    assert_eq!(send(&db, edit("o/4", "o/3", 1, "a=5")).await, "moved");
    assert_eq!(on_hand(&db).await, (5, 9));
    assert_eq!(send(&db, release("o/c5", "o/4", "a=5")).await, "moved");
    assert_eq!(send(&db, release("p/c2", "p/1", "b=1")).await, "moved");
    assert_eq!(on_hand(&db).await, (10, 10));
}

/// The name of an edit that was refused as a command, and was then made in the order's own transaction.
#[tokio::test]
async fn a_refused_command_hides_nothing_that_its_order_took_itself() {
    let folder = tempfile::tempdir().unwrap();
    let sqlite = stocked(&format!("sqlite:{}", folder.path().join("kassa.db").display()));
    let postgres = TestPostgres::start().map(|cluster| stocked(&cluster.fresh_database()));
    for db in [Some(sqlite), postgres].into_iter().flatten() {
        fill(&db).await;
        for order in ["o", "p"] {
            let own = format!("{order}/1");
            let take = move |tx: &mut Tx<'_>| inventory::deduct(tx, &own, &lines("a=2"), NOW);
            db.write(take).await.unwrap().unwrap();
            let refused = edit(&format!("{order}/2"), &format!("{order}/1"), 0, "a=1000");
            assert_eq!(
                send(&db, refused).await.split(' ').next(),
                Some(if order == "o" { "10" } else { "7" })
            );
            let own = format!("{order}/2");
            let more = move |tx: &mut Tx<'_>| inventory::deduct(tx, &own, &lines("a=1"), NOW);
            db.write(more).await.unwrap().unwrap();
        }
        assert_eq!(on_hand(&db).await, (4, 10), "{:?}", db.engine());
        assert_eq!(send(&db, release("o/c3", "o/2", "a=3")).await, "moved");
        assert_eq!(on_hand(&db).await, (7, 10), "{:?}", db.engine());
        assert_eq!(send(&db, edit("p/3", "p/2", 1, "a=1 b=1")).await, "moved");
        assert_eq!(on_hand(&db).await, (9, 9), "{:?}", db.engine());
        // A late copy of the refused one moves nothing and says nothing wrong.
        assert_eq!(send(&db, edit("o/2", "o/1", 0, "a=1000")).await, "void again");
        assert_eq!(on_hand(&db).await, (9, 9), "{:?}", db.engine());
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn twenty_at_once_are_one() {
    let folder = tempfile::tempdir().unwrap();
    let sqlite = stocked(&format!("sqlite:{}", folder.path().join("kassa.db").display()));
    let postgres = TestPostgres::start().map(|cluster| stocked(&cluster.fresh_database()));
    for db in [Some(sqlite), postgres].into_iter().flatten() {
        fill(&db).await;
        let sent = (0..20).map(|_| {
            let db = db.clone();
            tokio::spawn(async move { send(&db, deduct("o/1", "a=3")).await })
        });
        let mut replies = Vec::new();
        for reply in sent.collect::<Vec<_>>() {
            replies.push(reply.await.unwrap());
        }
        replies.sort();
        assert_eq!(replies[0], "moved");
        assert!(replies[1..].iter().all(|reply| reply == "moved again"), "{replies:?}");
        assert_eq!(on_hand(&db).await, (7, 10));
        println!("{:?}: 20 deducts of one ref, 1 deduction", db.engine());
    }
}

#[test]
fn refuses_commands_that_make_no_sense() {
    let flawed = |command: Command| command.flaw().is_some();
    assert!(!flawed(deduct("o/1", "a=1")));
    assert!(!flawed(edit("o/2", "o/1", 1, "")));
    assert!(flawed(deduct("o/1", "")));
    assert!(flawed(deduct("", "a=1")));
    assert!(flawed(deduct(&"x".repeat(256), "a=1")));
    assert!(flawed(deduct("o/1", "a=0")));
    assert!(flawed(deduct("o/1", "a=-1")));
    assert!(flawed(release("o/c2", "", "a=1")));
    assert!(flawed(release("o/c2", "o/1", "")));
}

#[test]
fn the_examples_of_the_documentation_parse() {
    let docs = include_str!("../commands.rs");
    let examples: Vec<&str> = docs
        .lines()
        .filter_map(|line| line.strip_prefix("//! "))
        .filter(|line| line.starts_with('{'))
        .collect();
    assert_eq!(examples.len(), 4);
    for example in examples {
        match example.contains("\"of\"") {
            true => drop(serde_json::from_str::<Release>(example).unwrap()),
            false => drop(serde_json::from_str::<Deduct>(example).unwrap()),
        }
    }
}
