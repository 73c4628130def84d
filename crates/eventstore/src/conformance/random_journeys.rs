//! Random data and random questions that follow visitors: every backend answers as the reference does.

use kassa_model::{Dialect, MICROS_PER_SECOND, Timestamp};

use super::queries::is;
use super::random::{NAMES, PATHS, SITES, batches, fields, filter, rules, same, seed};
use super::sample::{Random, after, scaled};
use crate::journey::{
    CHECKOUT_FAILED, Funnel, FunnelAnswer, Of, Paths, PathsAnswer, Retention, STEPS_MAX, Scope, Step,
};
use crate::query::{CONFIRMED, Field, Filter, TimeRange};
use crate::{Batch, EventStore, MemoryStore};

/// Questions of each kind for each set of data.
const QUESTIONS: u64 = 30;

/// What was asked, and how many answers had something to show.
#[derive(Debug, Default)]
struct Seen {
    answered: u64,
    with_value: u64,
    with_causes: u64,
    come_back: u64,
    repeat: u64,
    with_edges: u64,
}

/// Clause 5 at random: every store that `make` gives (with whatever has to outlive it) answers as the reference does.
pub(super) async fn answers_as_the_reference_does<S: EventStore, K>(make: impl Fn() -> (S, K)) {
    let (seed, sets) = (seed(), scaled(100));
    println!("seed {seed}, {sets} sets of data, {QUESTIONS} questions of each kind");
    let mut random = Random(seed);
    let mut seen = Seen::default();
    for _ in 0..sets {
        let (store, _keep) = make();
        let memory = MemoryStore::new();
        let count = random.below(400);
        for batch in batches(&mut random, count) {
            let batch = with_checkouts(&mut random, batch);
            memory.insert(batch.clone()).await.unwrap();
            store.insert(batch).await.unwrap();
        }
        for _ in 0..QUESTIONS {
            let asked = funnel(&mut random);
            let answers = (store.funnel(&asked).await, memory.funnel(&asked).await);
            if let Some(answer) = same(&asked, answers) {
                seen.answered += 1;
                adds_up(&asked, &answer);
                seen.with_value += u64::from(!answer.currencies.is_empty());
                seen.with_causes += u64::from(answer.steps.iter().any(|step| step.causes.len() > 1));
            }
            let asked = retention(&mut random);
            let answers = (store.retention(&asked).await, memory.retention(&asked).await);
            if let Some(answer) = same(&asked, answers) {
                seen.answered += 1;
                let later = |returned: &Vec<u64>| returned.iter().skip(1).any(|count| *count > 0);
                seen.come_back += u64::from(answer.cohorts.iter().any(|cohort| later(&cohort.returned)));
                seen.repeat += u64::from(answer.cohorts.iter().any(|cohort| cohort.repeat > 0));
            }
            let asked = paths(&mut random);
            let answers = (store.paths(&asked).await, memory.paths(&asked).await);
            if let Some(answer) = same(&asked, answers) {
                seen.answered += 1;
                leads_on(&answer);
                seen.with_edges += u64::from(answer.edges.len() > 2);
            }
        }
    }
    println!("{seen:?}");
    let often = |count: u64, part: u64| assert!(count * part > sets * QUESTIONS, "{seen:?}");
    assert!(seen.answered * 2 > 3 * sets * QUESTIONS, "{seen:?}");
    often(seen.with_value, 10);
    often(seen.with_causes, 40);
    often(seen.come_back, 10);
    often(seen.repeat, 20);
    often(seen.with_edges, 10);
}

/// Nobody gets lost in a funnel: who drops before an order has one cause, and who is in the trend is in the steps.
fn adds_up(asked: &Funnel, answer: &FunnelAnswer) {
    let visitors: Vec<u64> = answer.steps.iter().map(|step| step.visitors).collect();
    for (place, step) in answer.steps.iter().enumerate().skip(1) {
        let causes: u64 = step.causes.values().sum();
        let drop = visitors[place - 1] - visitors[place];
        let told = asked.steps[place].is_order();
        assert_eq!(causes, if told { drop } else { 0 }, "step {place}: {answer:?}");
    }
    if !asked.boundaries.is_empty() {
        let sum = |place: usize| answer.trend.iter().map(|bucket| bucket[place]).sum::<u64>();
        assert_eq!((0..visitors.len()).map(sum).collect::<Vec<_>>(), visitors);
    }
}

/// Every visit is somewhere at the first step, and what comes to a later node came from one of the step before.
fn leads_on(answer: &PathsAnswer) {
    for (place, step) in answer.steps.iter().enumerate() {
        let visits: Vec<u64> = step.nodes.iter().map(|(_, visits)| *visits).collect();
        if place == 0 {
            assert_eq!(visits.iter().sum::<u64>(), answer.visits, "{answer:?}");
            continue;
        }
        let mut came = vec![0; visits.len()];
        let edges = answer.edges.iter().filter(|edge| edge.step + 1 == place);
        edges.for_each(|edge| came[edge.to] += edge.visits);
        assert_eq!(came, visits, "{answer:?}");
    }
}

