//! Queries as SQL text for DuckDB, with bound parameters: nothing of the input ever becomes text.

mod channel;
pub(crate) mod events;
mod field;
mod filter;
mod measure;
mod money;
mod parts;
pub(crate) mod report;
mod time;
mod visits;

use kassa_model::Timestamp;

/// The condition for an event that opens and extends visits; see `Event::opens_visits`.
pub(crate) const OPENS_VISITS: &str = "(name = 'page_view' OR non_interactive IS NOT TRUE)";

/// A value to bind.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Value {
    /// `VARCHAR`.
    Text(String),
    /// `BIGINT`.
    Int(i64),
    /// `UBIGINT`.
    Unsigned(u64),
    /// `TIMESTAMP`.
    Time(Timestamp),
}

/// SQL text and the values of its placeholders `$1`, `$2`…
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Statement {
    /// The text.
    pub(crate) text: String,
    /// The values.
    pub(crate) values: Vec<Value>,
}

/// Collects values and hands out their placeholders.
#[derive(Debug, Default)]
pub(crate) struct Binder {
    values: Vec<Value>,
}

impl Binder {
    /// The placeholder for `value`; equal values share one.
    pub(crate) fn bind(&mut self, value: Value) -> String {
        let place = self.values.iter().position(|known| *known == value).unwrap_or_else(|| {
            self.values.push(value);
            self.values.len() - 1
        });
        format!("${}", place + 1)
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
        Statement { text, values: self.values }
    }
}
