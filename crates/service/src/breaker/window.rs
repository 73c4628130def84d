//! Calls and failures of the last ten seconds, in buckets of one.

use kassa_model::{MICROS_PER_SECOND, Timestamp};

const SECONDS: usize = 10;

/// Counts of the last ten seconds. Buckets of a later time than now (the clock was set back) do not count.
#[derive(Debug, Default)]
pub(super) struct Window([Bucket; SECONDS]);

#[derive(Debug, Clone, Copy, Default)]
struct Bucket {
    second: i64,
    calls: u32,
    failures: u32,
}

impl Window {
    pub(super) fn add(&mut self, now: Timestamp, failed: bool) {
        let second = now.micros().div_euclid(MICROS_PER_SECOND);
        let index = second.rem_euclid(SECONDS as i64) as usize;
        let bucket = &mut self.0[index];
        if bucket.second != second {
            *bucket = Bucket { second, ..Bucket::default() };
        }
        bucket.calls = bucket.calls.saturating_add(1);
        bucket.failures = bucket.failures.saturating_add(failed.into());
    }

    /// Whether at least `calls_min` calls were made and at least `percent` of them failed.
    pub(super) fn trips(&self, now: Timestamp, calls_min: u32, percent: u32) -> bool {
        let second = now.micros().div_euclid(MICROS_PER_SECOND);
        let (mut calls, mut failures) = (0_u64, 0_u64);
        for bucket in &self.0 {
            if (0..SECONDS as i64).contains(&second.saturating_sub(bucket.second)) {
                calls += u64::from(bucket.calls);
                failures += u64::from(bucket.failures);
            }
        }
        calls >= u64::from(calls_min) && failures * 100 >= calls * u64::from(percent)
    }
}
