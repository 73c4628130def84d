//! Stock: its rules against a plain model, many buyers at once, and its routes.

mod bad_input;
mod crowd;
mod model;
mod routes;

use kassa_db::testing::prepare_all;
use kassa_model::Timestamp;

use super::{
    Crossing, LedgerKind, Movement, QUANTITY_MAX, Refusal, StockLine, deduct, deduct_once, exchange,
    give_back, merged, move_by_hand, open, store,
};
use crate::testing::Bed;

const NOW: Timestamp = Timestamp::from_micros(1_800_000_000_000_000);

fn line(sku: &str, quantity: i64) -> StockLine {
    StockLine { sku: sku.to_owned(), quantity }
}

fn lines(lines: &[(&str, i64)]) -> Vec<StockLine> {
    lines.iter().map(|(sku, quantity)| line(sku, *quantity)).collect()
}

/// Gives a SKU a stock of so many.
fn stock(bed: &Bed, sku: &'static str, quantity: i64) {
    bed.write(move |tx| {
        open(tx, sku, 5, NOW)?;
        let movement = Movement {
            reference: format!("stock {sku}"),
            sku: sku.to_owned(),
            kind: LedgerKind::Receive,
            quantity,
            reason: None,
        };
        move_by_hand(tx, &movement, NOW).map(drop).map_err(|error| panic!("{error}"))
    });
}

fn on_hand(bed: &Bed, sku: &'static str) -> i64 {
    bed.write(move |tx| Ok(store::by_sku(tx, sku)?.map_or(-1, |stock| stock.on_hand)))
}

fn take(bed: &Bed, reference: &str, wanted: &[(&str, i64)]) -> Result<Vec<Crossing>, Refusal> {
    let (reference, wanted) = (reference.to_owned(), lines(wanted));
    bed.write(move |tx| deduct(tx, &reference, &wanted, NOW))
}

#[test]
fn statements_run_on_both_engines() {
    for bed in Bed::each() {
        prepare_all(&bed.db, store::ALL).unwrap();
        prepare_all(&bed.db, super::forecast::ALL).unwrap();
    }
}

#[test]
fn equal_skus_are_one_line() {
    let wanted = lines(&[("b", 1), ("a", 2), ("b", 3)]);
    assert_eq!(merged(&wanted).unwrap(), lines(&[("a", 2), ("b", 4)]));
    assert_eq!(merged(&lines(&[("a", i64::MAX), ("a", 1)])).unwrap(), lines(&[("a", i64::MAX)]));
    for bad in [0, -1, i64::MIN] {
        assert!(merged(&lines(&[("a", bad)])).is_err(), "{bad}");
    }
}

#[test]
fn takes_all_lines_or_none() {
    for bed in Bed::each() {
        stock(&bed, "a", 10);
        stock(&bed, "b", 2);
        let none = Refusal::Insufficient { sku: "b".to_owned(), available: 2, requested: 3 };
        assert_eq!(take(&bed, "o1", &[("a", 4), ("b", 3)]), Err(none));
        assert_eq!((on_hand(&bed, "a"), on_hand(&bed, "b")), (10, 2), "{}", bed.name);
        let unknown = Refusal::UnknownSku("zz".to_owned());
        assert_eq!(take(&bed, "o1", &[("a", 4), ("zz", 1)]), Err(unknown));
        assert_eq!(on_hand(&bed, "a"), 10, "{}", bed.name);
        let huge = Refusal::Insufficient { sku: "a".to_owned(), available: 10, requested: i64::MAX };
        assert_eq!(take(&bed, "o1", &[("a", i64::MAX), ("a", i64::MAX)]), Err(huge));
        assert_eq!(take(&bed, "o1", &[("a", 4), ("b", 2)]), Ok(vec![]), "b was low before");
        assert_eq!((on_hand(&bed, "a"), on_hand(&bed, "b")), (6, 0), "{}", bed.name);
    }
}

fn crossed(sku: &str, on_hand: i64) -> Crossing {
    Crossing { sku: sku.to_owned(), on_hand, low_stock_at: 5 }
}

#[test]
fn says_once_that_stock_is_low() {
    for bed in Bed::each() {
        stock(&bed, "a", 8);
        assert_eq!(take(&bed, "o1", &[("a", 2)]), Ok(vec![]));
        assert_eq!(take(&bed, "o2", &[("a", 1)]), Ok(vec![crossed("a", 5)]));
        assert_eq!(take(&bed, "o3", &[("a", 1)]), Ok(vec![]));
        bed.write(|tx| give_back(tx, "o3", LedgerKind::Release, &lines(&[("a", 2)]), NOW));
        assert_eq!(take(&bed, "o4", &[("a", 6)]), Ok(vec![crossed("a", 0)]));
    }
}

/// What the outbox says of SKUs that became low: `sku=on hand` each.
fn told(bed: &Bed) -> Vec<String> {
    let sql = "SELECT body FROM outbox WHERE kind = 'StockLow' ORDER BY id";
    let bodies = bed.write(move |tx| tx.all(sql, &[], |row| row.text(0)));
    let short = |body: &String| {
        let event: serde_json::Value = serde_json::from_str(body).unwrap();
        format!("{}={}", event["stock"]["sku"].as_str().unwrap(), event["stock"]["on_hand"])
    };
    bodies.iter().map(short).collect()
}

