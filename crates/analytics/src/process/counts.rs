//! How many records of a batch came to which end.

use std::collections::{BTreeMap, HashMap};

use kassa_eventstore::CountKey;
use kassa_model::{Outcome, Timestamp};

/// Outcomes by site and day, without a text being copied per event.
#[derive(Debug, Default)]
pub(super) struct Counts(HashMap<String, Vec<(i64, Outcome, u64)>>);

impl Counts {
    /// Counts a record of `site`.
    pub(super) fn add(&mut self, site: &str, received: Timestamp, outcome: Outcome) {
        let day = received.day();
        let of_site = match self.0.get_mut(site) {
            Some(of_site) => of_site,
            None => self.0.entry(site.to_owned()).or_default(),
        };
        match of_site.iter_mut().find(|(known, end, _)| *known == day && *end == outcome) {
            Some((_, _, count)) => *count += 1,
            None => of_site.push((day, outcome, 1)),
        }
    }

    /// As the store takes them.
    pub(super) fn to_map(&self) -> BTreeMap<CountKey<String>, u64> {
        let key = |site: &String, day, outcome| CountKey { site: site.clone(), day, outcome };
        let of_site = |(site, counts): (&String, &Vec<_>)| -> Vec<_> {
            counts.iter().map(|(day, outcome, count)| (key(site, *day, *outcome), *count)).collect()
        };
        self.0.iter().flat_map(of_site).collect()
    }

    /// How many records came to each end, whatever the site.
    pub(super) fn by_outcome(&self) -> BTreeMap<Outcome, u64> {
        let mut sums = BTreeMap::new();
        for (_, outcome, count) in self.0.values().flatten() {
            *sums.entry(*outcome).or_default() += count;
        }
        sums
    }
}
