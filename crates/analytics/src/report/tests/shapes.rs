//! Numbers as answers show them.

use kassa_eventstore::query::Cell;
use serde_json::{Value, json};

use crate::report::shape::show_metric;

#[test]
fn ratios_have_one_decimal_and_no_float_in_between() {
    let check = |top: i64, bottom: i64, expected: Value| {
        assert_eq!(
            show_metric(&Cell::Ratio(top, bottom)).to_string(),
            expected.to_string(),
            "{top}/{bottom}"
        );
    };
    check(0, 0, Value::Null);
    check(5, 0, Value::Null);
    check(0, 5, json!(0));
    check(1, 3, json!(0.3));
    check(2, 3, json!(0.7));
    check(95, 1, json!(95));
    check(100, 8, json!(12.5));
    // Halves go away from zero; as floats, 0.25 and 0.35 would round to 0.2 and 0.3.
    check(1, 4, json!(0.3));
    check(7, 20, json!(0.4));
    check(-1, 4, json!(-0.3));
    check(1, -4, json!(-0.3));
    check(999, 1_000, json!(1));
    check(i64::MAX, 1, Value::Null);
    check(i64::MAX, i64::MAX, json!(1));
    check(i64::MIN, i64::MIN, json!(1));
    assert_eq!(show_metric(&Cell::Int(7)), json!(7));
}