/// Every way to nothing and back, each told once, and nothing of a command that ends where it began.
#[test]
fn every_way_out_of_stock_and_back_tells_the_outbox_once() {
    for bed in Bed::each() {
        let said = || {
            let sql = "SELECT body FROM outbox WHERE kind <> 'StockLow' ORDER BY id";
            let bodies = bed.write(move |tx| tx.all(sql, &[], |row| row.text(0)));
            let ids = bodies.iter().map(|body| {
                let event: serde_json::Value = serde_json::from_str(body).unwrap();
                event["id"].as_str().unwrap().to_owned()
            });
            ids.collect::<Vec<_>>()
        };
        let mut expected = vec!["back:stock a:a".to_owned()];
        let mut now = |word: &str| {
            expected.extend((!word.is_empty()).then(|| format!("{word}:a")));
            assert_eq!(said(), expected, "{}", bed.name);
        };
        stock(&bed, "a", 8);
        now("");
        take(&bed, "o/1", &[("a", 7)]).unwrap();
        now("");
        take(&bed, "o/2", &[("a", 1)]).unwrap();
        now("out:o/2");
        // The same command again, and one that is refused.
        take(&bed, "o/2", &[("a", 1)]).unwrap();
        take(&bed, "o/3", &[("a", 1)]).unwrap_err();
        now("");
        let exchange = |reference: &'static str, back: i64, taken: i64| {
            let (back, taken) = (lines(&[("a", back)]), lines(&[("a", taken)]));
            bed.write(move |tx| exchange(tx, reference, (&back, &taken), NOW)).map(drop)
        };
        exchange("e/1", 2, 2).unwrap();
        exchange("e/2", 1, 9).unwrap_err();
        now("");
        exchange("e/3", 3, 1).unwrap();
        now("back:e/3");
        exchange("e/4", 1, 3).unwrap();
        now("out:e/4");
        bed.write(|tx| give_back(tx, "r/1", LedgerKind::Return, &lines(&[("a", 1)]), NOW));
        now("back:r/1");
        bed.write(|tx| give_back(tx, "r/2", LedgerKind::Release, &lines(&[("a", 1)]), NOW));
        now("");
        for (reference, quantity, word) in [("h1", -2, "out:h1"), ("h1", -2, ""), ("h2", 5, "back:h2")] {
            bed.write(move |tx| {
                let kind = if quantity > 0 { LedgerKind::Receive } else { LedgerKind::Adjust };
                let (reference, sku) = (reference.to_owned(), "a".to_owned());
                let movement = Movement { reference, sku, kind, quantity, reason: None };
                move_by_hand(tx, &movement, NOW).map(drop).map_err(|error| panic!("{error}"))
            });
            now(word);
        }
        bed.write(|tx| deduct_once(tx, "x1", &line("a", 5), NOW));
        now("out:x1");
    }
}

/// A request with an earlier time may get its turn later; what is told last is told as later all the same, unless the clock
/// was wrong by minutes.
#[test]
fn what_happens_later_is_told_as_later() {
    let at = |seconds: i64| NOW.plus_micros(seconds * 1_000_000);
    for bed in Bed::each() {
        stock(&bed, "a", 1);
        let steps = |base: i64, late: i64| {
            bed.write(move |tx| {
                deduct_once(tx, &format!("o{base}"), &line("a", 1), at(base + late))?;
                give_back(tx, &format!("r{base}"), LedgerKind::Release, &lines(&[("a", 1)]), at(base))
            });
            let sql = "SELECT body FROM outbox WHERE kind <> 'StockLow' ORDER BY id DESC LIMIT 2";
            let bodies = bed.write(move |tx| tx.all(sql, &[], |row| row.text(0)));
            let said = bodies.iter().map(|body| {
                let event: serde_json::Value = serde_json::from_str(body).unwrap();
                let told: Timestamp = event["occurred_at"].as_str().unwrap().parse().unwrap();
                told.micros() - at(base).micros()
            });
            said.rev().collect::<Vec<_>>()
        };
        assert_eq!(steps(10, 2), [2_000_000, 2_000_001], "{}", bed.name);
        assert_eq!(steps(20, 0), [0, 1], "{}", bed.name);
        assert_eq!(steps(30, 600), [600_000_000, 0], "{}", bed.name);
        let noted = bed.write(move |tx| crate::notes::store::between(tx, (at(10), at(20)), 9));
        let noted: Vec<_> = noted.iter().map(|note| note.kind.name()).collect();
        assert_eq!(noted, ["stock_back", "stock_out"], "{}", bed.name);
    }
}

