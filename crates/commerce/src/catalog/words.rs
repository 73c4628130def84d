//! The words by which a product is found. A search finds what has, for each of its words, a word that begins so.
//!
//! A text is folded and cut at spaces. Of each piece its whole is a word, and so is its rest from every place on where letters
//! and digits begin or end, so that `cup-small` is found by `small`; in scripts without spaces the rest from every character on.

pub(crate) mod store;

use std::collections::BTreeSet;
use std::ops::RangeInclusive;

use crate::text;

/// The most bytes of a word; of a longer one its beginning is known.
const WORD_BYTES_MAX: usize = 100;
/// The same of one in a script without spaces, where a word begins with every character.
const UNSPACED_BYTES_MAX: usize = 24;
/// The most words of a product.
const WORDS_MAX: usize = 4_000;

/// Scripts that are written without spaces: Thai to Myanmar, Khmer, kana, bopomofo and ideographs.
const UNSPACED: [RangeInclusive<char>; 5] = [
    '\u{e00}'..='\u{eff}',
    '\u{1000}'..='\u{109f}',
    '\u{1780}'..='\u{17ff}',
    '\u{3040}'..='\u{9fff}',
    '\u{20000}'..='\u{3ffff}',
];

/// The words of these texts, sorted, each once. What stands first is what stays where there are too many.
pub(crate) fn of<'a>(texts: impl IntoIterator<Item = &'a str>) -> BTreeSet<String> {
    let mut words = BTreeSet::new();
    for text in texts {
        let folded = text::fold(text);
        for piece in folded.split_whitespace() {
            for start in starts(piece) {
                if words.len() == WORDS_MAX {
                    return words;
                }
                words.insert(cut(&piece[start..]).to_owned());
            }
        }
    }
    words
}

/// The words as a column holds them: each behind a space.
pub(crate) fn joined(words: &BTreeSet<String>) -> String {
    words.iter().flat_map(|word| [" ", word]).collect()
}

/// The words of such a column.
pub(crate) fn split(column: &str) -> BTreeSet<&str> {
    column.split_whitespace().collect()
}

/// A word of a search as words are kept.
pub(crate) fn cut(word: &str) -> &str {
    let most = if word.starts_with(is_unspaced) { UNSPACED_BYTES_MAX } else { WORD_BYTES_MAX };
    &word[..word.floor_char_boundary(most)]
}

/// Where words of a piece begin.
fn starts(piece: &str) -> impl Iterator<Item = usize> {
    let mut before = None;
    piece.char_indices().filter_map(move |(place, c)| {
        let class = (c.is_alphanumeric(), is_unspaced(c));
        let begins = before != Some(class) || class.1;
        before = Some(class);
        begins.then_some(place)
    })
}

fn is_unspaced(c: char) -> bool {
    UNSPACED.iter().any(|script| script.contains(&c))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn knows_words() {
        let check = |text: &str, expected: &[&str]| {
            let words = of([text]);
            assert_eq!(words.iter().map(String::as_str).collect::<Vec<_>>(), expected, "{text}");
            assert_eq!(split(&joined(&words)).into_iter().collect::<Vec<_>>(), expected, "{text}");
        };
        check("Große Tasse\n\tTASSE", &["grosse", "tasse"]);
        check("cup-small", &["-small", "cup-small", "small"]);
        check("100% Wolle", &["%", "100%", "wolle"]);
        check("Back\\slash", &["\\slash", "back\\slash", "slash"]);
        check("日本語", &["日本語", "本語", "語"]);
        check("", &[]);
        check(&"x".repeat(200), &[&"x".repeat(100)]);
        check(&"é".repeat(200), &[&"e".repeat(100)]);
        check(
            "日本語の本棚と机と椅子",
            &[
                "と机と椅子",
                "と椅子",
                "の本棚と机と椅子",
                "子",
                "日本語の本棚と机",
                "本棚と机と椅子",
                "本語の本棚と机と",
                "机と椅子",
                "棚と机と椅子",
                "椅子",
                "語の本棚と机と椅",
            ],
        );
    }

    #[test]
    fn keeps_so_many_and_no_more() {
        let many: Vec<String> = (0..9_000).map(|n| format!("w{n}x")).collect();
        let words = of(["first", &many.join(" ")]);
        assert!(words.len() == WORDS_MAX && words.contains("first"));
    }
}
