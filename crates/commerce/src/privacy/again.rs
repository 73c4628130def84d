//! Erasures of a shop's list, for a shop that does not have them yet: it was restored from a backup that is older than they are.
//!
//! The list names nobody: whom it means is found among everybody whom the shop knows, by their hashes.

use std::collections::{BTreeMap, BTreeSet};

use kassa_db::{Db, Error};
use kassa_model::Timestamp;
use serde::de::Error as _;
use serde::{Deserialize, Deserializer};

use super::counts::Counts;
use super::found::Found;
use super::job::{Job, store as jobs};
use super::store;
use super::subject::Subject;
use crate::shop::Shop;

/// Orders that are looked at in a transaction.
const SOME: i64 = 1_000;

/// An erasure as a list has it, `kassa privacy list --json`.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Listed {
    /// Its id.
    pub id: String,
    /// `email` or `user`.
    pub kind: String,
    /// Who was meant, as a hash.
    pub subject: String,
    /// Who asked for it.
    pub asked_by: String,
    /// When; RFC 3339.
    #[serde(deserialize_with = "instant")]
    pub asked_at: Timestamp,
}

fn instant<'de, D: Deserializer<'de>>(from: D) -> Result<Timestamp, D::Error> {
    let text = String::deserialize(from)?;
    text.parse().map_err(|_| D::Error::custom(format!("{text} is no time")))
}

/// Whom a list means, as far as the shop may know them.
#[derive(Debug, Clone, Default)]
pub struct Hashes(BTreeSet<String>);

impl Hashes {
    /// Of these erasures.
    pub fn of(list: &[Listed]) -> Self {
        Self(list.iter().map(|listed| listed.subject.clone()).collect())
    }

    /// Whether somebody of this address or user's id is meant.
    pub fn mean(&self, name: &str) -> bool {
        let subjects = [Subject::Email(name.to_lowercase()), Subject::User(name.to_owned())];
        subjects.iter().any(|subject| self.0.contains(&subject.hash()))
    }
}

/// Those of `list` that the shop does not have, the oldest first.
///
/// # Errors
/// The database's.
pub async fn unknown(db: &Db, list: Vec<Listed>) -> Result<Vec<Listed>, Error> {
    let known: BTreeSet<String> = db.read(jobs::ids).await?.into_iter().collect();
    let mut unknown: Vec<Listed> = list.into_iter().filter(|listed| !known.contains(&listed.id)).collect();
    unknown.sort_by(|a, b| a.id.cmp(&b.id));
    Ok(unknown)
}

/// Everybody whom the shop's databases know and the hashes mean, by their hash.
///
/// # Errors
/// The database's.
pub async fn meant(shop: &Shop, hashes: &Hashes) -> Result<BTreeMap<String, Subject>, Error> {
    let mut names = BTreeSet::new();
    for db in [&shop.orders, &shop.catalog].into_iter().flatten() {
        names.extend(db.read(store::addresses).await?);
    }
    if let Some(db) = &shop.orders {
        let mut after = 0;
        loop {
            let placed = db.read(move |tx| store::placed_after(tx, after, SOME)).await?;
            let Some((last, _)) = placed.last() else { break };
            after = *last;
            names.extend(placed.into_iter().flat_map(|(_, names)| names));
        }
    }
    Ok(subjects(names.into_iter().filter(|name| hashes.mean(name))))
}

/// Those who have these names, as addresses and as users, by their hashes.
pub fn subjects(names: impl Iterator<Item = String>) -> BTreeMap<String, Subject> {
    let both = |name: String| [Subject::Email(name.to_lowercase()), Subject::User(name)];
    names.flat_map(both).map(|subject| (subject.hash(), subject)).collect()
}

/// Takes an erasure into the shop's list as one that is begun, of who was found.
///
/// # Errors
/// The database's.
pub async fn take(db: &Db, listed: Listed, found: Found) -> Result<Job, Error> {
    let Listed { id, kind, subject, asked_by, asked_at } = listed;
    let job = Job { id, subject, kind, asked_by, asked_at, found, counts: Counts::default(), done_at: None };
    db.write(move |tx| {
        let job = jobs::begin(tx, &job)?;
        jobs::set_marks(tx, &job.id, &job.erasure())?;
        Ok(job)
    })
    .await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_means_whom_it_has_the_hash_of() {
        let listed = |kind: &str, subject: &Subject| {
            let text = format!(
                r#"{{"id":"1","kind":"{kind}","subject":"{}","asked_by":"admin","asked_at":"2026-11-21T05:00:00Z","done_at":null,"counts":{{}}}}"#,
                subject.hash()
            );
            serde_json::from_str::<Listed>(&text).unwrap()
        };
        let list = [
            listed("email", &Subject::Email("ann@shop.test".to_owned())),
            listed("user", &Subject::User("User-42".to_owned())),
        ];
        let hashes = Hashes::of(&list);
        let check = |name: &str, expected: bool| assert_eq!(hashes.mean(name), expected, "{name}");
        check("Ann@Shop.test", true);
        check("User-42", true);
        check("user-42", false);
        check("bob@shop.test", false);
        let meant = subjects(["User-42".to_owned()].into_iter());
        assert_eq!(meant.get(&list[1].subject), Some(&Subject::User("User-42".to_owned())));
    }
}
