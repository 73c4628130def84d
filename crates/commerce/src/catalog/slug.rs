//! The last part of the address of a product's or category's page: `stoneware-mug`.

use crate::text;

/// The most characters of a slug.
pub(crate) const SLUG_CHARS_MAX: usize = 80;

/// The slug of a name: folded, runs of anything but `a-z0-9` as one `-`, none at its ends, at most [`SLUG_CHARS_MAX`]
/// characters. Empty where nothing is left.
pub(crate) fn of(name: &str) -> String {
    let folded = text::fold(name);
    let parts = folded.split(|c: char| !is_plain(c)).filter(|part| !part.is_empty());
    let mut slug = parts.collect::<Vec<_>>().join("-");
    slug.truncate(SLUG_CHARS_MAX);
    slug.truncate(slug.trim_end_matches('-').len());
    slug
}

/// Whether `text` is a slug that somebody may choose: it is its own, and no number, which paths take for an id.
pub(crate) fn is_slug(text: &str) -> bool {
    !text.is_empty() && of(text) == text
}

/// What a slug may be where its earlier choices are taken: itself, then with a number behind it, then with a further one.
pub(crate) fn choice(plain: &str, number: i64, attempt: i64) -> String {
    match attempt {
        0 if !plain.is_empty() => plain.to_owned(),
        0 | 1 => numbered(plain, number),
        more => numbered(&numbered(plain, number), more),
    }
}

/// The slug with a number behind it.
fn numbered(slug: &str, number: i64) -> String {
    let number = format!("-{number}");
    let mut slug = slug.to_owned();
    slug.truncate(SLUG_CHARS_MAX - number.len());
    format!("{}{number}", slug.trim_end_matches('-')).trim_start_matches('-').to_owned()
}

fn is_plain(c: char) -> bool {
    c.is_ascii_lowercase() || c.is_ascii_digit()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn makes_slugs_of_names() {
        let check = |name: &str, expected: &str| {
            assert_eq!(of(name), expected, "{name}");
            assert_eq!(of(expected), expected, "{name} again");
        };
        check("Stoneware Mug", "stoneware-mug");
        check("  Crème brûlée, große!", "creme-brulee-grosse");
        check("100% Wolle – №5", "100-wolle-no5");
        check("Łódź", "odz");
        check("日本語", "");
        check("\u{200b}", "");
        check(&"ab ".repeat(40), &format!("{}ab", "ab-".repeat(26)));
    }

    #[test]
    fn knows_a_slug() {
        let check = |text: &str, fine: bool| assert_eq!(is_slug(text), fine, "{text:?}");
        check("mug", true);
        check("mug-2", true);
        check("2024", true);
        check("Mug", false);
        check("mug-", false);
        check("mug--2", false);
        check("", false);
        check(&"x".repeat(80), true);
        check(&"x".repeat(81), false);
    }

    #[test]
    fn numbers_what_is_taken() {
        assert_eq!(numbered("mug", 7), "mug-7");
        assert_eq!(numbered("", 7), "7");
        assert_eq!(numbered(&"x".repeat(80), 1_000), format!("{}-1000", "x".repeat(75)));
        assert_eq!(numbered(&format!("{}-y", "x".repeat(77)), 7), format!("{}-7", "x".repeat(77)));
        let first = |plain: &str| [0, 1, 2, 3].map(|attempt| choice(plain, 7, attempt));
        assert_eq!(first("mug"), ["mug", "mug-7", "mug-7-2", "mug-7-3"]);
        assert_eq!(first(""), ["7", "7", "7-2", "7-3"]);
    }
}
