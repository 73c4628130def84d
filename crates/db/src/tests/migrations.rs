//! Schemas: applied once, in order, alike on both engines; refused when somebody else's.

use super::{on_both, small};
use crate::testing::{prepare_all, schema_of};
use crate::{Db, Error, Fill, Migration, Tx, params};

const FIRST: Migration = Migration::new(
    "shop",
    1,
    "CREATE TABLE goods (sku TEXT PRIMARY KEY, price INTEGER NOT NULL, note TEXT, CHECK (price > 0)) STRICT; \
     CREATE TABLE entries (id INTEGER PRIMARY KEY, ref TEXT NOT NULL, sku TEXT NOT NULL REFERENCES goods (sku), \
     UNIQUE (ref, sku)) STRICT;",
);

const SECOND: Migration = Migration::new(
    "shop",
    2,
    "ALTER TABLE goods ADD COLUMN archived_at INTEGER; \
     CREATE INDEX goods_live ON goods (price, sku) WHERE archived_at IS NULL;",
);

const SCHEMA: &str = "column entries.id integer not null key 1
column entries.ref text not null
column entries.sku text not null
column goods.archived_at integer
column goods.note text
column goods.price integer not null
column goods.sku text not null key 1
index goods (price, sku) partial
reference entries.sku to goods
table entries
table goods
unique entries (ref, sku)";

#[test]
fn both_engines_come_to_the_same_schema() {
    on_both(|bed| {
        let mine = |line: &&str| line.contains("goods") || line.contains("entries");
        bed.db.migrate(&[SECOND, FIRST]).unwrap();
        bed.db.migrate(&[FIRST, SECOND]).unwrap();
        let schema = schema_of(&bed.db).unwrap();
        let found: Vec<&str> = schema.lines().filter(mine).collect();
        assert_eq!(found.join("\n"), SCHEMA, "{}", bed.name);
        prepare_all(
            &bed.db,
            &["SELECT sku FROM goods WHERE price > $1", "DELETE FROM entries WHERE id = $1"],
        )
        .unwrap();
        let error = prepare_all(&bed.db, &["SELECT 1", "SELECT nothing FROM goods"]).unwrap_err();
        assert!(error.to_string().contains("nothing"), "{error}");
    });
}

#[test]
fn a_strange_database_is_refused_in_a_sentence() {
    on_both(|bed| {
        let refused = |migrations: &[Migration], expected: &str| {
            let error = bed.db.migrate(migrations).unwrap_err();
            assert!(matches!(&error, Error::Invalid(why) if why.contains(expected)), "{}: {error}", bed.name);
        };
        refused(&[SECOND], "migration 2 of shop is out of order");
        bed.db.migrate(&[FIRST, SECOND]).unwrap();
        refused(&[FIRST], "a newer kassa wrote it, and this one knows shop up to 1 and not 2");
        let edited = Migration { sql: "SELECT 1;", ..SECOND };
        refused(&[FIRST, edited], "migration 2 of shop was applied with another text");
        bed.db.migrate(&[Migration::new("access", 1, "SELECT 1;")]).unwrap();
    });
}

#[test]
fn a_migration_that_fails_leaves_nothing_of_itself() {
    on_both(|bed| {
        let text = "CREATE TABLE half (id BIGINT PRIMARY KEY); INSERT INTO nowhere VALUES (1);";
        let broken = Migration::new("shop", 2, text);
        let error = bed.db.migrate(&[FIRST, broken]).unwrap_err();
        assert!(error.to_string().contains("cannot apply migration 2 of shop"), "{error}");
        let schema = schema_of(&bed.db).unwrap();
        assert!(schema.contains("table goods") && !schema.contains("half"), "{}: {schema}", bed.name);
        bed.db.migrate(&[FIRST, SECOND]).unwrap();
    });
}

#[test]
fn many_that_start_at_once_apply_it_once() {
    on_both(|bed| {
        let starters: Vec<_> = (0..8)
            .map(|_| {
                let url = bed.url.clone();
                std::thread::spawn(move || Db::open_with(&url, small())?.migrate(&[FIRST, SECOND]))
            })
            .collect();
        for starter in starters {
            starter.join().unwrap().unwrap();
        }
        let count = "SELECT COUNT(*) FROM migrations WHERE set_name = $1";
        let applied =
            bed.db.read_blocking::<_, Error>(move |tx| tx.first(count, params!["shop"], |row| row.int(0)));
        assert_eq!(applied.unwrap(), Some(2), "{}", bed.name);
    });
}

