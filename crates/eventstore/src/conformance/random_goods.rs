//! Random questions about products and searches, on random data.

use super::random::{SITES, batches, fields, filter, rules, same};
use super::sample::{Random, after};
use crate::goods::{GoodsBy, GoodsQuery};
use crate::journey::Scope;
use crate::query::{Field, Filter, TimeRange};

/// Questions of each kind for each set of data.
const QUESTIONS: u64 = 30;

/// Sometimes a filter, mostly one that is answered.
fn may_filter(random: &mut Random, with_items: bool) -> Option<Filter> {
    let mut known = fields();
    known.retain(|field| {
        !(field.is_of_money() || *field == Field::ExitPage || *field == Field::ItemSku && !with_items)
    });
    let asked = if random.one_in(10) { fields() } else { known };
    random.one_in(4).then(|| filter(random, 0, &asked))
}

/// A question about products.
fn goods_query(random: &mut Random) -> GoodsQuery {
    let mut days = vec![after(random.below(300) as i64)];
    for _ in 0..=random.below(9) {
        days.push(days[days.len() - 1].plus_micros((1 + random.below(3_000) as i64) * 1_000_000));
    }
    let to = days[days.len() - 1];
    GoodsQuery {
        sites: SITES[random.below(2)..].iter().map(|site| (*site).to_owned()).collect(),
        range: TimeRange { from: days[random.below(days.len())], to },
        days,
        now: after(random.below(9_000) as i64),
        by: [GoodsBy::Sku, GoodsBy::Name, GoodsBy::Category][random.below(3)],
        filter: may_filter(random, true),
        currency: random.one_in(3).then(|| "USD".to_owned()),
        include_bots: random.one_in(3),
        rules: if random.one_in(2) { Vec::new() } else { rules(random) },
    }
}

/// A question about searches.
fn searches(random: &mut Random) -> Scope {
    let all = (0, 8_000);
    let some = (random.below(4_000) as i64, random.below(5_000) as i64);
    let (from, seconds) = if random.one_in(2) { all } else { some };
    Scope {
        sites: SITES[random.below(2)..].iter().map(|site| (*site).to_owned()).collect(),
        range: TimeRange { from: after(from), to: after(from + seconds) },
        only: may_filter(random, false),
        filter: may_filter(random, false),
        include_bots: random.one_in(3),
        rules: if random.one_in(2) { Vec::new() } else { rules(random) },
    }
}

/// Every store that `make` gives answers as the reference does; how many products somebody saw sold out, and how many searches led somewhere.
#[cfg(feature = "duckdb")]
pub(super) async fn as_the_reference_does<S: crate::EventStore, K>(
    make: &impl Fn() -> (S, K),
    random: &mut Random,
    sets: u64,
) -> (u64, u64) {
    use crate::{EventStore, MemoryStore};

    let (mut sold_out, mut answered) = (0, 0);
    let mut with_filter = 0;
    for _ in 0..sets {
        let ((store, _keep), memory) = (make(), MemoryStore::new());
        for batch in batches(random, 400) {
            memory.insert(batch.clone()).await.unwrap();
            store.insert(batch).await.unwrap();
        }
        for _ in 0..QUESTIONS {
            let query = goods_query(random);
            if let Some(found) = same(&query, (store.goods(&query).await, memory.goods(&query).await)) {
                with_filter += u64::from(query.filter.is_some() && !found.totals.is_empty());
                sold_out += found.totals.iter().filter(|totals| totals.viewers_out > 0).count() as u64;
            }
            let query = searches(random);
            if let Some(found) = same(&query, (store.searches(&query).await, memory.searches(&query).await)) {
                answered += found.iter().filter(|term| term.without_click < term.searches).count() as u64;
            }
        }
    }
    println!("{with_filter} with a filter and products");
    assert!(with_filter > sets, "{with_filter} of {sets} times {QUESTIONS}");
    (sold_out, answered)
}
