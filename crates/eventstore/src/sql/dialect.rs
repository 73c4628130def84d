//! What engines write differently: everything that `sql/` says in words of one engine. A new engine brings one of these, its
//! own way to bind [`Value`]s, and passes `conformance`.
//!
//! Common to all are SQL with `FILTER`, `GROUPING SETS`, `MATERIALIZED`, `IS NOT DISTINCT FROM` and `NULLS LAST`, and tables
//! with the columns that are named here. Expressions come and go as text; what was asked for comes as a placeholder.

use std::fmt;

use kassa_model::Timestamp;

/// A value to bind.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Value {
    /// A text.
    Text(String),
    /// A number of 64 bits.
    Int(i64),
    /// The same without a sign.
    Unsigned(u64),
    /// A time, to the µs.
    Time(Timestamp),
}

/// The words of one engine. Every answer is an expression that may stand anywhere, in brackets where that needs them.
pub(crate) trait Dialect: fmt::Debug + Sync {
    /// The placeholder of the value at `place`, the first being 1.
    fn placeholder(&self, place: usize, value: &Value) -> String;

    /// `value` as a number of 64 bits.
    fn whole(&self, value: &str) -> String;

    /// The quotient of two numbers as a number with a fraction; NULL where the second is 0.
    fn quotient(&self, numerator: &str, denominator: &str) -> String;

    /// No text.
    fn no_text(&self) -> &'static str;

    /// The µs of `time` since 1970.
    fn micros(&self, time: &str) -> String;

    /// `number` by `divisor`, rounded down; neither is negative.
    fn divided(&self, number: &str, divisor: &str) -> String;

    /// 16 hex digits of each of `numbers`, none of them negative, with a `-` between them.
    fn hex_digits(&self, numbers: &[&str]) -> String;

    /// How many bytes `text` has.
    fn bytes(&self, text: &str) -> String;

    /// Whether `text` has `part` in it, case matters.
    fn contains(&self, text: &str, part: &str) -> String;

    /// Whether `text` begins with `part`.
    fn starts_with(&self, text: &str, part: &str) -> String;

    /// Whether `text` fits `pattern`, of RE2's syntax, somewhere.
    fn matches(&self, text: &str, pattern: &str) -> String;

    /// `text` with A to Z made small, and no other letter.
    fn ascii_lowercase(&self, text: &str) -> String;

    /// The same for texts that nearly all are of ASCII.
    fn mostly_ascii_lowercase(&self, text: &str) -> String {
        self.ascii_lowercase(text)
    }

    /// The text of a top-level property of the events that `table` names, by [`crate::properties::text`]; `key` stands for
    /// what [`Dialect::property_key`] made of it.
    fn property(&self, table: &str, key: &str) -> String;

    /// What is bound for a property's key.
    fn property_key(&self, key: &str) -> String {
        key.to_owned()
    }

    /// The same of one of kassa's own keys, which few events have and which needs no quotes.
    fn own_property(&self, table: &str, key: &'static str) -> String;

    /// The property `seconds` of the event `e`, by [`crate::properties::seconds`], where `condition` holds.
    fn seconds_where(&self, condition: &str) -> String;

    /// What orders events by time, and those of one instant as in the log: an expression on `e`.
    fn log_order(&self) -> &'static str;

    /// What tells the visits of `e` apart: its session and its beginning, as one value.
    fn visit(&self) -> &'static str;

    /// The aggregate of `value` where `order` is least. NULLs of `value` are passed over, or else taken as any other.
    fn first(&self, value: &str, order: &str, nulls: Nulls) -> String;

    /// The same where it is greatest.
    fn last(&self, value: &str, order: &str, nulls: Nulls) -> String;

    /// Several values as one, to count which are distinct; NULL within it is a value.
    fn row(&self, values: &[&str]) -> String;

    /// A number of 64 bits without a sign, by which texts are told apart.
    fn hashed(&self, text: &str) -> String;

    /// The stored events `e` for which `condition` holds, with these columns in the place of those of their names.
    fn events_with(&self, columns: &[(&str, String)], condition: &str) -> String;

    /// The numbers from 0 up to `end`, exclusive: a column, and the table that has it.
    fn numbers(&self, end: &str) -> (String, String);

    /// A column of a list with a row for each of its members: the texts of `text` between U+001F; one without where `text` is NULL.
    fn each_text(&self, text: &str) -> String;

    /// The table `left` and beside each row what `right` (a table and its alias) had last: of the rows with the `same` columns the
    /// one with the latest time up to that of the left row. `times` are the columns, of `left` and of `right`.
    fn as_of(&self, left: &str, right: (&str, &str), same: &[&str], times: (&str, &str)) -> String;

    /// A table of pairs, in brackets: the columns `name` and `kind`, the names in quotes already.
    fn pairs(&self, names: &[String], kinds: &[String]) -> String;
}

/// What an aggregate does with a NULL.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Nulls {
    /// It looks for another value.
    PassedOver,
    /// It takes it.
    Taken,
}
