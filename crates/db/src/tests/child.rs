//! The other process of tests that have to die or to run out of room: this test binary, started again with one ignored
//! test and what it is to do in the environment. It reports on standard output, a line per answered operation.

use std::collections::BTreeSet;
use std::io::{BufRead, BufReader, Read, Write};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicBool, Ordering};

use kassa_model::failpoint;

use crate::{Db, Error, Tx, params};

const URL: &str = "KASSA_TEST_DB";
const PLAN: &str = "KASSA_TEST_PLAN";
const FIRST: &str = "KASSA_TEST_FIRST";
const NAME: &str = "tests::child::other_process";
/// How many callers write at once.
const CALLERS: i64 = 16;

/// What the other process said of an operation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Said {
    /// It was acknowledged.
    Kept,
    /// It was undone: refused by itself, or failed.
    Undone,
    /// Nobody knows.
    Unknown,
}

/// A process that inserts into the database at `url`, from the id `first` on, under a plan of fail points, until it dies
/// or fails. `limit` is what its files may grow to, in blocks of 512 bytes.
pub(super) fn spawn(url: &str, first: i64, plan: &str, limit: Option<u64>) -> Child {
    let binary = std::env::current_exe().unwrap();
    let limit = limit.map(|blocks| format!("trap '' XFSZ; ulimit -f {blocks}; ")).unwrap_or_default();
    let mut command = Command::new("/bin/sh");
    command.arg("-c").arg(format!("{limit}exec \"$@\"")).arg("sh").arg(binary);
    command.args(["--exact", NAME, "--ignored", "--nocapture", "--test-threads=1"]);
    command.env(URL, url).env(PLAN, plan).env(FIRST, first.to_string());
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap()
}

/// What it said until it ended.
pub(super) fn answers(output: impl Read) -> Vec<(i64, Said)> {
    let mut answers = Vec::new();
    for line in BufReader::new(output).lines().map_while(Result::ok) {
        let mut words = line.split(' ');
        let said = match words.next() {
            Some("kept") => Said::Kept,
            Some("undone") => Said::Undone,
            Some("unknown") => Said::Unknown,
            _ => continue,
        };
        // The last line may be cut off in the middle of a number: its second word then is missing or wrong.
        if let (Some(id), Some(".")) = (words.next().and_then(|id| id.parse().ok()), words.next()) {
            answers.push((id, said));
        }
    }
    answers
}

/// A row and its twin, and a refusal now and then: what must be there whole or not at all.
fn pair(tx: &mut Tx<'_>, id: i64, room: &str) -> Result<(), Error> {
    tx.execute("INSERT INTO items (id, name) VALUES ($1, $2)", params![id, room])?;
    tx.savepoint(|tx| tx.execute("INSERT INTO twins (id) VALUES ($1)", params![id]))?;
    if id % 5 == 0 { Err(Error::Invalid("refused".to_owned())) } else { Ok(()) }
}

/// The work of the other process; does nothing when run by hand.
#[test]
#[ignore = "run by other tests in a process of its own"]
fn other_process() {
    let (Ok(url), Ok(plan), Ok(first)) = (std::env::var(URL), std::env::var(PLAN), std::env::var(FIRST))
    else {
        return;
    };
    failpoint::arm(&plan).unwrap();
    let first: i64 = first.parse().unwrap();
    let db = Db::open(&url).unwrap();
    let over = AtomicBool::new(false);
    std::thread::scope(|scope| {
        for caller in 0..CALLERS {
            let (db, over) = (&db, &over);
            scope.spawn(move || write(db, first + caller, over));
        }
    });
}

fn write(db: &Db, first: i64, over: &AtomicBool) {
    let room = "x".repeat(300);
    for round in 0.. {
        let id = first + round * CALLERS;
        let room = room.clone();
        let outcome = db.write_blocking(move |tx| pair(tx, id, &room));
        let said = match &outcome {
            Ok(()) => "kept",
            Err(Error::Unknown(_)) => "unknown",
            Err(_) => "undone",
        };
        // One write, so that lines do not mix.
        let line = format!("{said} {id} .\n");
        if std::io::stdout().write_all(line.as_bytes()).is_err() {
            return;
        }
        if matches!(outcome, Err(Error::Unavailable(_) | Error::Unknown(_)))
            && over.swap(true, Ordering::SeqCst)
        {
            return;
        }
    }
}

/// Checks the file against what was said; how many were acknowledged.
pub(super) fn check(url: &str, answers: &[(i64, Said)]) -> usize {
    let db = Db::open(url).unwrap();
    // One statement, for one view: PostgreSQL may still be committing what the process had sent it before it was killed.
    let sql = "SELECT id, 0 FROM items UNION ALL SELECT id, 1 FROM twins";
    let read = db.read_blocking(move |tx| tx.all(sql, &[], |row| Ok((row.int(0)?, row.int(1)?))));
    let rows: Vec<(i64, i64)> = read.unwrap_or_else(|error: Error| panic!("{error}"));
    let ids =
        |table| -> BTreeSet<i64> { rows.iter().filter(|(_, of)| *of == table).map(|(id, _)| *id).collect() };
    let items = ids(0);
    let half_done: Vec<_> = items.symmetric_difference(&ids(1)).copied().collect();
    assert!(half_done.is_empty(), "half-done: {half_done:?}");
    for (id, said) in answers {
        match said {
            Said::Kept => assert!(items.contains(id), "{id} was acknowledged and is lost"),
            Said::Undone => assert!(!items.contains(id), "{id} was undone and is there"),
            Said::Unknown => {}
        }
    }
    assert!(items.iter().all(|id| id % 5 != 0), "a refused one is there");
    if let Some(path) = url.strip_prefix("sqlite:") {
        let file = rusqlite::Connection::open(Path::new(path)).unwrap();
        let sound: String = file.query_row("PRAGMA integrity_check", [], |row| row.get(0)).unwrap();
        assert_eq!(sound, "ok");
    }
    answers.iter().filter(|(_, said)| *said == Said::Kept).count()
}
