//! When an attempt that failed is made again: after 5 s, 30 s, 2 min, 10 min, 30 min, 1 h, 2 h, 4 h and then every 8 h, each a
//! fifth shorter or longer by chance, for a day.

use std::time::Duration;

use kassa_model::{MICROS_PER_DAY, Timestamp};
use uuid::Uuid;

use super::delivery::{Delivery, Sent};

const STEPS_S: [u64; 9] = [5, 30, 120, 600, 1_800, 3_600, 7_200, 14_400, 28_800];
/// The longest pause that somebody else may ask for.
const ASKED_MAX: Duration = Duration::from_secs(3_600);

/// When the next attempt is due after this outcome of one; nothing where none is to be made.
pub(super) fn next(delivery: &Delivery, sent: &Sent, now: Timestamp) -> Option<Timestamp> {
    let Sent::Later { after, .. } = sent else { return None };
    let pause = jittered(step(delivery.tries), chance());
    let pause = pause.max(after.unwrap_or_default().min(ASKED_MAX));
    let next = now.plus_micros(i64::try_from(pause.as_micros()).unwrap_or(i64::MAX));
    (next <= delivery.begun_at.plus_micros(MICROS_PER_DAY)).then_some(next)
}

/// The pause after so many tries before this one.
fn step(tries: i64) -> Duration {
    let place = usize::try_from(tries).unwrap_or(0).min(STEPS_S.len() - 1);
    Duration::from_secs(STEPS_S[place])
}

/// `pause` within a fifth of it, by a chance of 0 to 65,535.
fn jittered(pause: Duration, chance: u16) -> Duration {
    pause * 4 / 5 + pause * 2 / 5 * u32::from(chance) / u32::from(u16::MAX)
}

fn chance() -> u16 {
    let bytes = Uuid::new_v4().into_bytes();
    u16::from_le_bytes([bytes[0], bytes[1]])
}

#[cfg(test)]
mod tests {
    use super::super::delivery::{Channel, State};
    use super::*;

    fn tried(tries: i64) -> Delivery {
        Delivery {
            id: String::new(),
            event_id: String::new(),
            event_type: String::new(),
            channel: Channel::Email,
            target: String::new(),
            template: String::new(),
            payload: String::new(),
            order_id: None,
            state: State::Waiting,
            attempts: tries,
            tries,
            next_at: None,
            created_at: Timestamp::from_micros(0),
            begun_at: Timestamp::from_micros(0),
            done_at: None,
        }
    }

    fn later(after_s: Option<u64>) -> Sent {
        Sent::Later { status: None, answer: String::new(), after: after_s.map(Duration::from_secs) }
    }

    #[test]
    fn pauses_grow_for_a_day() {
        let check = |tries: i64, after_s: Option<u64>, least_s: i64, most_s: i64| {
            let next = next(&tried(tries), &later(after_s), Timestamp::from_micros(0)).unwrap().micros();
            assert!(
                (least_s * 1_000_000..=most_s * 1_000_000).contains(&next),
                "{tries} {after_s:?}: {next}"
            );
        };
        check(0, None, 4, 6);
        check(1, None, 24, 36);
        check(7, None, 11_520, 17_280);
        check(40, None, 23_040, 34_560);
        check(0, Some(60), 60, 60);
        check(0, Some(86_400), 3_600, 3_600);
        let late = Timestamp::from_micros(MICROS_PER_DAY - 1_000_000);
        assert_eq!(next(&tried(0), &later(None), late), None);
        assert_eq!(next(&tried(0), &Sent::Done { status: None, answer: String::new() }, late), None);
        assert_eq!(jittered(Duration::from_secs(5), 0), Duration::from_secs(4));
        assert_eq!(jittered(Duration::from_secs(5), u16::MAX), Duration::from_secs(6));
    }
}
