//! Rules of the catalogue, on both engines.

use kassa_db::Error as DbError;
use kassa_model::{Money, Timestamp};

use super::super::{Change, Error, NewProduct, archive, create, store, update};
use crate::inventory::{self, LedgerKind, Movement};
use crate::testing::Bed;

const NOW: Timestamp = Timestamp::from_micros(1_800_000_000_000_000);
const LATER: Timestamp = Timestamp::from_micros(1_800_000_001_000_000);

fn plain(name: &str, amount_minor: i64) -> NewProduct {
    NewProduct::plain(name, Money { amount_minor, currency: "EUR".parse().unwrap() })
}

fn with_sku(sku: &str) -> NewProduct {
    NewProduct { sku: Some(sku.to_owned()), track_stock: true, ..plain(sku, 100) }
}

fn make(bed: &Bed, new: NewProduct) -> Result<super::super::Product, Error> {
    bed.db.write_blocking(move |tx| create(tx, &new, NOW))
}

fn change(bed: &Bed, id: i64, version: Option<i64>, change: Change) -> Result<super::super::Product, Error> {
    bed.db.write_blocking(move |tx| update(tx, id, version, &change, LATER))
}

#[test]
fn names_what_has_no_sku() {
    for bed in Bed::each() {
        let first = make(&bed, plain("Mug", 950)).unwrap();
        assert_eq!(first.sku, format!("p-{}", first.id));
        let given = make(&bed, with_sku("mug")).unwrap();
        assert_eq!((given.sku.as_str(), given.version), ("mug", 1));
        assert!(matches!(make(&bed, with_sku("mug")), Err(Error::SkuTaken(sku)) if sku == "mug"));
        let found = bed.write(move |tx| store::by_ids(tx, &[first.id, given.id]));
        assert_eq!(found.len(), 2);
        assert!(found.contains(&given), "{}: {found:?}", bed.name);
        // Only what tracks stock has some.
        let stock = bed.write(|tx| inventory::store::list(tx, "", inventory::store::Only::All, 10));
        assert_eq!(stock.iter().map(|stock| stock.sku.as_str()).collect::<Vec<_>>(), ["mug"]);
        assert_eq!((stock[0].on_hand, stock[0].low_stock_at), (0, 5));
    }
}

#[test]
fn a_change_needs_the_version_that_was_seen() {
    for bed in Bed::each() {
        let made = make(&bed, plain("Mug", 950)).unwrap();
        let name = |name: &str| Change { name: Some(name.to_owned()), ..Change::default() };
        let changed = change(&bed, made.id, Some(1), name("Cup")).unwrap();
        assert_eq!((changed.version, changed.name.as_str(), changed.updated_at), (2, "Cup", LATER));
        let refused = change(&bed, made.id, Some(1), name("Pot"));
        assert!(matches!(refused, Err(Error::OtherVersion { expected: 1, actual: 2, .. })), "{refused:?}");
        assert_eq!(change(&bed, made.id, None, name("Cup")).unwrap().version, 2, "nothing has changed");
        assert_eq!(change(&bed, made.id, None, name("Pot")).unwrap().version, 3);
        let free = Money { amount_minor: -1, currency: made.price.currency };
        let refused = change(&bed, made.id, None, Change { price: Some(free.into()), ..Change::default() });
        assert!(matches!(refused, Err(Error::Invalid { field: "price", .. })), "{refused:?}");
        let id = made.id;
        let gone = bed.db.write_blocking(move |tx| archive(tx, id, Some(3), LATER)).unwrap();
        assert_eq!((gone.version, gone.archived_at), (4, Some(LATER)));
        assert!(matches!(change(&bed, id, None, name("Jar")), Err(Error::Unknown(_))));
        let again = bed.db.write_blocking(move |tx| archive(tx, id, None, LATER));
        assert!(matches!(again, Err(Error::Unknown(_))), "{}", bed.name);
        let kept = bed.write(move |tx| store::by_ids(tx, &[id]));
        assert_eq!(kept, vec![gone], "{}: old orders still find it", bed.name);
    }
}

