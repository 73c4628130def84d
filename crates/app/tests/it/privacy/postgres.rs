//! The same where the shop is on PostgreSQL: every column of every table holds her before and none after.

use kassa_db::testing::TestPostgres;
use kassa_db::{Db, Error, params};
use serde_json::json;

use super::{EMAIL, HERS, HIS, bytes_below, found, is_gone_with, kassa_says_with, lived_in, revenue, told};
use crate::kassa::{Start, run_with};

/// What stands in the shop's tables; the rest is of events.
const OF_THE_SHOP: [&str; 6] = [EMAIL, "Annabel", "0199 555", "Hidden Lane", "user-4711", "TRACK0815"];

#[test]
fn a_person_is_erased_from_a_shop_on_postgres() {
    let Some(cluster) = TestPostgres::start() else { return };
    let url = cluster.fresh_database();
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data");
    let kassa = Start::up(&data).with_database(Some(&url)).start();
    lived_in(&kassa);
    let before = revenue(&kassa);
    assert_eq!(found(&told(&kassa), &HERS), HERS, "she was there");
    assert_eq!(found(&dump(&url), &OF_THE_SHOP), OF_THE_SHOP);
    let erased = kassa.post("/v1/privacy/erase", &json!({"email": EMAIL}).to_string());
    assert_eq!(erased.status, 200, "{}", erased.body);
    assert_eq!(found(&told(&kassa), &HERS), [""; 0], "while it runs");
    assert_eq!(found(&dump(&url), &HERS), [""; 0], "in the tables");
    assert_eq!(found(&dump(&url), &HIS), HIS);
    assert!(kassa.stop().success());
    is_gone_with(&data, &before, Some(&url));
    assert_eq!(found(&dump(&url), &HERS), [""; 0], "after a start");
}

/// The texts of all columns of all tables.
fn dump(url: &str) -> String {
    let db = Db::open(url).unwrap();
    let texts: Result<Vec<String>, Error> = db.read_blocking(|tx| {
        let columns = "SELECT CAST(table_name AS TEXT), CAST(column_name AS TEXT) FROM information_schema.columns \
                       WHERE table_schema = current_schema()";
        let mut texts = Vec::new();
        for (table, column) in tx.all(columns, params![], |row| Ok((row.text(0)?, row.text(1)?)))? {
            let sql: &'static str =
                Box::leak(format!("SELECT CAST(\"{column}\" AS TEXT) FROM \"{table}\"").into_boxed_str());
            texts.extend(tx.all(sql, params![], |row| row.text_or_null(0))?.into_iter().flatten());
        }
        Ok(texts)
    });
    db.close();
    texts.unwrap().join("\n")
}

#[test]
fn who_is_on_a_list_is_erased_from_tables_that_were_put_back() {
    let Some(cluster) = TestPostgres::start() else { return };
    let (erased, put_back) = (cluster.fresh_database(), cluster.fresh_database());
    let folder = tempfile::tempdir().unwrap();
    let list = folder.path().join("erasures.json");
    let [first, second] = ["first", "second"].map(|name| folder.path().join(name));
    for (data, url) in [(&first, &erased), (&second, &put_back)] {
        let kassa = Start::up(data).with_database(Some(url)).start();
        lived_in(&kassa);
        let refused = run_with(
            &["privacy", "again", &list.display().to_string(), "--data", &data.display().to_string()],
            &[("KASSA_DATABASE__URL", url)],
        );
        assert!(!refused.status.success(), "there is no list, and the shop runs");
        assert!(kassa.stop().success());
    }
    let (erased, put_back) = (erased.as_str(), put_back.as_str());
    kassa_says_with(&first, &["privacy", "erase", "--email", EMAIL], &[("KASSA_DATABASE__URL", erased)]);
    let text = kassa_says_with(&first, &["privacy", "list", "--json"], &[("KASSA_DATABASE__URL", erased)]);
    std::fs::write(&list, text).unwrap();
    assert_eq!(found(&dump(put_back), &OF_THE_SHOP), OF_THE_SHOP);
    let list = list.display().to_string();
    let said = kassa_says_with(&second, &["privacy", "again", &list], &[("KASSA_DATABASE__URL", put_back)]);
    assert!(said.contains("1 erasures"), "{said}");
    assert_eq!(found(&dump(put_back), &HERS), [""; 0], "in the tables");
    assert_eq!(found(&bytes_below(&second), &HERS), [""; 0], "in the bytes of the files");
}