const URL: &str = "KASSA_TEST_MIGRATED";
const PLAN: &str = "KASSA_TEST_MIGRATION_PLAN";

/// The work of a process that dies; does nothing when run by hand.
#[test]
#[ignore = "run by another test in a process of its own"]
fn other_process() {
    let (Ok(url), Ok(plan)) = (std::env::var(URL), std::env::var(PLAN)) else { return };
    kassa_model::failpoint::arm(&plan).unwrap();
    Db::open_with(&url, small()).unwrap().migrate(&[FIRST, SECOND]).unwrap();
}

#[test]
fn a_kill_at_any_commit_of_a_migration_is_made_good_by_the_next() {
    // The table of migrations, the first and the second: a commit each.
    for (point, pass) in ["db.before_commit", "db.after_commit"]
        .into_iter()
        .flat_map(|point| [(point, 1), (point, 2), (point, 3)])
    {
        on_both(|bed| {
            let mut child = std::process::Command::new(std::env::current_exe().unwrap());
            child.args(["--exact", "tests::migrations::other_process", "--ignored", "--test-threads=1"]);
            child.env(URL, &bed.url).env(PLAN, format!("{point}={pass}"));
            let status =
                child.stdout(std::process::Stdio::null()).stderr(std::process::Stdio::null()).status();
            let signal = std::os::unix::process::ExitStatusExt::signal(&status.unwrap());
            assert_eq!(signal, Some(6), "{}: {point}={pass}", bed.name);
            bed.db.migrate(&[FIRST, SECOND]).unwrap();
            let schema = schema_of(&bed.db).unwrap();
            let mine = |line: &&str| line.contains("goods") || line.contains("entries");
            let found: Vec<&str> = schema.lines().filter(mine).collect();
            assert_eq!(found.join("\n"), SCHEMA, "{}: {point}={pass}", bed.name);
        });
    }
}

/// Notes of goods that have none, ten at a time; the fourth ten fail as if the program were killed there.
const NOTED: Migration = Migration { fill: Some(Fill { left: unnoted, some: note_some }), ..SECOND };

fn unnoted(tx: &mut Tx<'_>) -> Result<i64, Error> {
    Ok(tx.first("SELECT COUNT(*) FROM goods WHERE note IS NULL", &[], |row| row.int(0))?.unwrap_or(0))
}

fn note_some(tx: &mut Tx<'_>) -> Result<i64, Error> {
    let sql = "SELECT sku FROM goods WHERE note IS NULL ORDER BY sku LIMIT 10";
    let skus = tx.all(sql, &[], |row| row.text(0))?;
    for sku in &skus {
        tx.execute("UPDATE goods SET note = $2 WHERE sku = $1", params![sku, &sku.to_uppercase()])?;
    }
    let stop = tx.first("SELECT 1 FROM goods WHERE sku = 'stop'", &[], |row| row.int(0))?.is_some();
    match stop && skus.iter().any(|sku| sku == "g35") {
        true => Err(Error::Invalid("killed".to_owned())),
        false => Ok(skus.len() as i64),
    }
}

#[test]
fn what_sql_cannot_fill_is_filled_and_goes_on_after_a_kill() {
    on_both(|bed| {
        bed.db.migrate(&[FIRST, SECOND]).unwrap();
        let insert = "INSERT INTO goods (sku, price) VALUES ($1, 1)";
        let skus = (0..60).map(|number| format!("g{number:02}")).chain(["stop".to_owned()]);
        for sku in skus {
            bed.db.write_blocking::<_, Error>(move |tx| tx.execute(insert, params![&sku])).unwrap();
        }
        assert!(bed.db.migrate(&[FIRST, NOTED]).unwrap_err().to_string().contains("killed"));
        assert_eq!(bed.db.read_blocking(unnoted).unwrap(), 31, "{}: three tens are done", bed.name);
        bed.db
            .write_blocking::<_, Error>(|tx| tx.execute("DELETE FROM goods WHERE sku = 'stop'", &[]))
            .unwrap();
        bed.db.migrate(&[FIRST, NOTED]).unwrap();
        let wrong = "SELECT COUNT(*) FROM goods WHERE note IS NULL OR note <> UPPER(sku)";
        let wrong = bed.db.read_blocking::<_, Error>(move |tx| tx.first(wrong, &[], |row| row.int(0)));
        assert_eq!(wrong.unwrap(), Some(0), "{}", bed.name);
    });
}
