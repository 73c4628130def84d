//! DuckDB's words for what engines write differently.

use crate::sql::dialect::{Dialect, Nulls, Value};

/// DuckDB's SQL.
#[derive(Debug)]
pub(crate) struct DuckDb;

impl Dialect for DuckDb {
    fn placeholder(&self, place: usize, _: &Value) -> String {
        format!("${place}")
    }

    fn whole(&self, value: &str) -> String {
        format!("{value}::BIGINT")
    }

    fn quotient(&self, numerator: &str, denominator: &str) -> String {
        format!("({numerator}::DOUBLE / nullif({denominator}, 0)::DOUBLE)")
    }

    fn no_text(&self) -> &'static str {
        "NULL::VARCHAR"
    }

    fn micros(&self, time: &str) -> String {
        format!("epoch_us({time})")
    }

    fn divided(&self, number: &str, divisor: &str) -> String {
        format!("{number} // {divisor}")
    }

    fn hex_digits(&self, numbers: &[&str]) -> String {
        let places = vec!["%016x"; numbers.len()];
        format!("printf('{}', {})", places.join("-"), numbers.join(", "))
    }

    fn bytes(&self, text: &str) -> String {
        format!("strlen({text})")
    }

    fn contains(&self, text: &str, part: &str) -> String {
        format!("contains({text}, {part})")
    }

    fn starts_with(&self, text: &str, part: &str) -> String {
        format!("starts_with({text}, {part})")
    }

    fn matches(&self, text: &str, pattern: &str) -> String {
        format!("regexp_matches({text}, {pattern})")
    }

    /// `lower` knows all of Unicode.
    fn ascii_lowercase(&self, text: &str) -> String {
        format!("translate({text}, 'ABCDEFGHIJKLMNOPQRSTUVWXYZ', 'abcdefghijklmnopqrstuvwxyz')")
    }

    /// Then `lower` does the same in a tenth of the time.
    fn mostly_ascii_lowercase(&self, text: &str) -> String {
        let other = self.ascii_lowercase(text);
        format!("(CASE WHEN strlen({text}) = length({text}) THEN lower({text}) ELSE {other} END)")
    }

    fn property(&self, table: &str, key: &str) -> String {
        format!("json_extract_string(coalesce({table}props_read, {table}props), {key})")
    }

    /// The JSON pointer (RFC 6901) to it, taken literally.
    fn property_key(&self, key: &str) -> String {
        format!("/{}", key.replace('~', "~0").replace('/', "~1"))
    }

    /// A look for the key is quicker than to take every event's properties apart.
    fn own_property(&self, table: &str, key: &'static str) -> String {
        format!(
            "CASE WHEN contains({table}props, '\"{key}\":') THEN json_extract_string({table}props, '/{key}') END"
        )
    }

    fn seconds_where(&self, condition: &str) -> String {
        format!(
            "CASE WHEN {condition}
    AND json_type(e.props, '/seconds') IN ('UBIGINT', 'BIGINT', 'DOUBLE')
    AND json_extract(e.props, '/seconds')::DOUBLE >= 0 AND floor(json_extract(e.props, '/seconds')::DOUBLE) <= 86400
    THEN floor(json_extract(e.props, '/seconds')::DOUBLE)::BIGINT END"
        )
    }

    /// A number of 128 bits is the cheapest exact key.
    fn log_order(&self) -> &'static str {
        "(epoch_us(e.occurred_at)::HUGEINT * 18446744073709551616 + e.sequence)"
    }

    /// A number of 64 bits, which is as quick as the session alone. Of ten million visits two have the same in one question
    /// of 300,000.
    fn visit(&self) -> &'static str {
        "hash(e.session, e.visit_started_at)"
    }

    fn first(&self, value: &str, order: &str, nulls: Nulls) -> String {
        format!("arg_min{}({value}, {order})", null_suffix(nulls))
    }

    fn last(&self, value: &str, order: &str, nulls: Nulls) -> String {
        format!("arg_max{}({value}, {order})", null_suffix(nulls))
    }

    fn row(&self, values: &[&str]) -> String {
        format!("row({})", values.join(", "))
    }

    /// Of a hundred thousand texts two have the same in one question of three thousand million.
    fn hashed(&self, text: &str) -> String {
        format!("hash({text})")
    }

    fn events_with(&self, columns: &[(&str, String)], condition: &str) -> String {
        let columns: Vec<String> =
            columns.iter().map(|(name, expression)| format!("{expression} AS {name}")).collect();
        let replaced =
            if columns.is_empty() { String::new() } else { format!(" REPLACE ({})", columns.join(", ")) };
        format!("SELECT e.*{replaced} FROM main.events e WHERE {condition}")
    }

    fn numbers(&self, end: &str) -> (String, String) {
        ("range".to_owned(), format!("range({end})"))
    }

    fn each_text(&self, text: &str) -> String {
        format!("unnest(CASE WHEN {text} IS NULL THEN [NULL] ELSE string_split({text}, chr(31)) END)")
    }

    fn as_of(&self, left: &str, (table, right): (&str, &str), same: &[&str], times: (&str, &str)) -> String {
        let same: String =
            same.iter().map(|column| format!("{left}.{column} = {right}.{column} AND ")).collect();
        format!("{left} ASOF LEFT JOIN {table} {right} ON {same}{left}.{} >= {right}.{}", times.0, times.1)
    }

    fn pairs(&self, names: &[String], kinds: &[String]) -> String {
        format!("(SELECT unnest([{}]) AS name, unnest([{}]) AS kind)", names.join(", "), kinds.join(", "))
    }
}

fn null_suffix(nulls: Nulls) -> &'static str {
    match nulls {
        Nulls::PassedOver => "",
        Nulls::Taken => "_null",
    }
}
