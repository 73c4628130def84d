//! What whoever runs the shop says of it, and what it must be like.
//!
//! `shop.toml` beside the configuration has the defaults, `PUT /v1/storefront` what is set over them:
//!
//! ```toml
//! name = "Corner Goods"
//! claim = "Things made to be used"
//! colour = "#8a3b12"
//! languages = ["en", "de"]
//! imprint = """
//! Corner Goods
//! Corner Street 1"""
//! ```

use serde::{Deserialize, Serialize};

use crate::text;

/// The languages that there are texts in.
pub const LANGUAGES: [&str; 3] = ["en", "de", "ar"];

/// What a shop is called that says nothing.
const NAME: &str = "Shop";
/// The most characters of a name or a claim.
const LINE_CHARS_MAX: usize = 255;
/// The most characters of a text.
const TEXT_CHARS_MAX: usize = 50_000;

/// What is said of the shop; what is absent is said elsewhere, or not at all.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Settings {
    /// What it is called.
    pub name: Option<String>,
    /// The asset that is shown in place of its name.
    pub logo: Option<String>,
    /// `#8a3b12`: gives hue and strength of what is coloured.
    pub colour: Option<String>,
    /// One line on its first page.
    pub claim: Option<String>,
    /// One line on every page, for as long as it is set.
    pub announcement: Option<String>,
    /// Who answers for it.
    pub imprint: Option<String>,
    /// On which terms it sells.
    pub terms: Option<String>,
    /// Of [`LANGUAGES`], the first of which pages are written in.
    pub languages: Option<Vec<String>>,
}

/// A member that breaks a rule.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{field} {why}")]
pub struct Invalid {
    field: &'static str,
    why: String,
}

fn invalid<T>(field: &'static str, why: impl Into<String>) -> Result<T, Invalid> {
    Err(Invalid { field, why: why.into() })
}

impl Settings {
    /// The settings as they are kept: without space around their lines, the colour in lower case.
    ///
    /// # Errors
    /// The first member that breaks a rule.
    pub fn checked(self) -> Result<Self, Invalid> {
        let Self { name, logo, colour, claim, announcement, imprint, terms, languages } = self;
        if let Some(name) = &name
            && !text::is_visible(name)
        {
            return invalid("name", "must not be blank: it needs a character that shows");
        }
        let is_asset = |logo: &String| {
            logo.len() == 64 && logo.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'))
        };
        if !logo.as_ref().is_none_or(is_asset) {
            return invalid("logo", "must be the id of an asset: 64 digits of 0-9 and a-f");
        }
        Ok(Self {
            name: line("name", name)?,
            logo,
            colour: self::colour(colour)?,
            claim: line("claim", claim)?,
            announcement: line("announcement", announcement)?,
            imprint: paragraphs("imprint", imprint)?,
            terms: paragraphs("terms", terms)?,
            languages: self::languages(languages)?,
        })
    }

    /// These, and where they say nothing, `others`.
    #[must_use]
    pub fn over(self, others: &Self) -> Self {
        let or = |one: Option<String>, other: &Option<String>| one.or_else(|| other.clone());
        Self {
            name: or(self.name, &others.name),
            logo: or(self.logo, &others.logo),
            colour: or(self.colour, &others.colour),
            claim: or(self.claim, &others.claim),
            announcement: or(self.announcement, &others.announcement),
            imprint: or(self.imprint, &others.imprint),
            terms: or(self.terms, &others.terms),
            languages: self.languages.or_else(|| others.languages.clone()),
        }
    }

    /// What it is called.
    pub fn shown_name(&self) -> &str {
        self.name.as_deref().unwrap_or(NAME)
    }

    /// In which languages it is, at least one.
    pub fn shown_languages(&self) -> Vec<&str> {
        self.languages
            .as_ref()
            .map_or(LANGUAGES.to_vec(), |languages| languages.iter().map(String::as_str).collect())
    }
}

/// A line as it is kept.
fn line(field: &'static str, given: Option<String>) -> Result<Option<String>, Invalid> {
    let Some(given) = given else { return Ok(None) };
    let line = text::trimmed(&given);
    if line.chars().count() > LINE_CHARS_MAX {
        return invalid(field, format!("has at most {LINE_CHARS_MAX} characters"));
    }
    if line.chars().any(char::is_control) {
        return invalid(field, "contains a control character");
    }
    Ok(Some(line.to_owned()))
}

