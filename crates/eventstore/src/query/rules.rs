//! What a site says of its history when it is asked: paths that are shown as one, and events that do not count. Nothing stored
//! changes; what is asked without a rule is what it was.
//!
//! A pattern covers a whole path and whatever query it has: `/order/:id` covers `/order/7` and `/order/7?tab=2`, `/blog/*` all below
//! `/blog/`. The first rule that covers a path has it. What does not count is decided by paths as they are stored. Money always
//! counts.

use super::field::Field;
use super::filter::Filter;

/// The most rules about paths that a site has.
pub const PATH_RULES_MAX: usize = 100;
/// The most bytes of a pattern and of what is shown in the place of its paths.
const PATTERN_BYTES_MAX: usize = 255;

/// The rules of a site.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SiteRules {
    /// The site.
    pub site: String,
    /// In their order.
    pub paths: Vec<PathRule>,
    /// Which events do not count. Asks for fields of the event and of its visit, but not for exit page and channel.
    pub excluded: Option<Filter>,
}

/// Paths that are shown as one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PathRule {
    parts: Vec<Part>,
    /// Whether it ends with `/*`.
    has_rest: bool,
    shown: String,
}

/// What stands between two slashes.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Part {
    Text(String),
    /// Anything, but not nothing.
    Any,
}

impl PathRule {
    /// The rule that shows `shown` (or the pattern itself) in the place of the paths that `pattern` covers.
    ///
    /// # Errors
    /// Says what is wrong with it.
    pub fn parse(pattern: &str, shown: Option<&str>) -> Result<Self, String> {
        let shown = shown.unwrap_or(pattern);
        for text in [pattern, shown] {
            if text.is_empty() || text.len() > PATTERN_BYTES_MAX || text.chars().any(char::is_control) {
                return Err(format!("a pattern and what it is shown as have 1 to {PATTERN_BYTES_MAX} bytes"));
            }
        }
        let Some(rest) = pattern.strip_prefix('/') else {
            return Err(format!("the pattern {pattern:?} begins with no slash"));
        };
        let (rest, has_rest) = match rest.strip_suffix("/*") {
            Some(rest) => (rest, true),
            None if rest == "*" => return Err("the pattern \"/*\" would make one page of all".to_owned()),
            None => (rest, false),
        };
        let parts = rest.split('/').map(part).collect::<Result<Vec<_>, _>>()?;
        Ok(Self { parts, has_rest, shown: shown.to_owned() })
    }

    /// What is shown in the place of the paths that it covers.
    pub fn shown(&self) -> &str {
        &self.shown
    }

    /// Whether it covers `path`.
    pub fn covers(&self, path: &str) -> bool {
        let mut left = path;
        for part in &self.parts {
            let Some(rest) = left.strip_prefix('/') else { return false };
            let end = rest.find(['/', '?']).unwrap_or(rest.len());
            let (found, rest) = rest.split_at(end);
            let fits = match part {
                Part::Text(text) => found == text,
                Part::Any => !found.is_empty(),
            };
            if !fits {
                return false;
            }
            left = rest;
        }
        if self.has_rest { left.starts_with('/') } else { left.is_empty() || left.starts_with('?') }
    }

    /// The paths that it covers, as a regular expression of RE2.
    pub(crate) fn expression(&self) -> String {
        let part = |part: &Part| match part {
            Part::Text(text) => format!("/{}", regex::escape(text)),
            Part::Any => "/[^/?]+".to_owned(),
        };
        let parts: String = self.parts.iter().map(part).collect();
        format!("(?s)^{parts}{}$", if self.has_rest { "/.*" } else { r"(\?.*)?" })
    }

    /// How every path that it covers begins.
    pub(crate) fn beginning(&self) -> String {
        let mut text = String::new();
        for part in &self.parts {
            match part {
                Part::Text(part) => text.push_str(&format!("/{part}")),
                Part::Any => return format!("{text}/"),
            }
        }
        text
    }
}

fn part(text: &str) -> Result<Part, String> {
    match text.strip_prefix(':') {
        Some(name) if !name.is_empty() => Ok(Part::Any),
        None if !text.contains(['?', '*']) => Ok(Part::Text(text.to_owned())),
        _ => Err(format!("{text:?} is no part of a pattern: a text, :name for any text, or * as the last")),
    }
}

impl SiteRules {
    /// Whether it says nothing.
    pub fn is_empty(&self) -> bool {
        self.paths.is_empty() && self.excluded.is_none()
    }

    /// What `path` is shown as.
    pub fn shown<'a>(&'a self, path: &'a str) -> &'a str {
        self.paths.iter().find(|rule| rule.covers(path)).map_or(path, PathRule::shown)
    }
}

/// Whether a rule may leave events out by `field`: what their rows tell.
pub fn may_exclude_by(field: &Field) -> bool {
    !field.is_of_money() && !matches!(field, Field::ExitPage | Field::Channel | Field::ItemSku)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn covers_whole_paths() {
        let check = |pattern: &str, path: &str, expected: bool| {
            let rule = PathRule::parse(pattern, None).unwrap();
            assert_eq!(rule.covers(path), expected, "{pattern} {path}");
            let expression = regex::Regex::new(&rule.expression()).unwrap();
            assert_eq!(expression.is_match(path), expected, "{pattern} {path}");
            assert!(!expected || path.starts_with(&rule.beginning()), "{pattern} {path}");
        };
        check("/order/:id", "/order/7", true);
        check("/order/:id", "/order/7?tab=2", true);
        check("/order/:id", "/order/7\n8", true);
        check("/order/:id", "/order/", false);
        check("/order/:id", "/order/7/edit", false);
        check("/order/:id", "/orders/7", false);
        check("/order/:id", "/order", false);
        check("/order/:id/edit", "/order/7/edit", true);
        check("/:lang/shop", "/de/shop", true);
        check("/:lang/shop", "//shop", false);
        check("/blog/*", "/blog/2026/a", true);
        check("/blog/*", "/blog/", true);
        check("/blog/*", "/blog", false);
        check("/a.b", "/a.b", true);
        check("/a.b", "/axb", false);
        check("/", "/", true);
        check("/", "/?q=1", true);
        check("/", "", false);
    }

    #[test]
    fn refuses_what_is_no_pattern() {
        for pattern in
            ["", "order", "/*", "/a*", "/a/:", "/a/*/b", "/a?b", "/a\n", &format!("/{}", "a".repeat(300))]
        {
            assert!(PathRule::parse(pattern, None).is_err(), "{pattern}");
        }
        assert_eq!(PathRule::parse("/order/:id", Some("/order/…")).unwrap().shown(), "/order/…");
        assert_eq!(PathRule::parse("/order/:id", None).unwrap().shown(), "/order/:id");
    }
}
