//! Parameters and columns: the same on both engines.

use super::{Bed, on_both};
use crate::testing::prepare_all;
use crate::{Db, Error, Param, Row, Tx, params};

/// Writes a row and reads it back.
fn round_trip(bed: &Bed, name: Option<&'static str>, size: Option<i64>) -> (Option<String>, Option<i64>) {
    bed.db
        .write_blocking::<_, Error>(move |tx| {
            tx.execute("DELETE FROM items", &[])?;
            tx.execute("INSERT INTO items (id, name, size) VALUES ($1, $2, $3)", params![1_i64, name, size])?;
            let read = |row: &Row<'_>| Ok((row.text_or_null(0)?, row.int_or_null(1)?));
            Ok(tx.first("SELECT name, size FROM items", &[], read)?.unwrap())
        })
        .unwrap()
}

#[test]
fn values_come_back_as_they_were() {
    on_both(|bed| {
        let names = [
            None,
            Some(""),
            Some("0"),
            Some("Äpfel 🍏 \u{10ffff} 'quoted' \"x\" \\ $1 %_"),
            Some("a\nb\r\t"),
        ];
        let sizes = [None, Some(0), Some(-1), Some(999), Some(i64::MIN), Some(-(1 << 53) - 1)];
        for name in names {
            for size in sizes {
                assert_eq!(round_trip(bed, name, size), (name.map(str::to_owned), size), "{}", bed.name);
            }
        }
    });
}

#[test]
fn the_largest_numbers_do_not_lose_a_digit() {
    on_both(|bed| {
        for number in [i64::MAX, i64::MAX - 1, (1 << 53) + 1, i64::from(i32::MAX) + 1, i64::MIN] {
            let set = move |tx: &mut Tx<'_>| {
                tx.execute("UPDATE counters SET value = $2 WHERE name = $1", params!["a", number])
            };
            assert_eq!(bed.db.write_blocking(set).unwrap(), 1);
            assert_eq!(bed.counter("a"), number, "{}", bed.name);
        }
    });
}

#[test]
fn parameters_go_by_number_not_by_appearance() {
    on_both(|bed| {
        let read = |row: &Row<'_>| Ok((row.text(0)?, row.int(1)?, row.text(2)?));
        let sql = "SELECT CAST($2 AS TEXT), CAST($3 AS BIGINT), CAST($1 AS TEXT) || CAST($2 AS TEXT)";
        let found =
            bed.db.read_blocking(move |tx| tx.first(sql, params!["one", "two", 3_i64], read)).unwrap();
        assert_eq!(found.unwrap(), ("two".to_owned(), 3, "onetwo".to_owned()), "{}", bed.name);
        let sql = "UPDATE counters SET value = $2 WHERE name = $1";
        bed.db.write_blocking(move |tx| tx.execute(sql, params!["b", 5_i64])).unwrap();
        assert_eq!((bed.counter("a"), bed.counter("b")), (0, 5), "{}", bed.name);
        let all = "SELECT $10 || $9 || $8 || $7 || $6 || $5 || $4 || $3 || $2 || $1 || $11";
        let values = ["a", "b", "c", "d", "e", "f", "g", "h", "i", "j", "k"].map(Param::from);
        let found = bed.db.read_blocking(move |tx| tx.first(all, &values, |row| row.text(0))).unwrap();
        assert_eq!(found.as_deref(), Some("jihgfedcbak"), "{}", bed.name);
    });
}

#[test]
fn a_null_first_does_not_decide_the_type() {
    on_both(|bed| {
        let sql = "SELECT COALESCE($1 + 1, 7)";
        let ask = |value: Option<i64>| {
            bed.db.write_blocking(move |tx| tx.first(sql, params![value], |row| row.int(0))).unwrap().unwrap()
        };
        for _ in 0..8 {
            assert_eq!(ask(None), 7, "{}", bed.name);
            assert_eq!(ask(Some(1 << 40)), (1 << 40) + 1, "{}", bed.name);
        }
        let sql =
            "SELECT COUNT(*) FROM counters WHERE ($1 IS NULL OR name = $1) AND ($2 IS NULL OR value = $2)";
        for (name, value, found) in
            [(None, None, 2), (Some("a"), None, 1), (None, Some(0), 2), (Some("b"), Some(1), 0)]
        {
            for db in [&bed.db, &Db::open_with(&bed.url, super::small()).unwrap()] {
                let count = move |tx: &mut Tx<'_>| tx.first(sql, params![name, value], |row| row.int(0));
                assert_eq!(db.read_blocking(count).unwrap(), Some(found), "{}", bed.name);
                assert_eq!(db.write_blocking(count).unwrap(), Some(found), "{}", bed.name);
            }
        }
        prepare_all(&bed.db, &[sql]).unwrap();
    });
}

