//! Finds the known name nearest to a misspelt one, so that an error can say what was probably meant.

/// `"unknown <what> "<given>": did you mean …? Known are …"`.
pub fn unknown(what: &str, given: &str, known: &[&str]) -> String {
    let short: String = given.chars().take(64).collect();
    if known.is_empty() {
        return format!("unknown {what} {short:?}: none is known here");
    }
    let list = known.join(", ");
    match nearest(&short, known) {
        Some(name) => format!("unknown {what} {short:?}: did you mean {name:?}? known are {list}"),
        None => format!("unknown {what} {short:?}: known are {list}"),
    }
}

/// The known name with the fewest changed letters, unless more than half of it would change.
fn nearest<'a>(given: &str, known: &[&'a str]) -> Option<&'a str> {
    let best = known.iter().map(|name| (distance(given, name), *name)).min()?;
    (best.0 * 2 <= best.1.chars().count()).then_some(best.1)
}

/// Levenshtein distance: how many letters to change, add or drop.
pub fn distance(a: &str, b: &str) -> usize {
    let b: Vec<char> = b.chars().collect();
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, from) in a.chars().enumerate() {
        let mut diagonal = row[0];
        row[0] = i + 1;
        for (j, to) in b.iter().enumerate() {
            let changed = diagonal + usize::from(from != *to);
            diagonal = row[j + 1];
            row[j + 1] = changed.min(diagonal + 1).min(row[j] + 1);
        }
    }
    row[b.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_the_nearest() {
        let check = |given: &str, expected: Option<&str>| {
            assert_eq!(nearest(given, &["metrics", "filters", "site_id"]), expected, "{given}");
        };
        check("metric", Some("metrics"));
        check("filter", Some("filters"));
        check("siteid", Some("site_id"));
        check("zzzzzzzzzzz", None);
        check("", None);
        assert_eq!(
            unknown("field", "metrcs", &["metrics"]),
            r#"unknown field "metrcs": did you mean "metrics"? known are metrics"#
        );
        assert_eq!(unknown("field", "x", &[]), r#"unknown field "x": none is known here"#);
    }
}
