//! Many at once: exactly what is there is sold, one command is one deduction, and the books balance.

use std::sync::Arc;

use kassa_db::{Error, Tx, params};

use super::super::{LedgerKind, Movement, Refusal, deduct, give_back, move_by_hand, store};
use super::{NOW, line, lines, on_hand, stock};
use crate::testing::{Bed, Dice, scaled, seed};

/// Runs so many at once and collects what they say.
async fn crowd<T: Send + 'static, F: Future<Output = T> + Send + 'static>(
    count: i64,
    each: impl Fn(i64) -> F,
) -> Vec<T> {
    let tasks: Vec<_> = (0..count).map(|number| tokio::spawn(each(number))).collect();
    let mut said = Vec::new();
    for task in tasks {
        said.push(task.await.unwrap());
    }
    said
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn hard_two_hundred_buyers_get_fifty_units() {
    for bed in Bed::each() {
        stock(&bed, "a", 50);
        let said = crowd(200, |number| {
            let db = bed.db.clone();
            let reference = format!("order-{number}/1");
            async move { db.write(move |tx| deduct(tx, &reference, &lines(&[("a", 1)]), NOW)).await }
        })
        .await;
        let said: Vec<_> =
            said.into_iter().map(|said| said.unwrap_or_else(|error: Error| panic!("{error}"))).collect();
        let sold = said.iter().filter(|said| said.is_ok()).count();
        let refused = said.iter().filter(|said| matches!(said, Err(Refusal::Insufficient { .. }))).count();
        let crossed: usize = said.iter().flatten().map(Vec::len).sum();
        println!("{}: 200 buyers, 50 units: {sold} sold, {refused} refused, low {crossed} times", bed.name);
        assert_eq!((sold, refused, crossed), (50, 150, 1), "{}", bed.name);
        assert_eq!(on_hand(&bed, "a"), 0, "{}", bed.name);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn one_command_sent_twenty_times_is_one_deduction() {
    for bed in Bed::each() {
        stock(&bed, "a", 50);
        stock(&bed, "b", 50);
        let said = crowd(20, |_| {
            let db = bed.db.clone();
            async move { db.write(move |tx| deduct(tx, "order/1", &lines(&[("b", 1), ("a", 3)]), NOW)).await }
        })
        .await;
        assert!(said.iter().all(|said| matches!(said, Ok(Ok(_)))), "{}: {said:?}", bed.name);
        assert_eq!((on_hand(&bed, "a"), on_hand(&bed, "b")), (47, 49), "{}", bed.name);
    }
}

/// What many shops do: look first, take then.
fn take_after_looking(tx: &mut Tx<'_>, sku: &str) -> Result<bool, Error> {
    let Some(stock) = store::by_sku(tx, sku)?.filter(|stock| stock.on_hand > 0) else { return Ok(false) };
    let sql = "UPDATE stock SET on_hand = $2 WHERE sku = $1";
    tx.execute(sql, params![sku, stock.on_hand - 1]).map(|_| true)
}

/// The check above can fail: this is how shops come to sell 200 of 50.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn control_looking_first_oversells() {
    let Some(bed) = Bed::postgres() else { return };
    stock(&bed, "a", 50);
    let said = crowd(200, |_| {
        let db = bed.db.clone();
        async move { db.write(|tx| take_after_looking(tx, "a")).await }
    })
    .await;
    let sold = said.iter().filter(|said| matches!(said, Ok(true))).count();
    println!("control: look first, take then: 200 buyers, 50 units, {sold} sold");
    assert!(sold > 50, "{sold}");
}

async fn receive(bed: &Bed, reference: &str, sku: &str, quantity: i64) {
    let kind = LedgerKind::Receive;
    let movement =
        Movement { reference: reference.to_owned(), sku: sku.to_owned(), kind, quantity, reason: None };
    bed.db.write(move |tx| move_by_hand(tx, &movement, NOW)).await.unwrap();
}

/// Operations at full scale, per engine.
const OPERATIONS: u64 = 10_000;

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn hard_the_books_balance_whatever_happens_at_once() {
    const SKUS: [&str; 4] = ["a", "b", "c", "d"];
    let (seed, operations) = (seed(), scaled(OPERATIONS));
    for bed in Bed::each() {
        for sku in SKUS {
            stock(&bed, sku, 10);
        }
        let bed = Arc::new(bed);
        let each = i64::try_from(operations / 16).unwrap() + 1;
        let said = crowd(16, |worker| {
            let bed = Arc::clone(&bed);
            let mut dice = Dice(seed ^ worker.unsigned_abs() << 32);
            async move {
                let (mut taken, mut refused) = (0, 0);
                for number in 0..each {
                    let wanted: Vec<_> = (0..=dice.below(3))
                        .map(|_| line(SKUS[usize::try_from(dice.below(4)).unwrap()], 1 + dice.below(3)))
                        .collect();
                    let reference = format!("w{worker}-{number}");
                    let back = dice.below(3) > 0;
                    let sku = SKUS[usize::try_from(dice.below(4)).unwrap()];
                    receive(&bed, &reference, sku, 1).await;
                    let done = bed.db.write(move |tx| {
                        let done = deduct(tx, &reference, &wanted, NOW)?;
                        if done.is_ok() && back {
                            give_back(tx, &reference, LedgerKind::Release, &wanted, NOW)?;
                        }
                        Ok::<_, Error>(done)
                    });
                    match done.await.unwrap() {
                        Ok(_) => taken += 1,
                        Err(_) => refused += 1,
                    }
                }
                (taken, refused)
            }
        })
        .await;
        let (taken, refused) = said.into_iter().fold((0, 0), |sum, one| (sum.0 + one.0, sum.1 + one.1));
        println!("{}: seed {seed}, {taken} orders taken, {refused} refused", bed.name);
        assert!(taken > 100 && refused > 10, "{}: both must come often", bed.name);
        for sku in SKUS {
            let (stock, entries) = bed.write(move |tx| {
                Ok((store::by_sku(tx, sku)?.unwrap(), store::ledger(tx, sku, i64::MAX, i64::MAX)?))
            });
            let sum: i64 = entries.iter().map(|entry| entry.quantity).sum();
            assert_eq!(stock.on_hand, sum, "{}: {sku}", bed.name);
            assert!(stock.on_hand >= 0, "{}: {sku}", bed.name);
        }
    }
}
