//! The JSON of a funnel → what was asked.
//!
//! ```json
//! {"site_id":"demo","date_range":"28d","steps":[{"page":"/"},{"event":"Product Added"},{"event":"Order Completed"}],
//!  "window":"24h","filters":[["is","visit:source",["Google"]]],"interval":"day","currency":"EUR"}
//! ```

use kassa_eventstore::journey::{WINDOW_MAX, WINDOW_MIN};
use kassa_model::{Currency, MICROS_PER_DAY, MICROS_PER_HOUR, MICROS_PER_SECOND};
use kassa_service::nearest::unknown;
use serde_json::{Map, Value};

use super::super::ask::{Invalid, Unit};
use super::super::journey::{Asked, StepAsk, steps};
use super::super::json::text;
use super::super::parse::required;
use super::super::parse_extras::parse_currency;

/// Members beside those of every such question.
pub(super) const MEMBERS: &[&str] = &["steps", "window", "interval", "currency"];

/// The window, unless the question says otherwise.
const WINDOW: &str = "24h";

const INTERVALS: [(&str, Unit); 4] =
    [("hour", Unit::Hour), ("day", Unit::Day), ("week", Unit::Week), ("month", Unit::Month)];

/// A funnel that was understood.
#[derive(Debug)]
pub(super) struct FunnelAsk {
    pub(super) asked: Asked,
    pub(super) steps: Vec<StepAsk>,
    /// µs.
    pub(super) window: i64,
    /// As it was written.
    pub(super) window_text: String,
    pub(super) interval: Option<Unit>,
    pub(super) currency: Option<Currency>,
}

/// Understands a funnel.
///
/// # Errors
/// [`Invalid`] for whatever is wrong first.
pub(super) fn parse(mut members: Map<String, Value>) -> Result<FunnelAsk, Invalid> {
    let asked = Asked::take(&mut members)?;
    let steps = steps(&required(members.remove("steps"), "steps")?)?;
    let window_text = match members.get("window") {
        None => WINDOW.to_owned(),
        Some(value) => text(value, "window")?.to_owned(),
    };
    Ok(FunnelAsk {
        asked,
        steps,
        window: window(&window_text)?,
        window_text,
        interval: members.get("interval").map(interval).transpose()?,
        currency: parse_currency(members.get("currency"))?,
    })
}

/// `30m`, `24h`, `7d` in µs.
fn window(written: &str) -> Result<i64, Invalid> {
    let units = [("m", 60 * MICROS_PER_SECOND), ("h", MICROS_PER_HOUR), ("d", MICROS_PER_DAY)];
    let micros = units.into_iter().find_map(|(suffix, unit)| {
        let digits = written.strip_suffix(suffix)?;
        let plain = digits.bytes().all(|byte| byte.is_ascii_digit());
        digits.parse::<i64>().ok().filter(|_| plain)?.checked_mul(unit)
    });
    match micros.filter(|micros| (WINDOW_MIN..=WINDOW_MAX).contains(micros)) {
        Some(micros) => Ok(micros),
        None => Invalid::because(
            "window is a number of minutes, hours or days from 1m to 90d, such as 30m, 24h or 7d",
        ),
    }
}

fn interval(value: &Value) -> Result<Unit, Invalid> {
    let name = text(value, "interval")?;
    match INTERVALS.iter().find(|(known, _)| *known == name) {
        Some((_, unit)) => Ok(*unit),
        None => Invalid::because(unknown("interval", name, &INTERVALS.map(|(known, _)| known))),
    }
}

/// An interval as it is written.
pub(super) fn interval_name(unit: Unit) -> Option<&'static str> {
    INTERVALS.iter().find(|(_, known)| *known == unit).map(|(name, _)| *name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn windows_have_a_unit_and_bounds() {
        let check = |text: &str, minutes: Option<i64>| {
            let micros = minutes.map(|minutes| minutes * 60 * MICROS_PER_SECOND);
            assert_eq!(window(text).ok(), micros, "{text}");
        };
        check("1m", Some(1));
        check("24h", Some(24 * 60));
        check("90d", Some(90 * 24 * 60));
        for wrong in ["0m", "91d", "2161h", "", "m", "1", "1s", "-1h", "+1h", "1.5h", "9223372036854775807d"]
        {
            check(wrong, None);
        }
    }
}
