//! What was searched for, whatever the case and the spaces.

use std::collections::HashMap;

use kassa_eventstore::goods::SearchTerm;

/// The most characters of a term; what is behind them is cut off.
const CHARS_MAX: usize = 200;

/// Texts that are one term put together: small letters, no space at either end, one between words.
pub(super) fn folded(texts: Vec<SearchTerm>) -> Vec<SearchTerm> {
    let mut terms: HashMap<String, SearchTerm> = HashMap::new();
    for text in texts {
        let term = fold(&text.term);
        if term.is_empty() {
            continue;
        }
        let blank = SearchTerm { term: term.clone(), searches: 0, without_result: 0, without_click: 0 };
        let known = terms.entry(term).or_insert(blank);
        known.searches += text.searches;
        known.without_result += text.without_result;
        known.without_click += text.without_click;
    }
    terms.into_values().collect()
}

fn fold(text: &str) -> String {
    let words: Vec<String> = text.split_whitespace().map(str::to_lowercase).collect();
    words.join(" ").chars().take(CHARS_MAX).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn case_and_spaces_make_no_difference() {
        let check = |text: &str, expected: &str| assert_eq!(fold(text), expected, "{text:?}");
        check("  Tea \t POT ", "tea pot");
        check("ÄPFEL", "äpfel");
        check(" \n", "");
        check(&"x".repeat(300), &"x".repeat(200));
        let term = |term: &str, searches| SearchTerm {
            term: term.to_owned(),
            searches,
            without_result: 1,
            without_click: 2,
        };
        let all = folded(vec![term("Tea", 3), term("tea ", 4), term(" ", 9)]);
        let both = SearchTerm { without_result: 2, without_click: 4, ..term("tea", 7) };
        assert_eq!(all, [both]);
    }
}
