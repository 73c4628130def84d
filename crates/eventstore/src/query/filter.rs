//! Which rows count, by fields.

use super::field::Field;

/// The value that stands for a missing one.
pub(crate) const NONE: &str = "(none)";

/// Which rows count. A missing value (NULL) is never `contains` or `matches`; `is` with `(none)` is NULL.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Filter {
    /// Every one holds.
    And(Vec<Filter>),
    /// One at least holds.
    Or(Vec<Filter>),
    /// It does not hold (an unknown because of NULL counts as not holding inside).
    Not(Box<Filter>),
    /// A comparison of a field with any of the values.
    Test {
        /// The field.
        field: Field,
        /// How.
        operator: Operator,
        /// At least one, at most 100; one that fits is enough.
        values: Vec<String>,
    },
}

/// How a field is compared. `is_not` and `contains_not` are `Not` of these.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Operator {
    /// Equal, byte for byte.
    Is,
    /// Has the value as a part, case matters.
    Contains,
    /// Fits the regular expression (RE2 syntax) somewhere.
    Matches,
}

impl Filter {
    /// Whether it asks for fields of the visit alone, so that it holds for the whole visit or for nothing of it.
    pub fn is_of_visits(&self) -> bool {
        let mut all = true;
        self.each_field(&mut |field| all &= field.is_of_visits());
        all
    }

    /// Calls `each` for every field that is asked for.
    pub fn each_field<'a>(&'a self, each: &mut dyn FnMut(&'a Field)) {
        match self {
            Self::And(parts) | Self::Or(parts) => parts.iter().for_each(|part| part.each_field(each)),
            Self::Not(part) => part.each_field(each),
            Self::Test { field, .. } => each(field),
        }
    }
}
