//! Levels and directives of the log's filter. The filter itself takes any word for the name of a part of the program, so
//! that `loud` would log nothing at all.

/// The levels, loudest last.
const LEVELS: [&str; 6] = ["off", "error", "warn", "info", "debug", "trace"];

/// The parts of this program that log, as `kassa_access` and so on, besides `kassa` itself.
const PARTS: [&str; 8] =
    ["access", "analytics", "commerce", "db", "eventlog", "eventstore", "model", "service"];

/// A word that is no level, or names no part.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum UnknownLevel {
    /// No level.
    #[error("\"{0}\" is no level: off, error, warn, info, debug or trace; of one part: kassa_eventlog=debug")]
    Level(String),
    /// No part of this program.
    #[error("\"{0}\" is no part of this program: kassa, kassa_{parts}", parts = PARTS.join(", kassa_"))]
    Part(String),
    /// Nothing at all.
    #[error("no level is given: off, error, warn, info, debug or trace")]
    Empty,
}

/// Whether `text` is a level (`info`) or directives (`info,kassa_eventlog=debug`), of levels that exist and, where they
/// name a part of this program, of a part that exists.
///
/// # Errors
/// The first word that is wrong, with what it may be.
pub fn check_level(text: &str) -> Result<(), UnknownLevel> {
    if text.trim().is_empty() {
        return Err(UnknownLevel::Empty);
    }
    for directive in text.split(',').map(str::trim) {
        let level = match directive.rsplit_once('=') {
            Some((part, level)) => {
                check_part(part)?;
                level
            }
            None => directive,
        };
        if !LEVELS.iter().any(|known| known.eq_ignore_ascii_case(level)) {
            return Err(UnknownLevel::Level(level.chars().take(64).collect()));
        }
    }
    Ok(())
}

fn check_part(part: &str) -> Result<(), UnknownLevel> {
    let name = part.split(['[', ':']).next().unwrap_or_default();
    let known = match name.strip_prefix("kassa") {
        // Of another crate, such as hyper.
        None => true,
        Some("") => true,
        Some(rest) => PARTS.iter().any(|part| rest.strip_prefix('_') == Some(part)),
    };
    if known { Ok(()) } else { Err(UnknownLevel::Part(name.chars().take(64).collect())) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn levels_and_directives_are_checked() {
        let check = |text: &str, expected: &str| match check_level(text) {
            Ok(()) => assert_eq!(expected, "", "{text}"),
            Err(error) => {
                let said = error.to_string();
                assert!(!expected.is_empty() && said.contains(expected), "{text}: {said}");
            }
        };
        for good in
            ["info", "INFO", "off", "info,kassa_eventlog=debug", "warn, kassa_db::sqlite=trace", "hyper=info"]
        {
            check(good, "");
        }
        check("loud", "\"loud\" is no level: off, error, warn, info, debug or trace");
        check("info,loud", "\"loud\" is no level");
        check("info,kassa_eventlog=loud", "\"loud\" is no level");
        check(
            "info,kassa_evenlog=debug",
            "\"kassa_evenlog\" is no part of this program: kassa, kassa_access",
        );
        check("", "no level is given");
        check("info,", "\"\" is no level");
    }

    #[test]
    fn every_part_is_a_crate_of_ours() {
        let crates = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
        let mut found: Vec<String> = std::fs::read_dir(crates)
            .unwrap()
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .filter(|name| name != "app")
            .collect();
        found.sort();
        assert_eq!(found, PARTS);
    }
}
