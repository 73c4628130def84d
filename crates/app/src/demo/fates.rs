//! What becomes of the demo's orders, each at its time: placed, paid, sent, delivered. It follows from the order alone, so that it is
//! the same whenever the demo is filled in.

use kassa_commerce::orders::{Further, Tracking};
use kassa_model::{MICROS_PER_DAY, MICROS_PER_SECOND, Timestamp};

use super::traffic::Purchase;

/// For how many days something happens to an order.
pub(super) const DAYS: i64 = 4;

const MICROS_PER_HOUR: i64 = 3_600 * MICROS_PER_SECOND;

/// Something that happens to an order.
#[derive(Debug, Clone)]
pub(super) struct Act {
    /// When.
    pub(super) at: Timestamp,
    /// To which.
    pub(super) purchase: Purchase,
    /// What; nothing: it is placed.
    pub(super) further: Option<Further>,
}

/// What happens from `from` to before `until` to these orders, in order of time.
pub(super) fn acts(purchases: &[Purchase], from: Timestamp, until: Timestamp) -> Vec<Act> {
    let mut acts: Vec<Act> = purchases.iter().flat_map(fate).collect();
    acts.retain(|act| from <= act.at && act.at < until);
    acts.sort_by_key(|act| act.at);
    acts
}

/// Eleven of twelve pay within minutes, the others a day later by bank; of the latter every fourth does not. What is paid in time
/// is sent the next morning, and arrives two days after that.
fn fate(purchase: &Purchase) -> Vec<Act> {
    let placed = purchase.at.micros();
    let dice = placed / 1_000;
    let act = |at: i64, further: Option<Further>| Act {
        at: Timestamp::from_micros(at),
        purchase: purchase.clone(),
        further,
    };
    let mut acts = vec![act(placed, None)];
    let (by_bank, never) = (dice % 12 == 0, dice % 48 == 0);
    if !never {
        let (way, after) = if by_bank { ("bank", MICROS_PER_DAY) } else { ("card", 90 * MICROS_PER_SECOND) };
        let reference = format!("{way} {:08}", dice % 100_000_000);
        acts.push(act(placed + after, Some(Further::Paid(reference))));
        // From nine o'clock on, one after another.
        let days = if by_bank { 2 } else { 1 };
        let sent = (purchase.at.day() + days) * MICROS_PER_DAY
            + 9 * MICROS_PER_HOUR
            + placed % (3 * MICROS_PER_HOUR);
        acts.push(act(sent, Some(Further::Sent(tracking(dice)))));
        if !by_bank {
            acts.push(act(sent + 2 * MICROS_PER_DAY, Some(Further::Delivered)));
        }
    }
    acts
}

fn tracking(dice: i64) -> Tracking {
    let number = format!("KP{:09}", dice % 1_000_000_000);
    let url = format!("https://parcels.example/{number}");
    Tracking { carrier: Some("Parcel Post".to_owned()), number: Some(number), url: Some(url) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::demo::traffic::day;

    #[test]
    fn what_is_filled_in_day_by_day_is_what_happens() {
        let midnight = |day: i64| Timestamp::from_micros(day * MICROS_PER_DAY);
        let (first, last) = (20_700, 20_712);
        let of = |day_number: i64| day(midnight(last), last - day_number, "demo").purchases;
        let told = |acts: Vec<Act>| -> Vec<String> {
            acts.iter().map(|act| format!("{:?} {:?} {:?}", act.at, act.purchase.at, act.further)).collect()
        };
        let all: Vec<Purchase> = (first..last).flat_map(of).collect();
        let mut by_day = Vec::new();
        for number in first..last {
            let known: Vec<Purchase> =
                (number - DAYS..=number).filter(|day| *day >= first).flat_map(of).collect();
            by_day.extend(told(acts(&known, midnight(number), midnight(number + 1))));
        }
        let mut whole = told(acts(&all, midnight(first), midnight(last)));
        assert!(whole.len() > all.len() * 2, "{} of {}", whole.len(), all.len());
        whole.sort();
        by_day.sort();
        assert_eq!(whole, by_day);
        let delivered = whole.iter().filter(|act| act.contains("Delivered")).count();
        assert!(delivered * 2 > all.len() && delivered < all.len(), "{delivered} of {}", all.len());
    }
}
