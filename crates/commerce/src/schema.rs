//! The shop's tables, as numbered steps. A step that has been released never changes; what
//! changes the schema later is a new step.

use kassa_db::{Fill, Migration};

use crate::{catalog, customers, orders};

/// Every step of the set `commerce`, in order. Every database of the shop gets all of them, whatever it is used for.
pub const MIGRATIONS: &[Migration] = &[
    step(1, include_str!("../migrations/0001_catalog_stock.sql")),
    step(2, include_str!("../migrations/0002_orders.sql")),
    step(3, include_str!("../migrations/0003_transport.sql")),
    step(4, include_str!("../migrations/0004_lean_orders.sql")),
    step(5, include_str!("../migrations/0005_commands_by_age.sql")),
    step(6, include_str!("../migrations/0006_fulfilment.sql")),
    step(7, include_str!("../migrations/0007_keys_of_changes.sql")),
    step(8, include_str!("../migrations/0008_failed_references.sql")),
    step(9, include_str!("../migrations/0009_folded_names.sql")),
    step(10, include_str!("../migrations/0010_orders_by_change.sql")),
    step(11, include_str!("../migrations/0011_outbox_removed.sql")),
    step(12, include_str!("../migrations/0012_identity.sql")),
    step(13, include_str!("../migrations/0013_done_work.sql")),
    step(14, include_str!("../migrations/0014_failed_by_reference.sql")),
    step(15, include_str!("../migrations/0015_price_change.sql")),
    Migration {
        postgres: Some(include_str!("../migrations/0016_variants_postgres.sql")),
        fill: Some(Fill { left: catalog::unfilled, some: catalog::fill_some }),
        ..step(16, include_str!("../migrations/0016_variants.sql"))
    },
    step(17, include_str!("../migrations/0017_assets.sql")),
    Migration {
        postgres: Some(include_str!("../migrations/0018_customers_postgres.sql")),
        ..step(18, include_str!("../migrations/0018_customers.sql"))
    },
    step(19, include_str!("../migrations/0019_fulfilments_payments.sql")),
    step(20, include_str!("../migrations/0020_deliveries.sql")),
    step(21, include_str!("../migrations/0021_webhooks.sql")),
    step(22, include_str!("../migrations/0022_inbox.sql")),
    step(23, include_str!("../migrations/0023_imports.sql")),
    step(24, include_str!("../migrations/0024_erasures.sql")),
    step(25, include_str!("../migrations/0025_told.sql")),
    step(26, include_str!("../migrations/0026_admin_event.sql")),
    step(27, include_str!("../migrations/0027_admin_event_difference.sql")),
    step(28, include_str!("../migrations/0028_asked_in.sql")),
    Migration {
        fill: Some(Fill { left: orders::persons::unfilled, some: orders::persons::fill_some }),
        ..step(29, include_str!("../migrations/0029_orders_by_person.sql"))
    },
    step(30, include_str!("../migrations/0030_versions.sql")),
    Migration {
        fill: Some(Fill { left: customers::unfolded, some: customers::fold_some }),
        ..step(31, include_str!("../migrations/0031_customers_folded.sql"))
    },
];

const fn step(number: i64, sql: &'static str) -> Migration {
    Migration::new("commerce", number, sql)
}

#[cfg(test)]
mod tests {
    use kassa_db::testing::{Folder, TestPostgres};
    use kassa_db::{Db, Engine, Error, Tx, params};

    use super::MIGRATIONS;

    /// What databases out there were made with: SQLite's text and PostgreSQL's.
    const RELEASED: [(&str, &str); 14] = [
        ("995fec7244466da0", "7748c0e3365155c6"),
        ("74b611760538fe5d", "6f2eca2ff8f73060"),
        ("5c4787b12979e89b", "ed978dce3073017c"),
        ("542f3b23424572ff", "c45af6a11b5b8b21"),
        ("c09d9131d8b2471e", "c09d9131d8b2471e"),
        ("05cf1a1e562570eb", "b649d8d2a028d1c3"),
        ("907357bdc09e02de", "2c21b8fd4e8963fb"),
        ("0f74f3bfe8a607fb", "05b000c5a622c423"),
        ("442062cf27c1b177", "77bd90bcc64a7793"),
        ("627bd1a0e846019a", "627bd1a0e846019a"),
        ("7714712d3b648984", "54abc9f5a3ad3d64"),
        ("ca7d92ff2962d72c", "644ed65c3dd6dd7c"),
        ("7b5dc29fa3b9d72e", "7b376fa5be6bc23d"),
        ("71d15b56e54162c9", "71d15b56e54162c9"),
    ];

    #[test]
    fn what_was_released_is_as_it_was() {
        for (place, step) in (1_i64..).zip(MIGRATIONS) {
            assert_eq!(
                (step.set, step.number),
                ("commerce", place),
                "steps are numbered from 1 without gaps"
            );
        }
        for (step, (sqlite, postgres)) in MIGRATIONS.iter().zip(RELEASED) {
            let found = (step.checksum(Engine::Sqlite), step.checksum(Engine::Postgres));
            assert_eq!(found, (sqlite.to_owned(), postgres.to_owned()), "step {}", step.number);
        }
    }

    /// Rows of work that are done leave from migration 13 on; how many edits they stood for is known still.
    #[test]
    fn edits_that_were_tried_are_counted_once() {
        let folder = Folder::new();
        let urls = [Some(folder.sqlite_url()), TestPostgres::start().map(|cluster| cluster.fresh_database())];
        for url in urls.into_iter().flatten() {
            let db = Db::open(&url).unwrap();
            db.migrate(&MIGRATIONS[..12]).unwrap();
            let fill = |tx: &mut Tx<'_>| {
                for id in ["a", "b", "c"] {
                    let sql = "INSERT INTO orders (id, status, revision, last_seq, currency, total_minor, refunded_minor, \
                               scope, context, created_at, updated_at) \
                               VALUES ($1, 'confirmed', 1, 1, 'USD', 5, 0, 's', '{}', 1, 1)";
                    tx.execute(sql, params![id])?;
                }
                for (id, kind) in
                    [("a", "deduct"), ("b", "edit"), ("c", "deduct"), ("c", "edit"), ("c", "edit")]
                {
                    let sql = "INSERT INTO work (order_id, kind, ref, payload, attempts, next_at, created_at, done_at) \
                               VALUES ($1, $2, 'r', '{}', 0, 0, 0, 0)";
                    tx.execute(sql, params![id, kind])?;
                }
                Ok::<_, Error>(())
            };
            db.write_blocking(fill).unwrap();
            db.migrate(MIGRATIONS).unwrap();
            let sql = "SELECT edits_tried FROM orders ORDER BY id";
            let tried = db.read_blocking(move |tx| tx.all(sql, params![], |row| row.int(0))).unwrap();
            assert_eq!(tried, [0, 1, 2], "{url}");
        }
    }

    #[test]
    fn every_table_is_strict() {
        for step in MIGRATIONS {
            let count = |what: &str| step.sql.matches(what).count();
            assert_eq!(count("CREATE TABLE"), count(" STRICT;"), "step {}", step.number);
        }
    }
}
