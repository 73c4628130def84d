//! What visitors' ways through a funnel add up to.

use std::collections::BTreeSet;

use kassa_model::{MICROS_PER_SECOND, Timestamp};

use super::{Funnel, FunnelAnswer, FunnelStep};

/// A visitor's way through a funnel.
#[derive(Debug)]
pub(crate) struct Passage<'a> {
    /// When each step was reached; one at least.
    pub(crate) times: &'a [Timestamp],
    /// Why the way ended, if its next step is an order and the shop refused one.
    pub(crate) cause: Option<&'a str>,
    /// Amount and currency of the orders on the way.
    pub(crate) orders: Vec<(i64, &'a str)>,
}

/// Adds up passages.
#[derive(Debug)]
pub(crate) struct Tally<'a> {
    funnel: &'a Funnel,
    answer: FunnelAnswer,
    seconds: Vec<Vec<u32>>,
    currencies: BTreeSet<String>,
}

impl<'a> Tally<'a> {
    /// Of nobody.
    pub(crate) fn new(funnel: &'a Funnel) -> Self {
        let steps = funnel.steps.len();
        let buckets = funnel.boundaries.len().saturating_sub(1);
        Self {
            funnel,
            answer: FunnelAnswer {
                steps: vec![FunnelStep::default(); steps],
                trend: vec![vec![0; steps]; buckets],
                currencies: Vec::new(),
            },
            seconds: vec![Vec::new(); steps],
            currencies: BTreeSet::new(),
        }
    }

    /// Adds one visitor.
    pub(crate) fn add(&mut self, passage: &Passage<'_>) {
        let reached = passage.times.len();
        let bucket = self.funnel.boundaries.partition_point(|start| *start <= passage.times[0]);
        for (step, time) in passage.times.iter().enumerate() {
            let found = &mut self.answer.steps[step];
            found.visitors += 1;
            if step > 0 {
                let seconds = (time.micros() - passage.times[step - 1].micros()) / MICROS_PER_SECOND;
                found.seconds += seconds;
                self.seconds[step].push(u32::try_from(seconds).unwrap_or(u32::MAX));
            }
            if let Some(bucket) = bucket.checked_sub(1).and_then(|bucket| self.answer.trend.get_mut(bucket)) {
                bucket[step] += 1;
            }
        }
        if self.funnel.steps.get(reached).is_some_and(super::Step::is_order) {
            *self.answer.steps[reached].causes.entry(passage.cause.map(str::to_owned)).or_default() += 1;
        }
        for (amount, currency) in &passage.orders {
            if self.funnel.currency.as_ref().is_some_and(|asked| asked != currency) {
                continue;
            }
            if !self.currencies.contains(*currency) {
                self.currencies.insert((*currency).to_owned());
            }
            self.answer.steps[..reached].iter_mut().for_each(|step| step.value += amount);
        }
    }

    /// All that was added.
    pub(crate) fn finish(mut self) -> FunnelAnswer {
        for (step, seconds) in self.answer.steps.iter_mut().zip(&mut self.seconds) {
            step.median_doubled = median_doubled(seconds);
        }
        self.answer.currencies = self.currencies.into_iter().collect();
        self.answer
    }
}

/// Twice the middle, or the sum of the two in the middle.
fn median_doubled(values: &mut [u32]) -> Option<i64> {
    if values.is_empty() {
        return None;
    }
    let (middle, is_even) = (values.len() / 2, values.len().is_multiple_of(2));
    let (below, upper, _) = values.select_nth_unstable(middle);
    let upper = i64::from(*upper);
    match below.iter().max() {
        Some(lower) if is_even => Some(i64::from(*lower) + upper),
        _ => Some(2 * upper),
    }
}

#[cfg(test)]
mod tests {
    use super::median_doubled;

    #[test]
    fn the_median_is_the_middle() {
        let check = |values: &[u32], doubled: Option<i64>| {
            assert_eq!(median_doubled(&mut values.to_vec()), doubled, "{values:?}");
        };
        check(&[], None);
        check(&[7], Some(14));
        check(&[9, 1], Some(10));
        check(&[9, 1, 2], Some(4));
        check(&[9, 1, 2, 5], Some(7));
        check(&[u32::MAX, u32::MAX], Some(2 * i64::from(u32::MAX)));
    }
}
