//! `docs/definitions.md`: the same definitions for people, made of the same lists. A test compares the file with this.

use super::example::{ASKED_AT, Example, Step};
use super::{Entry, lists};

const HEAD: &str = "# Definitions

What each metric, dimension and word of the reports means, in one sentence, with five events as an example. The examples are tests: their
events go through collector, log and processor into the store, and the question is asked there. `GET /v1/query/definitions` and the
dashboard's page of definitions say the same. This file is made from `crates/analytics/src/report/definitions`:
`KASSA_WRITE_DOCS=1 cargo test -p kassa-analytics definitions` writes it anew.
";

/// The text of `docs/definitions.md`.
pub fn markdown() -> String {
    let mut text = String::from(HEAD);
    text.push_str(&format!("\nQuestions are asked on {ASKED_AT}.\n"));
    for (list, entries) in lists() {
        let title = match list {
            "metrics" => "Metrics",
            "dimensions" => "Dimensions",
            _ => "Words and rules",
        };
        text.push_str(&format!("\n## {title}\n"));
        // What stands in a query is code; a word is a word.
        let quote = if list == "others" { "" } else { "`" };
        entries.iter().for_each(|entry| put(entry, quote, &mut text));
    }
    text
}

fn put(entry: &Entry, quote: &str, text: &mut String) {
    let Entry { name, definition, example } = entry;
    text.push_str(&format!("\n### {quote}{name}{quote}\n\n{definition}\n"));
    if let Some(example) = example {
        put_example(example, text);
    }
}

fn put_example(example: &Example, text: &mut String) {
    text.push_str("\n| time | visitor | |\n|---|---|---|\n");
    for Step { time, visitor, does } in example.steps() {
        text.push_str(&format!("| {time} | {visitor} | {does} |\n"));
    }
    let (route, member) = match example.question {
        None => (String::new(), String::new()),
        Some(asked) => {
            (format!("`POST {}` ", asked.route), format!(" as the `{}` of its rows", asked.member))
        }
    };
    let (question, answer) = (example.question(), example.answer());
    text.push_str(&format!("\n{route}`{question}` gives `{answer}`{member}.\n"));
}
