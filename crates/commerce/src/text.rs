//! Texts as people mean them: without space around them, with something to see, and the same however they are typed.

use std::ops::RangeInclusive;

use caseless::Caseless;
use unicode_normalization::UnicodeNormalization;

/// Characters that show nothing: `Default_Ignorable_Code_Point` of Unicode 17, and the blank pattern of Braille.
const UNSEEN: [RangeInclusive<char>; 18] = [
    '\u{ad}'..='\u{ad}',
    '\u{34f}'..='\u{34f}',
    '\u{61c}'..='\u{61c}',
    '\u{115f}'..='\u{1160}',
    '\u{17b4}'..='\u{17b5}',
    '\u{180b}'..='\u{180f}',
    '\u{200b}'..='\u{200f}',
    '\u{202a}'..='\u{202e}',
    '\u{2060}'..='\u{206f}',
    '\u{2800}'..='\u{2800}',
    '\u{3164}'..='\u{3164}',
    '\u{fe00}'..='\u{fe0f}',
    '\u{feff}'..='\u{feff}',
    '\u{ffa0}'..='\u{ffa0}',
    '\u{fff0}'..='\u{fff8}',
    '\u{1bca0}'..='\u{1bca3}',
    '\u{1d173}'..='\u{1d17a}',
    '\u{e0000}'..='\u{e0fff}',
];

/// Accents as characters of their own, which NFKD makes of letters that have one. Not those of one script, such as the vowels
/// of Devanagari or the voicing of Kana: without them words become others.
const ACCENTS: [RangeInclusive<char>; 5] = [
    '\u{300}'..='\u{36f}',
    '\u{1ab0}'..='\u{1aff}',
    '\u{1dc0}'..='\u{1dff}',
    '\u{20d0}'..='\u{20ff}',
    '\u{fe20}'..='\u{fe2f}',
];

/// The text without space at its ends; a zero-width space and a byte order mark, which come along with pasted text, are space.
pub(crate) fn trimmed(text: &str) -> &str {
    text.trim_matches(|c: char| c.is_whitespace() || matches!(c, '\u{200b}' | '\u{feff}'))
}

/// Whether anybody sees something of it.
pub(crate) fn is_visible(text: &str) -> bool {
    text.chars().any(|c| !c.is_whitespace() && !c.is_control() && !is_unseen(c))
}

/// The text for comparing and sorting, without case and accents: compatibility caseless matching of Unicode (chapter 3.13,
/// D146), less accents and what nobody sees. Folding again changes nothing.
pub(crate) fn fold(text: &str) -> String {
    let once = text.chars().nfd().default_case_fold().nfkd();
    let twice = once.default_case_fold().nfkd();
    twice.filter(|c| !is_unseen(*c) && !ACCENTS.iter().any(|accents| accents.contains(c))).collect()
}

/// The pattern of LIKE, with `!` as its escape, that finds `text` anywhere.
pub(crate) fn holding(text: &str) -> String {
    let mut pattern = String::from("%");
    for c in text.chars() {
        if matches!(c, '%' | '_' | '!') {
            pattern.push('!');
        }
        pattern.push(c);
    }
    pattern + "%"
}

fn is_unseen(c: char) -> bool {
    // Nearly every character is below the first of them.
    c >= '\u{ad}' && UNSEEN.iter().any(|unseen| unseen.contains(&c))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn folds_case_and_accents() {
        let check = |text: &str, expected: &str| {
            assert_eq!(fold(text), expected, "{text}");
            assert_eq!(fold(expected), expected, "{text} again");
        };
        check("Émile", "emile");
        check("E\u{301}MILE", "emile");
        check("Große STRASSE", "grosse strasse");
        check("ΣΊΣΥΦΟΣ σίσυφος", "σισυφοσ σισυφοσ");
        check("İstanbul", "istanbul");
        check("ﬁne ① Ⅷ ｶﾞ", "fine 1 viii カ\u{3099}");
        check("soft\u{ad}hyphen\u{200b} ❤\u{fe0f}", "softhyphen ❤");
        check("Ёлка", "елка");
        check("की का", "की का");
        check("Łódź Ørsted", "łodz ørsted");
        check("", "");
    }

    #[test]
    fn knows_what_shows() {
        let check = |text: &str, expected: &str, visible: bool| {
            assert_eq!((trimmed(text), is_visible(text)), (expected, visible), "{text:?}");
        };
        check(" Mug\t\u{a0}", "Mug", true);
        check("\u{feff}Mug\u{200b}", "Mug", true);
        check("❤\u{fe0f}", "❤\u{fe0f}", true);
        check("\u{200b}\u{200b}", "", false);
        check("\u{200d}\u{2060}", "\u{200d}\u{2060}", false);
        check("\u{3164}\u{2800}", "\u{3164}\u{2800}", false);
        check("\u{7}\u{1b}", "\u{7}\u{1b}", false);
        check("", "", false);
    }
}
