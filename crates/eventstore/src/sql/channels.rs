//! What a filter asks of the channel is decided for each channel beforehand: of a row its channel is then worked out once, however many
//! tests there are, and looked up in a list.

use kassa_model::CHANNEL_RULES;

use super::statement::Binder;
use crate::Error;
use crate::query::{Field, Filter, NONE, Operator, holds};

/// `parts`, of which those that ask for the channel alone are one.
pub(super) fn as_one(parts: &[Filter], joined: fn(Vec<Filter>) -> Filter) -> Result<Vec<Filter>, Error> {
    let (of_channel, mut others): (Vec<Filter>, Vec<Filter>) = parts.iter().cloned().partition(asks_alone);
    if !of_channel.is_empty() {
        others.push(decided(&joined(of_channel))?);
    }
    Ok(others)
}

/// Whether it asks for the channel, and for nothing else.
pub(super) fn asks_alone(filter: &Filter) -> bool {
    let (mut some, mut all) = (false, true);
    filter.each_field(&mut |field| (some, all) = (true, all && *field == Field::Channel));
    some && all
}

/// `filter`, which asks for the channel alone, as the list of channels for which it holds.
pub(super) fn decided(filter: &Filter) -> Result<Filter, Error> {
    let mut names: Vec<&str> = CHANNEL_RULES.iter().map(|rule| rule.channel.name()).collect();
    names.sort_unstable();
    names.dedup();
    let mut values = Vec::new();
    for name in names.into_iter().map(Some).chain([None]) {
        if holds(Some(filter), &|_| name.map(str::to_owned))? {
            values.push(name.unwrap_or(NONE).to_owned());
        }
    }
    Ok(match values.is_empty() {
        true => Filter::Or(Vec::new()),
        false => Filter::Test { field: Field::Channel, operator: Operator::Is, values },
    })
}

/// The channel `column` is one of `names`: by one look at a text with all of them, because the engine works a column out for every value that it
/// is compared with.
pub(super) fn is_one_of(column: &str, names: &[String], binder: &mut Binder) -> String {
    match names {
        [] | [_] => binder.is_one_of(column, names),
        several => {
            let all = binder.text(&format!("|{}|", several.join("|")));
            binder.dialect.contains(&all, &format!("('|' || {column} || '|')"))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::conformance::queries::{is, test};

    #[test]
    fn a_filter_of_channels_is_a_list_of_them() {
        let not = |filter: Filter| Filter::Not(Box::new(filter));
        let list = |filter: &Filter| match decided(filter).unwrap() {
            Filter::Test { operator: Operator::Is, values, .. } => values.join(", "),
            other => format!("{other:?}"),
        };
        let organic = test(Field::Channel, Operator::Matches, &["^Organic"]);
        assert_eq!(list(&organic), "Organic Search, Organic Social");
        let search = test(Field::Channel, Operator::Contains, &["Search"]);
        assert_eq!(list(&Filter::And(vec![organic.clone(), search.clone()])), "Organic Search");
        assert_eq!(list(&Filter::And(vec![organic, not(search)])), "Organic Social");
        assert_eq!(list(&is(Field::Channel, &["Direct", "(none)", "Pigeon"])), "Direct, (none)");
        assert_eq!(list(&is(Field::Channel, &["Pigeon"])), "Or([])");
        assert!(list(&not(is(Field::Channel, &["Direct"]))).ends_with("Video, (none)"));
        let parts =
            [is(Field::Channel, &["AI"]), is(Field::Country, &["DE"]), is(Field::Channel, &["Email"])];
        let one = as_one(&parts, Filter::Or).unwrap();
        assert_eq!(one, [is(Field::Country, &["DE"]), is(Field::Channel, &["AI", "Email"])]);
    }
}
