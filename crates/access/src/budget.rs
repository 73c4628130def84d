//! So much per second and site: for dead letters, of which a broken client can make any number.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use kassa_model::{MICROS_PER_SECOND, Timestamp};

/// Sites counted apart; the rest share one count.
const SITES_MAX: usize = 1_024;

/// Allows at most so many a second, for each site apart.
#[derive(Debug)]
pub struct PerSecondBudget {
    per_second: u32,
    used: Mutex<HashMap<String, (i64, u32)>>,
}

impl PerSecondBudget {
    /// Allows `per_second` per site.
    pub fn new(per_second: u32) -> Self {
        Self { per_second, used: Mutex::default() }
    }

    /// Takes one for `site` in the second of `now`; false when all of that second are taken.
    pub fn take(&self, site: &str, now: Timestamp) -> bool {
        let second = now.micros().div_euclid(MICROS_PER_SECOND);
        let mut used = self.used.lock().unwrap_or_else(PoisonError::into_inner);
        let site = if used.len() < SITES_MAX || used.contains_key(site) { site } else { "" };
        if !used.contains_key(site) {
            used.insert(site.to_owned(), (second, 0));
        }
        let Some((counted, taken)) = used.get_mut(site) else { return false };
        if *counted != second {
            (*counted, *taken) = (second, 0);
        }
        let left = *taken < self.per_second;
        *taken += u32::from(left);
        left
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_each_site_and_second_apart() {
        let budget = PerSecondBudget::new(100);
        let at = |second: i64| Timestamp::from_micros(second * MICROS_PER_SECOND + 7);
        let take = |site: &str, second: i64| (0..250).filter(|_| budget.take(site, at(second))).count();
        assert_eq!(take("a", 10), 100);
        assert_eq!(take("b", 10), 100);
        assert_eq!(take("a", 10), 0);
        assert_eq!(take("a", 11), 100);
    }

    #[test]
    fn made_up_sites_share_a_bounded_count() {
        let budget = PerSecondBudget::new(1);
        let now = Timestamp::from_micros(0);
        let allowed = (0..10_000).filter(|n| budget.take(&format!("site-{n}"), now)).count();
        assert_eq!(allowed, SITES_MAX + 1);
    }
}
