//! Text and the values that are bound to its placeholders.

use kassa_model::Timestamp;

use super::dialect::{Dialect, Value};

/// SQL text and the values of its placeholders, in their order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Statement {
    /// The text.
    pub(crate) text: String,
    /// The values.
    pub(crate) values: Vec<Value>,
}

/// Collects values and hands out their placeholders.
#[derive(Debug)]
pub(crate) struct Binder {
    pub(crate) dialect: &'static dyn Dialect,
    values: Vec<Value>,
    /// The table that stands in the place of the stored events, where there are rules.
    pub(super) events: Option<String>,
}

impl Binder {
    /// For a statement of this dialect.
    pub(crate) fn new(dialect: &'static dyn Dialect) -> Self {
        Self { dialect, values: Vec::new(), events: None }
    }

    /// The placeholder for `value`; equal values share one.
    pub(crate) fn bind(&mut self, value: Value) -> String {
        let place = self.values.iter().position(|known| *known == value).unwrap_or_else(|| {
            self.values.push(value);
            self.values.len() - 1
        });
        self.dialect.placeholder(place + 1, &self.values[place])
    }

    /// The placeholder for a text.
    pub(crate) fn text(&mut self, text: &str) -> String {
        self.bind(Value::Text(text.to_owned()))
    }

    /// The placeholder for a time.
    pub(crate) fn time(&mut self, time: Timestamp) -> String {
        self.bind(Value::Time(time))
    }

    /// `column` is one of `texts`.
    pub(crate) fn is_one_of(&mut self, column: &str, texts: &[String]) -> String {
        match texts {
            [] => "FALSE".to_owned(),
            [one] => format!("{column} = {}", self.text(one)),
            many => {
                let places: Vec<String> = many.iter().map(|text| self.text(text)).collect();
                format!("{column} IN ({})", places.join(", "))
            }
        }
    }

    /// The statement of `text`.
    pub(crate) fn statement(self, text: String) -> Statement {
        Statement { text: led_by(self.events, text), values: self.values }
    }
}

/// `text` with the table `events`, if there is one, before all that it has of its own.
pub(super) fn led_by(events: Option<String>, text: String) -> String {
    match (events, text.strip_prefix("WITH ")) {
        (None, _) => text,
        (Some(events), Some(rest)) => format!("WITH {events}, {rest}"),
        (Some(events), None) => format!("WITH {events} {text}"),
    }
}
