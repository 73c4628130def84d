//! A record of money that tells of nobody, as SQL.

use super::schema::{EVENT_COLUMNS, OWN_COLUMNS};

/// The columns of an event, those of its visit apart, that tell of its visitor and what they did; what is left of a record of money is its id, site,
/// name, times, order and amounts. Each with what it is when nothing is told.
const PERSON: [(&str, &str); 16] = [
    ("visitor", "0"),
    ("session", "0"),
    ("bot", "FALSE"),
    ("props", "'{}'"),
    ("props_read", "NULL"),
    ("user_id", "NULL"),
    ("host", "NULL"),
    ("path", "NULL"),
    ("title", "NULL"),
    ("component", "NULL"),
    ("location_type", "NULL"),
    ("target", "NULL"),
    ("non_interactive", "NULL"),
    ("anonymous_visitor", "NULL"),
    ("own", "NULL"),
    ("name_sent", "name"),
];

/// What makes a record of money nobody's, and how one is told that is not.
pub(super) fn nobodys() -> (String, String) {
    let visit = EVENT_COLUMNS[OWN_COLUMNS..].iter().map(|column| (*column, "NULL"));
    let (mut values, mut told) = (Vec::new(), Vec::new());
    for (column, nothing) in PERSON.into_iter().chain(visit) {
        values.push(format!("{column} = {nothing}"));
        told.push(format!("{column} IS DISTINCT FROM {nothing}"));
    }
    (values.join(", "), told.join(" OR "))
}