#[test]
fn stock_is_given_up_only_when_there_is_none() {
    for bed in Bed::each() {
        let made = make(&bed, with_sku("mug")).unwrap();
        let id = made.id;
        let tracks = |track_stock| Change { track_stock: Some(track_stock), ..Change::default() };
        moved(&bed, "r1", 3);
        let refused = change(&bed, id, None, tracks(false));
        assert!(matches!(refused, Err(Error::StockInBooks { on_hand: 3, .. })), "{refused:?}");
        let same = bed.write(move |tx| store::by_ids(tx, &[id]));
        assert_eq!(same, vec![made], "{}", bed.name);
        moved(&bed, "r2", -3);
        assert!(!change(&bed, id, None, tracks(false)).unwrap().track_stock);
        // An order of before gives its stock back all the same, and tracking goes on from there.
        bed.write(|tx| {
            let line = inventory::StockLine { sku: "mug".to_owned(), quantity: 2 };
            inventory::give_back(tx, "o1", LedgerKind::Release, &[line], NOW)
        });
        assert!(change(&bed, id, None, tracks(true)).unwrap().track_stock);
        let stock = bed.write(|tx| inventory::store::by_sku(tx, "mug")).unwrap();
        assert_eq!(stock.on_hand, 2, "{}", bed.name);
    }
}

fn moved(bed: &Bed, reference: &'static str, quantity: i64) {
    bed.write(move |tx| {
        let kind = LedgerKind::Adjust;
        let (reference, sku) = (reference.to_owned(), "mug".to_owned());
        let movement = Movement { reference, sku, kind, quantity, reason: None };
        inventory::move_by_hand(tx, &movement, NOW)
            .map(drop)
            .map_err(|error| DbError::Invalid(error.to_string()))
    });
}

#[test]
fn products_by_sku_in_chunks() {
    for bed in Bed::each() {
        let names: Vec<String> = (0..19).map(|n| format!("s{n}")).collect();
        for name in &names {
            make(&bed, with_sku(name)).unwrap();
        }
        for count in [0, 1, 2, 7, 8, 9, 16, 17, 19] {
            let asked = names[..count].to_vec();
            let found = bed
                .write(move |tx| store::by_skus(tx, &asked.iter().map(String::as_str).collect::<Vec<_>>()));
            assert_eq!(found.len(), count, "{}", bed.name);
            let ids: Vec<i64> = found.iter().map(|product| product.id).collect();
            assert_eq!(bed.write(move |tx| store::by_ids(tx, &ids)).len(), count, "{}", bed.name);
        }
    }
}

#[test]
fn two_writers_change_one_product_once_each() {
    for bed in Bed::each() {
        let made = make(&bed, plain("Mug", 0)).unwrap();
        let id = made.id;
        let threads: Vec<_> = (0..8)
            .map(|_| {
                let db = bed.db.clone();
                std::thread::spawn(move || {
                    let mut done = 0;
                    while done < 10 {
                        let price = db.write_blocking(move |tx| {
                            let before = store::by_ids(tx, &[id])?.remove(0);
                            let price = Money { amount_minor: before.price.amount_minor + 1, ..before.price };
                            let change = Change { price: Some(price.into()), ..Change::default() };
                            update(tx, id, Some(before.version), &change, NOW)
                        });
                        match price {
                            Ok(_) => done += 1,
                            Err(Error::OtherVersion { .. }) => (),
                            Err(error) => panic!("{error}"),
                        }
                    }
                })
            })
            .collect();
        threads.into_iter().for_each(|thread| thread.join().unwrap());
        let product = bed.write(move |tx| store::by_ids(tx, &[id])).remove(0);
        assert_eq!((product.price.amount_minor, product.version), (80, 81), "{}", bed.name);
    }
}