#[test]
fn flags_sums_and_comparisons_are_integers() {
    on_both(|bed| {
        let sql = "SELECT $1 > 1, CASE WHEN $1 > 1 THEN 1 ELSE 0 END, CAST(SUM(value) AS BIGINT), COUNT(*) FROM counters";
        let read = |row: &Row<'_>| Ok((row.flag(0)?, row.flag(1)?, row.int(2)?, row.int(3)?));
        let found = bed.db.read_blocking(move |tx| tx.first(sql, params![2_i64], read)).unwrap();
        assert_eq!(found, Some((true, true, 0, 2)), "{}", bed.name);
        let found = bed.db.read_blocking(|tx| tx.first("SELECT $1", params![true], |row| row.flag(0)));
        assert_eq!(found.unwrap(), Some(true), "{}", bed.name);
    });
}

#[test]
fn what_a_reader_takes_for_something_else_is_an_error_and_spoils_nothing() {
    on_both(|bed| {
        let wrong: [Read; 6] = [
            |row| row.int(0).map(|_| ()),
            |row| row.text(1).map(|_| ()),
            |row| row.int(2).map(|_| ()),
            |row| row.text(3).map(|_| ()),
            |row| row.flag(1).map(|_| ()),
            |row| row.int(9).map(|_| ()),
        ];
        for (case, read) in wrong.into_iter().enumerate() {
            let sql = "SELECT name, 5, CAST(NULL AS BIGINT), CAST(NULL AS TEXT) FROM counters";
            bed.db
                .write_blocking::<_, Error>(move |tx| {
                    let error = tx.first(sql, &[], read).unwrap_err();
                    assert!(
                        matches!(&error, Error::Statement(why) if why.contains("column")),
                        "{case}: {error}"
                    );
                    add_one_more(tx)
                })
                .unwrap();
        }
        assert_eq!(bed.counter("a"), 6, "{}", bed.name);
    });
}

/// A reader of a row.
type Read = fn(&Row<'_>) -> Result<(), Error>;

fn add_one_more(tx: &mut Tx<'_>) -> Result<u64, Error> {
    super::add_one(tx, "a")
}

#[test]
fn defects_are_errors_on_both_engines_alike() {
    on_both(|bed| {
        let refused = |sql: &'static str, params: &'static [Param<'static>]| {
            let error = bed.db.write_blocking(move |tx| tx.execute(sql, params)).unwrap_err();
            assert!(matches!(error, Error::Statement(_)), "{}: {sql}: {error}", bed.name);
        };
        refused("SELEKT 1", &[]);
        refused("UPDATE nowhere SET x = 1", &[]);
        refused("UPDATE counters SET value = $1", &[]);
        refused("UPDATE counters SET value = $1", &[Param::Int(1), Param::Int(2)]);
        refused("UPDATE counters SET value = $1", &[Param::Null]);
        refused("UPDATE counters SET value = $1", &[Param::Text("seven")]);
        refused("INSERT INTO counters VALUES ($1, $2)", &[Param::Text("a"), Param::Int(1)]);
        refused("INSERT INTO items (id, size) VALUES (1, $1)", &[Param::Int(1000)]);
        refused("UPDATE counters SET value = 2 RETURNING value", &[]);
        let named = "INSERT INTO items (id, name) VALUES (1, $1)";
        let error = bed.db.write_blocking(move |tx| tx.execute(named, &[Param::Text("a\0b")])).unwrap_err();
        assert!(matches!(error, Error::Nul), "{}: {error}", bed.name);
        assert_eq!((bed.counter("a"), bed.ids().len()), (0, 0), "{}", bed.name);
    });
}

#[test]
fn conflicts_and_claims_count_rows_alike() {
    on_both(|bed| {
        let run = |sql: &'static str, expected: u64| {
            assert_eq!(
                bed.db.write_blocking(move |tx| tx.execute(sql, &[])).unwrap(),
                expected,
                "{}: {sql}",
                bed.name
            );
        };
        run("INSERT INTO counters VALUES ('c', 1) ON CONFLICT (name) DO NOTHING", 1);
        run("INSERT INTO counters VALUES ('c', 1) ON CONFLICT (name) DO NOTHING", 0);
        run(
            "INSERT INTO counters VALUES ('c', 1) ON CONFLICT (name) DO UPDATE SET value = excluded.value + 1",
            1,
        );
        run("UPDATE counters SET value = 3 WHERE value > 100", 0);
        run("UPDATE counters SET value = 3", 3);
        let claim = "UPDATE counters SET value = 4 WHERE name IN \
                     (SELECT name FROM counters WHERE value = 3 ORDER BY name LIMIT $1) AND value = 3 RETURNING name";
        // Only the first row is read, yet the statement does all of its work.
        let first =
            bed.db.write_blocking(move |tx| tx.first(claim, params![2_i64], |row| row.text(0))).unwrap();
        assert!(first.is_some());
        let rest = bed.db.write_blocking(move |tx| tx.all(claim, params![9_i64], |row| row.text(0))).unwrap();
        assert_eq!(rest.len(), 1, "{}", bed.name);
    });
}
