//! The rules of `promtool check metrics` (Prometheus, promlint), for a text in the format 0.0.4: help for everything, counters
//! end in `_total` and nothing else does, base units, no abbreviations of units, no type in a name, no capitals.

use std::collections::BTreeMap;

/// Units that are not the base unit, and the one to take.
const UNITS: [(&str, &str); 22] = [
    ("milliseconds", "seconds"),
    ("microseconds", "seconds"),
    ("nanoseconds", "seconds"),
    ("minutes", "seconds"),
    ("hours", "seconds"),
    ("days", "seconds"),
    ("weeks", "seconds"),
    ("millisecond", "seconds"),
    ("second", "seconds"),
    ("kilobytes", "bytes"),
    ("megabytes", "bytes"),
    ("gigabytes", "bytes"),
    ("kibibytes", "bytes"),
    ("mebibytes", "bytes"),
    ("gibibytes", "bytes"),
    ("byte", "bytes"),
    ("bits", "bytes"),
    ("percent", "ratio"),
    ("percentage", "ratio"),
    ("fahrenheit", "celsius"),
    ("kelvin", "celsius"),
    ("kilometers", "meters"),
];
const ABBREVIATIONS: [&str; 18] = [
    "s", "ms", "us", "ns", "sec", "b", "kb", "mb", "gb", "tb", "pb", "m", "h", "d", "mib", "kib", "gib",
    "secs",
];
const TYPES: [&str; 5] = ["counter", "gauge", "histogram", "summary", "untyped"];

/// What is wrong, a line each.
pub(crate) fn faults(text: &str) -> Vec<String> {
    let (mut types, mut helps, mut faults) = (BTreeMap::new(), BTreeMap::new(), Vec::new());
    for line in text.lines() {
        if let Some((name, help)) = line.strip_prefix("# HELP ").and_then(|rest| rest.split_once(' ')) {
            helps.insert(name.to_owned(), help.to_owned());
        } else if let Some((name, kind)) = line.strip_prefix("# TYPE ").and_then(|rest| rest.split_once(' '))
        {
            if types.insert(name.to_owned(), kind.to_owned()).is_some() {
                faults.push(format!("{name}: its type is given twice"));
            }
        } else if line.starts_with('#') || line.trim().is_empty() {
            faults.push(format!("a line that is neither help nor type nor a sample: {line}"));
        } else {
            let name = line.split(['{', ' ']).next().unwrap();
            if family(name, &types).is_none() {
                faults.push(format!("{name}: a sample without a type"));
            }
        }
    }
    for (name, kind) in &types {
        if helps.get(name).is_none_or(|help| help.trim().is_empty()) {
            faults.push(format!("{name}: no help"));
        }
        faults.extend(of_name(name, kind).into_iter().map(|fault| format!("{name}: {fault}")));
    }
    faults
}

/// The name under which the type of a sample was given.
fn family(sample: &str, types: &BTreeMap<String, String>) -> Option<String> {
    let of_histogram = ["_bucket", "_sum", "_count"].iter().filter_map(|suffix| sample.strip_suffix(suffix));
    let is_histogram = |name: &&str| types.get(*name).is_some_and(|kind| kind == "histogram");
    let histogram = of_histogram.into_iter().find(is_histogram);
    histogram.or_else(|| types.contains_key(sample).then_some(sample)).map(str::to_owned)
}

fn of_name(name: &str, kind: &str) -> Vec<String> {
    let mut faults = Vec::new();
    if (kind == "counter") != name.ends_with("_total") {
        faults.push("counters, and they alone, end in _total".to_owned());
    }
    if kind != "histogram" && ["_bucket", "_count", "_sum"].iter().any(|suffix| name.ends_with(suffix)) {
        faults.push("only histograms have such an end".to_owned());
    }
    if name.chars().any(|letter| letter.is_ascii_uppercase() || letter == ':') {
        faults.push("capitals or colons".to_owned());
    }
    for part in name.split('_') {
        if let Some((_, base)) = UNITS.iter().find(|(unit, _)| *unit == part) {
            faults.push(format!("use the base unit {base} instead of {part}"));
        }
        if ABBREVIATIONS.contains(&part) {
            faults.push(format!("{part} is an abbreviated unit"));
        }
        if TYPES.contains(&part) {
            faults.push(format!("the type {part} in its name"));
        }
    }
    faults
}

#[test]
fn the_lint_finds_faults() {
    let check = |text: &str, expected: &str| {
        let found = faults(text).join("; ");
        assert!(found.contains(expected) && (found.is_empty() == expected.is_empty()), "{text}: {found}");
    };
    check("# HELP a_total A.\n# TYPE a_total counter\na_total 1\n", "");
    check("# HELP a A.\n# TYPE a counter\na_total 1\n", "a sample without a type");
    check("# TYPE a_total counter\na_total 1\n", "no help");
    check("# HELP a_ms A.\n# TYPE a_ms gauge\na_ms 1\n", "abbreviated");
    check("# HELP a_minutes A.\n# TYPE a_minutes gauge\na_minutes 1\n", "seconds instead");
    check("# HELP a_count A.\n# TYPE a_count gauge\na_count 1\n", "only histograms");
    check("# EOF\n", "neither help nor type");
}
