//! Finds sections by words: all of them stand in the section, in its heading they count more.

use super::pages::Page;
use super::render::Section;
use super::site::RENDERED;

/// Sections that are shown.
const SHOWN_MAX: usize = 40;
/// Words that are looked for.
const WORDS_MAX: usize = 8;
/// Characters of a piece of text around a word.
const PIECE_CHARS: usize = 180;

/// A section that was found.
pub(super) struct Found {
    pub(super) page: &'static Page,
    pub(super) page_title: &'static str,
    pub(super) section: &'static Section,
    /// Some of its text, from about where the first word stands.
    pub(super) piece: String,
}

/// The sections with all words of `asked`, the best first.
pub(super) fn find(asked: &str) -> Vec<Found> {
    let words: Vec<String> = asked.split_whitespace().take(WORDS_MAX).map(str::to_lowercase).collect();
    if words.is_empty() {
        return Vec::new();
    }
    let mut found = Vec::new();
    for (page, rendered) in RENDERED.iter() {
        for section in &rendered.sections {
            let (title, text) = (section.title.to_lowercase(), section.text.to_lowercase());
            let Some(score) = score(&words, &title, &text) else { continue };
            let piece = piece(&section.text, &text, &words[0]);
            found.push((score, Found { page, page_title: &rendered.title, section, piece }));
        }
    }
    // Of equal ones those of earlier pages stay in front.
    found.sort_by_key(|(score, _)| std::cmp::Reverse(*score));
    found.into_iter().take(SHOWN_MAX).map(|(_, found)| found).collect()
}

fn score(words: &[String], title: &str, text: &str) -> Option<usize> {
    let mut score = 0;
    for word in words {
        let (in_title, in_text) = (title.matches(word.as_str()).count(), text.matches(word.as_str()).count());
        if in_title + in_text == 0 {
            return None;
        }
        score += 20 * in_title.min(1) + in_text.min(5);
    }
    Some(score)
}

/// A piece of `text` around `word`, whole words.
fn piece(text: &str, lower: &str, word: &str) -> String {
    // Lower case may be longer or shorter; about is enough.
    let at = lower.find(word).unwrap_or(0).saturating_sub(PIECE_CHARS / 3).min(text.len());
    let from = text[..text.floor_char_boundary(at)].rfind(char::is_whitespace).map_or(0, |space| space + 1);
    let piece: String = text[text.ceil_char_boundary(from)..].chars().take(PIECE_CHARS).collect();
    let cut = piece.rfind(char::is_whitespace).filter(|_| piece.chars().count() == PIECE_CHARS);
    let shown = cut.map_or(piece.as_str(), |end| &piece[..end]);
    format!("{}{}{}", if from > 0 { "… " } else { "" }, shown.trim(), if cut.is_some() { " …" } else { "" })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_find_their_section() {
        let check = |asked: &str, slug: &str, id: &str| {
            let found = find(asked);
            let first = found.iter().find(|found| found.page.slug == slug && found.section.id == id);
            assert!(first.is_some(), "{asked}");
        };
        check("backup restore", "operations", "backup");
        check("idempotency-key", "http-api", "orders");
        check("BOUNCE rate", "definitions", "bounce_rate");
        assert!(find("").is_empty() && find("   ").is_empty() && find("xyzzyxyzzy").is_empty());
        assert!(find("e").len() <= SHOWN_MAX);
    }

    #[test]
    fn a_piece_is_of_whole_words() {
        let text = format!("{} the needle in it {}", "hay ".repeat(60), "stack ".repeat(60));
        let shown = piece(&text, &text, "needle");
        assert!(shown.starts_with("… ") && shown.ends_with(" …") && shown.contains(" needle "), "{shown}");
        assert_eq!(piece("short", "short", "short"), "short");
    }
}
