//! Ids for events whose client gave none: UUIDv7 without a system call each.

use std::cell::RefCell;
use std::hash::{BuildHasher, RandomState};

use kassa_model::Timestamp;
use uuid::Uuid;

/// 128 random bits per thread and a counter, mixed by a keyed hash. Only uniqueness matters: nobody gains by guessing.
struct Source {
    keys: [RandomState; 2],
    seed: (u64, u64),
    count: u64,
}

impl Source {
    fn new() -> Self {
        let keys = [RandomState::new(), RandomState::new()];
        Self { keys, seed: Uuid::new_v4().as_u64_pair(), count: 0 }
    }

    fn next(&mut self) -> [u8; 10] {
        self.count += 1;
        let high = self.keys[0].hash_one((self.seed.0, self.count));
        let low = self.keys[1].hash_one((self.seed.1, self.count));
        let mut bytes = [0; 10];
        bytes[..8].copy_from_slice(&high.to_le_bytes());
        bytes[8..].copy_from_slice(&low.to_le_bytes()[..2]);
        bytes
    }
}

thread_local! {
    static SOURCE: RefCell<Source> = RefCell::new(Source::new());
}

/// A UUIDv7 of `time`, as text.
pub(super) fn make(time: Timestamp) -> String {
    let random = SOURCE.with_borrow_mut(Source::next);
    let millis = u64::try_from(time.micros().div_euclid(1_000)).unwrap_or(0);
    let id = uuid::Builder::from_unix_timestamp_millis(millis, &random).into_uuid();
    let mut text = [0; uuid::fmt::Hyphenated::LENGTH];
    id.as_hyphenated().encode_lower(&mut text).to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_version_7_and_unique() {
        let time = Timestamp::from_micros(1_763_035_200_123_456);
        let mut ids = std::collections::HashSet::new();
        for _ in 0..4 {
            let made = std::thread::spawn(move || (0..5_000).map(|_| make(time)).collect::<Vec<_>>());
            ids.extend(made.join().unwrap());
        }
        assert_eq!(ids.len(), 20_000);
        for id in ids.iter().take(100) {
            let id: Uuid = id.parse().unwrap();
            assert_eq!(id.get_version_num(), 7);
            assert_eq!(id.get_timestamp().unwrap().to_unix(), (1_763_035_200, 123_000_000));
        }
    }
}