/// Every way down through the threshold of 5, each told once and by itself.
#[test]
fn every_way_down_tells_the_outbox_once() {
    let by_hand = |tx: &mut kassa_db::Tx<'_>, reference: &str, quantity: i64| {
        let movement = Movement {
            reference: reference.to_owned(),
            sku: "a".to_owned(),
            kind: if quantity > 0 { LedgerKind::Receive } else { LedgerKind::Adjust },
            quantity,
            reason: None,
        };
        move_by_hand(tx, &movement, NOW).map(drop).map_err(|error| panic!("{error}"))
    };
    let once = |tx: &mut kassa_db::Tx<'_>, reference: &str, quantity: i64| {
        deduct_once(tx, reference, &line("a", quantity), NOW).map(drop)
    };
    for bed in Bed::each() {
        stock(&bed, "a", 8);
        assert_eq!(told(&bed), Vec::<String>::new());
        // Corrected to 4, again by the same command, and further down; then up again.
        bed.write(move |tx| {
            by_hand(tx, "c1", -4)?;
            by_hand(tx, "c1", -4)?;
            by_hand(tx, "c2", -1)?;
            by_hand(tx, "c3", 7)
        });
        assert_eq!(told(&bed), ["a=4"], "{}", bed.name);
        // By the deduct of an old dialect.
        bed.write(move |tx| {
            once(tx, "ext:1", 5)?;
            once(tx, "ext:1", 5)?;
            once(tx, "ext:2", 1)?;
            by_hand(tx, "c4", 6)
        });
        assert_eq!(told(&bed), ["a=4", "a=5"], "{}", bed.name);
        // By an order.
        take(&bed, "o/1", &[("a", 7)]).unwrap();
        assert_eq!(told(&bed), ["a=4", "a=5", "a=3"], "{}", bed.name);
        // A command that gives 7 back and takes 6 or 9: low before, low afterwards.
        let exchange = |reference: &'static str, back: i64, taken: i64| {
            let (back, taken) = (lines(&[("a", back)]), lines(&[("a", taken)]));
            bed.write(move |tx| exchange(tx, reference, (&back, &taken), NOW)).map(|low| low.len())
        };
        assert_eq!(exchange("o/2", 7, 6), Ok(0));
        assert_eq!(exchange("o/3", 6, 9), Ok(0));
        // To 10 and then to 5, by which it crosses; a refusal tells nothing.
        assert_eq!(exchange("o/4", 9, 1), Ok(0));
        assert!(exchange("o/5", 1, 99).is_err());
        assert_eq!(exchange("o/6", 1, 6), Ok(1));
        assert_eq!(told(&bed), ["a=4", "a=5", "a=3", "a=4"], "{}", bed.name);
    }
}

#[test]
fn a_command_moves_stock_once() {
    for bed in Bed::each() {
        stock(&bed, "a", 10);
        stock(&bed, "b", 10);
        assert_eq!(take(&bed, "o1/1", &[("a", 6)]), Ok(vec![crossed("a", 4)]));
        for _ in 0..3 {
            assert_eq!(take(&bed, "o1/1", &[("a", 6)]), Ok(vec![]), "the crossing was told the first time");
        }
        assert_eq!(on_hand(&bed, "a"), 4, "{}", bed.name);
        // A line that the command has not taken yet is taken.
        assert_eq!(take(&bed, "o1/1", &[("a", 6), ("b", 1)]), Ok(vec![]));
        assert_eq!((on_hand(&bed, "a"), on_hand(&bed, "b")), (4, 9), "{}", bed.name);
        for _ in 0..3 {
            bed.write(|tx| give_back(tx, "o1/cancel", LedgerKind::Release, &lines(&[("a", 6)]), NOW));
        }
        assert_eq!(on_hand(&bed, "a"), 10, "{}", bed.name);
        let other = bed.db.write_blocking(|tx| deduct(tx, "o1/1", &lines(&[("a", 5)]), NOW));
        assert!(other.is_err(), "{}: the same command with another quantity", bed.name);
        assert_eq!(on_hand(&bed, "a"), 10, "{}", bed.name);
    }
}

#[test]
fn gives_nothing_back_to_a_sku_without_stock() {
    for bed in Bed::each() {
        let given =
            bed.db.write_blocking(|tx| give_back(tx, "r", LedgerKind::Return, &lines(&[("a", 1)]), NOW));
        assert!(given.is_err(), "{}", bed.name);
        let left = bed.write(|tx| store::ledger(tx, "a", i64::MAX, 10));
        assert_eq!(left, vec![], "{}: the entry went with its transaction", bed.name);
    }
}

#[test]
fn stock_by_sku_in_chunks() {
    for bed in Bed::each() {
        let names: Vec<String> = (0..20).map(|n| format!("s{n:02}")).collect();
        let known = names.clone();
        bed.write(move |tx| known.iter().try_for_each(|sku| open(tx, sku, QUANTITY_MAX, NOW)));
        let check = |skus: Vec<String>, expected: usize| {
            let found =
                bed.write(move |tx| store::by_skus(tx, &skus.iter().map(String::as_str).collect::<Vec<_>>()));
            assert_eq!(found.len(), expected, "{}", bed.name);
        };
        check(Vec::new(), 0);
        check(names[..1].to_vec(), 1);
        check(names[..8].to_vec(), 8);
        check(names[..9].to_vec(), 9);
        check(names.clone(), 20);
        check(vec!["nope".to_owned(), "s00".to_owned()], 1);
    }
}