/// A text as it is kept.
fn paragraphs(field: &'static str, given: Option<String>) -> Result<Option<String>, Invalid> {
    let Some(given) = given else { return Ok(None) };
    if given.chars().count() > TEXT_CHARS_MAX {
        return invalid(field, format!("has at most {TEXT_CHARS_MAX} characters"));
    }
    if given.chars().any(|c| c.is_control() && !matches!(c, '\n' | '\r' | '\t')) {
        return invalid(field, "contains a control character");
    }
    Ok(Some(text::trimmed(&given).replace("\r\n", "\n")))
}

fn colour(given: Option<String>) -> Result<Option<String>, Invalid> {
    let Some(given) = given else { return Ok(None) };
    let digits = given.strip_prefix('#').unwrap_or_default();
    match digits.len() == 6 && digits.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        true => Ok(Some(given.to_ascii_lowercase())),
        false => invalid("colour", "must be as in #8a3b12"),
    }
}

fn languages(given: Option<Vec<String>>) -> Result<Option<Vec<String>>, Invalid> {
    let Some(given) = given else { return Ok(None) };
    let is_known = |language: &String| LANGUAGES.contains(&language.as_str());
    let is_twice = (1..given.len()).any(|place| given[..place].contains(&given[place]));
    match !given.is_empty() && given.iter().all(is_known) && !is_twice {
        true => Ok(Some(given)),
        false => invalid("languages", format!("must be some of {}, each once", LANGUAGES.join(", "))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn some(text: &str) -> Option<String> {
        Some(text.to_owned())
    }

    #[test]
    fn keeps_what_can_be_shown() {
        let check = |settings: Settings, expected: &str| {
            let said = settings.clone().checked().map_or_else(|error| error.to_string(), |_| String::new());
            assert!(
                said.starts_with(expected) && said.is_empty() == expected.is_empty(),
                "{settings:?}: {said}"
            );
        };
        let of_name = |name: &str| Settings { name: some(name), ..Settings::default() };
        let of_colour = |colour: &str| Settings { colour: some(colour), ..Settings::default() };
        let of_logo = |logo: &str| Settings { logo: some(logo), ..Settings::default() };
        let of_text = |text: &str| Settings { imprint: some(text), ..Settings::default() };
        let of_languages = |these: &[&str]| Settings {
            languages: Some(these.iter().map(|&one| one.to_owned()).collect()),
            ..Settings::default()
        };
        check(Settings::default(), "");
        check(of_name("</script> & \u{202e}Co"), "");
        check(of_name(" \u{200b} "), "name must not be blank");
        check(of_name(&"x".repeat(256)), "name has at most 255");
        check(of_name("a\nb"), "name contains a control");
        check(Settings { claim: some(""), ..Settings::default() }, "");
        let of_news = |text: &str| Settings { announcement: some(text), ..Settings::default() };
        check(of_news("Closed until Monday"), "");
        check(of_news(&"x".repeat(256)), "announcement has at most 255");
        check(of_colour("#8A3b12"), "");
        for bad in ["8a3b12", "#8a3b1", "#8a3b1g", "red", "#8a3b12;}", "#ä3b12"] {
            check(of_colour(bad), "colour must be");
        }
        check(of_logo(&"0f".repeat(32)), "");
        check(of_logo(&"0F".repeat(32)), "logo must be");
        check(of_logo("../x"), "logo must be");
        check(of_text("a\r\n\r\n\tb"), "");
        check(of_text("a\u{0}b"), "imprint contains a control");
        check(of_text(&"x".repeat(50_001)), "imprint has at most");
        check(of_languages(&["de", "en"]), "");
        for bad in [&[][..], &["fr"], &["en", "en"]] {
            check(of_languages(bad), "languages must be some of en, de, ar");
        }
    }

    #[test]
    fn what_is_set_goes_over_the_defaults() {
        let defaults = Settings { name: some("Corner"), claim: some("Goods"), ..Settings::default() };
        let set = Settings { claim: some(""), colour: some("#000000"), ..Settings::default() };
        let shown = set.over(&defaults);
        assert_eq!((shown.shown_name(), shown.claim.as_deref()), ("Corner", Some("")));
        assert_eq!(shown.colour.as_deref(), Some("#000000"));
        assert_eq!(Settings::default().shown_name(), "Shop");
        assert_eq!(Settings::default().shown_languages(), LANGUAGES);
    }
}
