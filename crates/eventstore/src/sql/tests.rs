//! What holds of every file here but `dialect.rs`: the words of one engine are that engine's.

use std::path::Path;

use regex::Regex;

/// Words of DuckDB, PostgreSQL or ClickHouse that the others do not have, as they would stand in SQL.
const OF_ONE_ENGINE: [&str; 17] = [
    r"\bASOF\b",
    r"HUGEINT",
    r"\bepoch\w*\(",
    r" // ",
    r"\barg_?(min|max)",
    r"::\s*[A-Z]",
    r"\bjson\w*\(",
    r"->>",
    r"\bunnest\b",
    r"\brange\(",
    r"\b(reg|similar)\w*_?(match|like)",
    r"\bstrlen\(",
    r"\bcontains\(",
    r"\bstarts_with\(",
    r"\bhash\(",
    r"\bINTERVAL\b",
    r"GROUP BY ALL",
];

/// The texts of a source file, without comments and tests.
fn texts(source: &str) -> Vec<String> {
    let code: String = source
        .split("#[cfg(test)]")
        .next()
        .unwrap_or_default()
        .lines()
        .filter(|line| !line.trim_start().starts_with("//"))
        .map(|line| format!("{line}\n"))
        .collect();
    let text = Regex::new(r#""((?:[^"\\]|\\(?s:.))*)""#).unwrap();
    text.captures_iter(&code).map(|found| found[1].to_owned()).collect()
}

#[test]
fn no_text_has_a_word_of_one_engine() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/sql");
    let words = OF_ONE_ENGINE.map(|word| Regex::new(word).unwrap());
    let foreign = |text: &String| words.iter().any(|word| word.is_match(text));
    let mut looked_at = 0;
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if ["tests.rs", "dialect.rs"].iter().any(|name| path.ends_with(name)) {
            continue;
        }
        let texts = texts(&std::fs::read_to_string(&path).unwrap());
        looked_at += texts.len();
        let found: Vec<&String> = texts.iter().filter(|text| foreign(text)).collect();
        assert!(found.is_empty(), "{}: {found:?}", path.display());
    }
    assert!(looked_at > 150, "{looked_at} texts");
    // And the words are found where they are.
    let duckdb = texts(include_str!("../duckdb/dialect.rs"));
    let found = duckdb.iter().filter(|text| foreign(text)).count();
    assert!(found >= 12, "{found} of {duckdb:?}");
}
