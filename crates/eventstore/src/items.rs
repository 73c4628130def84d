//! Which products an event of a visitor names, by their SKUs: the property `sku`, and that of each of `products`.
//!
//! ```text
//! {"sku":"mug"}                                         mug
//! {"products":[{"sku":"mug"},{"sku":7},{"sku":"mug"}]}  mug, 7
//! ```

use kassa_model::Event;
use serde_json::Value;

/// The most products that one event names; the others are passed over.
const ITEMS_MAX: usize = 100;
/// The most bytes of a SKU; a longer one is none.
const SKU_BYTES_MAX: usize = 255;
/// What properties that name one have in them.
pub(crate) const WORD: &str = "\"sku\"";
/// What stands between SKUs in one text: no SKU has it.
#[cfg(feature = "duckdb")]
const BETWEEN: &str = "\u{1f}";

/// The SKUs that `event` names, each once, in their order. Money names its own, line by line, and here none.
pub(crate) fn skus(event: &Event) -> Vec<String> {
    if event.order.is_some() { Vec::new() } else { skus_in(&event.props) }
}

fn skus_in(props: &str) -> Vec<String> {
    // Few events name one, so that most properties need not be read.
    if !props.contains(WORD) {
        return Vec::new();
    }
    let Ok(Value::Object(props)) = serde_json::from_str::<Value>(props) else { return Vec::new() };
    let products = props.get("products").and_then(Value::as_array).into_iter().flatten();
    let mut found: Vec<String> = Vec::new();
    for sku in props.get("sku").into_iter().chain(products.filter_map(|product| product.get("sku"))) {
        if let Some(sku) = sku_of(sku)
            && !found.contains(&sku)
            && found.len() < ITEMS_MAX
        {
            found.push(sku);
        }
    }
    found
}

/// A text or a whole number.
fn sku_of(value: &Value) -> Option<String> {
    let text = match value {
        Value::String(text) => text.clone(),
        Value::Number(number) if !number.is_f64() => number.to_string(),
        _ => return None,
    };
    let fits = (1..=SKU_BYTES_MAX).contains(&text.len()) && !text.contains(char::is_control);
    fits.then_some(text)
}

/// The same as one text, for an engine that takes it apart; nothing where none is named.
#[cfg(feature = "duckdb")]
pub(crate) fn joined(event: &Event) -> Option<String> {
    text(skus(event))
}

/// The same of these properties of a visitor's event.
#[cfg(feature = "duckdb")]
pub(crate) fn joined_in(props: &str) -> Option<String> {
    text(skus_in(props))
}

#[cfg(feature = "duckdb")]
fn text(skus: Vec<String>) -> Option<String> {
    (!skus.is_empty()).then(|| skus.join(BETWEEN))
}

#[cfg(test)]
mod tests {
    use kassa_model::{Dialect, Timestamp};

    use super::*;

    #[test]
    fn an_event_names_products_in_two_places() {
        let check = |props: &str, expected: &[&str]| {
            let event = Event::blank(Dialect::SEGMENT, Timestamp::default());
            assert_eq!(skus(&Event { props: props.to_owned(), ..event }), expected, "{props}");
        };
        check("{}", &[]);
        check(r#"{"sku":"mug"}"#, &["mug"]);
        check(
            r#"{"sku":"(none)","products":[{"sku":7},{"sku":"mug"},{"sku":"(none)"},{}, 3]}"#,
            &["(none)", "7", "mug"],
        );
        check(
            r#"{"products":[{"sku":"mug"},{"sku":""},{"sku":1.5},{"sku":null},{"sku":"a\nb"},{"sku":["x"]}]}"#,
            &["mug"],
        );
        check(r#"{"products":{"sku":"mug"}}"#, &[]);
        check(r#"{"product":{"sku":"mug"}}"#, &[]);
        check(&format!(r#"{{"sku":"{}"}}"#, "x".repeat(256)), &[]);
        let many: Vec<String> = (0..150).map(|n| format!(r#"{{"sku":"s{n}"}}"#)).collect();
        let expected: Vec<String> = (0..100).map(|n| format!("s{n}")).collect();
        let expected: Vec<&str> = expected.iter().map(String::as_str).collect();
        check(&format!(r#"{{"products":[{}]}}"#, many.join(",")), &expected);
    }
}
