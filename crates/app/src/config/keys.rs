//! Which keys there are and what kind of value each takes: those of the defaults. Any other key is refused with the nearest
//! known one, any other kind in words that an owner knows.

use std::collections::BTreeMap;

use anyhow::{Context, bail};
use config::{Config as Layers, File, FileFormat, Value, ValueKind};
use kassa_service::nearest::distance;

/// `config/default.toml`, as built in.
pub(crate) const DEFAULTS: &str = include_str!("../../../../config/default.toml");

/// What a key takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Text,
    Whole,
    Switch,
    Texts,
    Words,
}

/// Lists of tables: what stands in them is known, they themselves are no keys.
const TABLES: [&str; 2] = ["access.secret_keys", "sites"];

/// Tables whose keys the owner chooses: each value is a text.
const WORDS: [&str; 1] = ["sites.labels"];

/// Every key with its kind, by its dotted path; the keys of tables in a list stand below the list's name.
pub(super) fn known() -> anyhow::Result<BTreeMap<String, Kind>> {
    let mut keys = BTreeMap::new();
    walk(DEFAULTS, &mut |path, value| {
        if !TABLES.contains(&path) {
            let kind = match value {
                ValueKind::Boolean(_) => Kind::Switch,
                ValueKind::Array(_) => Kind::Texts,
                ValueKind::Table(_) => Kind::Words,
                ValueKind::String(_) => Kind::Text,
                _ => Kind::Whole,
            };
            keys.insert(path.to_owned(), kind);
        }
        Ok(())
    })?;
    for element in ["name", "sha256", "site"] {
        keys.insert(format!("access.secret_keys.{element}"), Kind::Text);
    }
    Ok(keys)
}

/// Whether every key of a configuration file is known, and has a value of its kind.
///
/// # Errors
/// The first that is not; or the file is no TOML.
pub(super) fn check_file(text: &str) -> anyhow::Result<()> {
    let known = known()?;
    walk(text, &mut |path, value| match known.get(path) {
        Some(kind) => kind.check(path, value),
        None if TABLES.contains(&path) => match value {
            ValueKind::Array(elements) if elements.is_empty() => Ok(()),
            _ => bail!("{path} is a list of tables: begin each with [[{path}]]"),
        },
        None => {
            bail!("unknown key {path}; did you mean {}?", nearest(path, &known))
        }
    })
}

impl Kind {
    fn check(self, path: &str, value: &ValueKind) -> anyhow::Result<()> {
        // What stands in quotes may be of any kind, as it comes from the environment.
        let quoted = |text: &String| self.parse(path, text).map(|_| ());
        match (self, value) {
            (Self::Text, ValueKind::String(_)) | (Self::Switch, ValueKind::Boolean(_)) => Ok(()),
            (Self::Whole, ValueKind::I64(_) | ValueKind::U64(_)) => Ok(()),
            (Self::Whole | Self::Switch, ValueKind::String(text)) => quoted(text),
            (Self::Texts, ValueKind::Array(elements))
                if elements.iter().all(|element| matches!(element.kind, ValueKind::String(_))) =>
            {
                Ok(())
            }
            (Self::Words, ValueKind::Table(words))
                if words.values().all(|word| matches!(word.kind, ValueKind::String(_))) =>
            {
                Ok(())
            }
            _ => bail!("{path} wants {}", self.wanted()),
        }
    }

    fn wanted(self) -> &'static str {
        match self {
            Self::Text => "text: put the value in quotes",
            Self::Whole => "a whole number",
            Self::Switch => "true or false",
            Self::Texts => "a list of texts, such as [\"a\", \"b\"]",
            Self::Words => "a table of texts, such as { \"10.0.0.0/8\" = \"office\" }",
        }
    }

    /// A value of this kind from a text, as the environment has it: a list is separated by commas.
    ///
    /// # Errors
    /// It is none; the message does not show the text, which may be a secret.
    pub(super) fn parse(self, path: &str, text: &str) -> anyhow::Result<Value> {
        let refused = || anyhow::anyhow!("{path} wants {}", self.wanted());
        let kind = match self {
            Self::Text => ValueKind::String(text.to_owned()),
            Self::Whole => ValueKind::I64(text.trim().parse().map_err(|_| refused())?),
            Self::Switch => match text.trim().to_ascii_lowercase().as_str() {
                "true" | "1" | "yes" | "on" => ValueKind::Boolean(true),
                "false" | "0" | "no" | "off" => ValueKind::Boolean(false),
                _ => return Err(refused()),
            },
            Self::Words => return Err(refused()),
            Self::Texts => {
                let parts = text.split(',').map(str::trim).filter(|part| !part.is_empty());
                ValueKind::Array(parts.map(Value::from).collect())
            }
        };
        Ok(Value::new(None, kind))
    }
}

/// Calls `each` with the path of every leaf; elements of a list of tables share the list's path.
fn walk(text: &str, each: &mut dyn FnMut(&str, &ValueKind) -> anyhow::Result<()>) -> anyhow::Result<()> {
    let layers = Layers::builder().add_source(File::from_str(text, FileFormat::Toml)).build()?;
    let table = layers.try_deserialize::<BTreeMap<String, Value>>().context("it is no table of keys")?;
    descend("", table, each)
}

fn descend(
    prefix: &str,
    table: impl IntoIterator<Item = (String, Value)>,
    each: &mut dyn FnMut(&str, &ValueKind) -> anyhow::Result<()>,
) -> anyhow::Result<()> {
    for (key, value) in table {
        let path = if prefix.is_empty() { key } else { format!("{prefix}.{key}") };
        match value.kind {
            ValueKind::Table(inner) if !WORDS.contains(&path.as_str()) => descend(&path, inner, each)?,
            ValueKind::Array(elements) if elements.iter().any(is_table) => {
                for element in elements {
                    match element.kind {
                        ValueKind::Table(inner) => descend(&path, inner, each)?,
                        other => each(&path, &other)?,
                    }
                }
            }
            leaf => each(&path, &leaf)?,
        }
    }
    Ok(())
}

fn is_table(value: &Value) -> bool {
    matches!(value.kind, ValueKind::Table(_))
}

/// The known key that `path` is most like; one of another table, or without its table's name, is a little further away.
pub(super) fn nearest<'a>(path: &str, known: &'a BTreeMap<String, Kind>) -> &'a str {
    let own = |key: &str| key.rsplit('.').next().unwrap_or_default().to_owned();
    let far = |key: &String| distance(key, path).min(distance(&own(key), &own(path)) + 2);
    known.keys().min_by_key(|key| far(key)).map_or("", String::as_str)
}
