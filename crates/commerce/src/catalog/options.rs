//! What variants of a product differ in: the names of its options (`Size`, `Colour`) and a variant's values of them. Pure.

use std::collections::BTreeSet;

use super::check;
use super::product::Error;
use crate::text;

/// The most options of a product.
pub const OPTIONS_MAX: usize = 3;
/// The most variants of a product, archived ones too.
pub const VARIANTS_MAX: usize = 100;

fn invalid(field: &'static str, why: impl Into<String>) -> Error {
    Error::Invalid { field, why: why.into() }
}

/// The names of a product's options as they are kept.
pub(crate) fn names(given: &[String]) -> Result<Vec<String>, Error> {
    if given.len() > OPTIONS_MAX {
        return Err(invalid("options", format!("are at most {OPTIONS_MAX}")));
    }
    let names = given.iter().map(|name| check::line("options", name)).collect::<Result<Vec<_>, _>>()?;
    let different: BTreeSet<String> = names.iter().map(|name| text::fold(name)).collect();
    match different.len() == names.len() {
        true => Ok(names),
        false => Err(invalid("options", "must have different names")),
    }
}

/// A variant's values as they are kept.
pub(crate) fn values(given: &[String]) -> Result<Vec<String>, Error> {
    given.iter().map(|value| check::line("variants.options", value)).collect()
}

/// Refuses values that are not one of each option; the only variant needs no choice and may have none.
pub(crate) fn fit(values: &[String], (options, is_only): (&[String], bool)) -> Result<(), Error> {
    if values.len() == options.len() || (values.is_empty() && is_only) {
        return Ok(());
    }
    let why = match options {
        [] => "must be empty: the product has no options".to_owned(),
        names => format!("must name a value of each of {}", names.join(", ")),
    };
    Err(invalid("variants.options", why))
}

/// By what equal values are known: without case and accents.
pub(crate) fn key(values: &[String]) -> String {
    json(&values.iter().map(|value| text::fold(value)).collect::<Vec<_>>())
}

/// Names or values as a column holds them.
pub(crate) fn json(texts: &[String]) -> String {
    serde_json::to_string(texts).expect("texts are JSON")
}

/// What [`json`] has written.
pub(crate) fn of_json(text: &str) -> Result<Vec<String>, kassa_db::Error> {
    match text {
        "[]" => Ok(Vec::new()),
        text => serde_json::from_str(text).map_err(|error| {
            kassa_db::Error::Invalid(format!("the database holds the options {text}: {error}"))
        }),
    }
}
