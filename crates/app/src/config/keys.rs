//! Which keys there are: those of the defaults. Any other is refused, with the nearest known one.

use std::collections::BTreeMap;

use anyhow::{Context, bail};
use config::{Config as Layers, File, FileFormat, Value, ValueKind};

use super::DEFAULTS;

/// The variables that are configuration: `KASSA_DATA` and those with `__`. The rest (`KASSA_FAILPOINTS`…) is not.
pub(super) fn environment_keys() -> anyhow::Result<config::Map<String, String>> {
    let mut keys = config::Map::new();
    for (name, value) in std::env::vars() {
        let Some(key) = name.strip_prefix("KASSA_") else { continue };
        if key != "DATA" && !key.contains("__") {
            continue;
        }
        let path = key.to_lowercase().replace("__", ".");
        refuse_unknown_path(&path, &known_keys()?)
            .with_context(|| format!("in the environment variable {name}"))?;
        keys.insert(key.to_lowercase(), value);
    }
    Ok(keys)
}

pub(super) fn refuse_unknown_keys(text: &str) -> anyhow::Result<()> {
    let known = known_keys()?;
    for path in flatten(text)?.keys() {
        refuse_unknown_path(path, &known)?;
    }
    Ok(())
}

fn refuse_unknown_path(path: &str, known: &[String]) -> anyhow::Result<()> {
    if known.iter().any(|key| key == path) {
        return Ok(());
    }
    match known.iter().min_by_key(|key| distance(key, path)) {
        Some(nearest) => bail!("unknown key {path}; did you mean {nearest}?"),
        None => bail!("unknown key {path}"),
    }
}

fn known_keys() -> anyhow::Result<Vec<String>> {
    let mut known: Vec<String> = flatten(DEFAULTS)?.into_keys().collect();
    for element in ["name", "sha256", "site"] {
        known.push(format!("access.secret_keys.{element}"));
    }
    Ok(known)
}

/// Every leaf's dotted path; elements of a list of tables share the list's path.
fn flatten(text: &str) -> anyhow::Result<BTreeMap<String, ()>> {
    let layers = Layers::builder().add_source(File::from_str(text, FileFormat::Toml)).build()?;
    let mut paths = BTreeMap::new();
    walk(String::new(), layers.try_deserialize::<BTreeMap<String, Value>>()?, &mut paths);
    Ok(paths)
}

fn walk(prefix: String, table: impl IntoIterator<Item = (String, Value)>, paths: &mut BTreeMap<String, ()>) {
    for (key, value) in table {
        let path = if prefix.is_empty() { key } else { format!("{prefix}.{key}") };
        match value.kind {
            ValueKind::Table(inner) => walk(path, inner, paths),
            ValueKind::Array(elements) => {
                let mut tables = false;
                for element in elements {
                    if let ValueKind::Table(inner) = element.kind {
                        tables = true;
                        walk(path.clone(), inner, paths);
                    }
                }
                if !tables {
                    paths.insert(path, ());
                }
            }
            _ => {
                paths.insert(path, ());
            }
        }
    }
}

/// Levenshtein distance: how many letters to change, add or drop.
fn distance(a: &str, b: &str) -> usize {
    let b: Vec<char> = b.chars().collect();
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, letter) in a.chars().enumerate() {
        let mut diagonal = row[0];
        row[0] = i + 1;
        for (j, other) in b.iter().enumerate() {
            let change = diagonal + usize::from(letter != *other);
            diagonal = row[j + 1];
            row[j + 1] = change.min(row[j] + 1).min(diagonal + 1);
        }
    }
    row[b.len()]
}