/// Some events are the shop's, that it refused an order, and more of the records of money than usual confirm one.
fn with_checkouts(random: &mut Random, mut batch: Batch) -> Batch {
    for row in batch.rows.iter_mut().filter(|row| row.event.order.is_some()) {
        if random.one_in(2) {
            row.event.name = CONFIRMED.to_owned();
        }
    }
    for row in batch.rows.iter_mut().filter(|row| row.event.order.is_none()) {
        if random.one_in(4) {
            row.event.name = CHECKOUT_FAILED.to_owned();
            row.event.dialect = if random.one_in(5) { Dialect::SEGMENT } else { Dialect::SHOP };
            let reasons = [r#"{"reason":"sold_out"}"#, r#"{"reason":"ä"}"#, r#"{"reason":7}"#, "{}"];
            row.event.props = random.pick(&reasons).to_owned();
        }
    }
    batch
}

fn scope(random: &mut Random) -> Scope {
    let from = if random.one_in(2) { 0 } else { random.below(4_000) as i64 };
    let to = from + 1 + random.below(8_000) as i64;
    let known = known_fields(random);
    Scope {
        sites: SITES[random.below(2)..].iter().map(|site| (*site).to_owned()).collect(),
        range: TimeRange { from: after(from), to: after(to) },
        only: random.one_in(5).then(|| filter(random, 1, &known)),
        filter: random.one_in(3).then(|| filter(random, 1, &known)),
        include_bots: random.one_in(3),
        rules: if random.one_in(2) { Vec::new() } else { rules(random) },
    }
}

/// Nearly always those that events tell by themselves.
fn known_fields(random: &mut Random) -> Vec<Field> {
    let mut known = fields();
    if !random.one_in(20) {
        known.retain(|field| !matches!(field, Field::ExitPage | Field::ItemSku) && !field.is_of_money());
    }
    known
}

fn funnel(random: &mut Random) -> Funnel {
    let scope = scope(random);
    let count = if random.one_in(6) { 1 + random.below(STEPS_MAX) } else { 2 + random.below(3) };
    let mut steps: Vec<Step> = (0..count).map(|_| step(random)).collect();
    // Of what leads to an order the causes are told.
    if random.one_in(3) {
        steps = vec![Step::Fits(is(Field::Name, &["page_view"])), Step::Named(CONFIRMED.to_owned())];
    }
    let boundaries = if random.one_in(2) { boundaries(random, scope.range) } else { Vec::new() };
    Funnel {
        scope,
        steps,
        window: (60 + random.below(5_000) as i64) * MICROS_PER_SECOND,
        boundaries,
        currency: random.one_in(4).then(|| "USD".to_owned()),
    }
}

/// Of a few buckets that make the range, some of one length.
fn boundaries(random: &mut Random, range: TimeRange) -> Vec<Timestamp> {
    let length = range.to.micros() - range.from.micros();
    let parts = 1 + random.below(8) as i64;
    let mut found: Vec<Timestamp> = (0..parts)
        .map(|part| {
            let even = length * part / parts;
            range.from.plus_micros(if part > 0 && random.one_in(4) { even + 1 } else { even })
        })
        .collect();
    found.push(range.to);
    found
}

fn step(random: &mut Random) -> Step {
    match random.below(6) {
        0 => Step::Named(CONFIRMED.to_owned()),
        1 => Step::Named(random.pick(&NAMES).to_owned()),
        2 => {
            let known = known_fields(random);
            Step::Fits(filter(random, 2, &known))
        }
        3 => Step::Fits(is(Field::Name, &["page_view"])),
        _ => {
            let page = is(Field::Page, &[random.pick(&PATHS), random.pick(&PATHS)]);
            Step::Fits(Filter::And(vec![is(Field::Name, &["page_view"]), page]))
        }
    }
}

fn retention(random: &mut Random) -> Retention {
    let mut scope = scope(random);
    let all = TimeRange { from: after(random.below(2_000) as i64), to: after(8_000) };
    // Who orders again takes a while.
    if !random.one_in(4) {
        scope.range = all;
    }
    let boundaries = boundaries(random, scope.range);
    let of = if random.one_in(2) { Of::Visitors } else { Of::Customers };
    Retention { scope, of, boundaries, currency: random.one_in(4).then(|| "EUR".to_owned()) }
}

fn paths(random: &mut Random) -> Paths {
    let end = |random: &mut Random| random.one_in(3).then(|| step(random));
    Paths {
        scope: scope(random),
        from: end(random),
        to: end(random),
        steps: 2 + random.below(7),
        nodes: 1 + random.below(6),
        names: 1 + random.below(9) as u32,
    }
}
