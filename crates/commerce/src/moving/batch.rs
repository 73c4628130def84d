//! A file that is brought in: what it holds, how far it has come, and what became of its lines.
//!
//! ```json
//! {"id":"products-9f86d081884c7d65","kind":"products","file":"9f86…0a08","name":"products.csv","done_to":250,
//!  "made":240,"changed":4,"same":5,"refused":1,"created_at":"2026-11-29T20:00:00Z","finished_at":null,"undone_at":null}
//! ```

use kassa_model::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

/// Characters of a file's hash: a SHA-256 in hexadecimal.
const FILE_CHARS: usize = 64;
/// Characters of it in the id of its batch.
const SHORT_CHARS: usize = 16;
/// The most characters of a file's name.
pub(crate) const NAME_CHARS_MAX: usize = 255;
/// The most characters of why a line is refused.
pub(crate) const WHY_CHARS_MAX: usize = 500;

/// What a file holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// Products with their variants.
    Products,
    /// Customers.
    Customers,
    /// Orders of before.
    Orders,
    /// Events of before.
    Events,
}

impl Kind {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Products, Self::Customers, Self::Orders, Self::Events];

    /// Its stable name.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Products => "products",
            Self::Customers => "customers",
            Self::Orders => "orders",
            Self::Events => "events",
        }
    }

    /// The kind of this name.
    pub fn of(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.name() == name)
    }

    /// The kind of the batch of this id.
    pub(crate) fn of_batch(id: &str) -> Option<Self> {
        Self::of(id.split_once('-')?.0)
    }
}

/// What became of lines.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Counts {
    /// Something new was made.
    pub(crate) made: i64,
    /// Something that was there has changed.
    pub(crate) changed: i64,
    /// It was there already, as the line has it.
    pub(crate) same: i64,
    /// Nothing was made of them.
    pub(crate) refused: i64,
}

/// A file that is brought in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Batch {
    pub(crate) id: String,
    pub(crate) kind: Kind,
    /// The SHA-256 of its bytes.
    pub(crate) file: String,
    /// What it was called.
    pub(crate) name: String,
    /// The last line that was taken; 0 before the first.
    pub(crate) done_to: i64,
    pub(crate) counts: Counts,
    pub(crate) created_at: Timestamp,
    pub(crate) finished_at: Option<Timestamp>,
    pub(crate) undone_at: Option<Timestamp>,
}

/// A batch as JSON.
#[derive(Debug, Serialize)]
pub(crate) struct BatchView<'a> {
    id: &'a str,
    kind: Kind,
    file: &'a str,
    name: &'a str,
    done_to: i64,
    #[serde(flatten)]
    counts: Counts,
    created_at: String,
    finished_at: Option<String>,
    undone_at: Option<String>,
}

/// A line that came to nothing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct Refused {
    pub(crate) line: i64,
    pub(crate) why: String,
}

/// What a line came to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Brought {
    /// Something new, by its id.
    Made(String),
    /// Something that was there has changed.
    Changed,
    /// It is there as the line has it.
    Same,
}

/// Why nothing was made of a line.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Stop {
    /// By what it says.
    #[error("{0}")]
    Refused(String),
    /// By the database.
    #[error(transparent)]
    Db(#[from] kassa_db::Error),
}

impl Batch {
    /// The batch of a file, not begun.
    pub(crate) fn new(kind: Kind, file: String, name: String, now: Timestamp) -> Self {
        let (counts, finished_at, undone_at) = (Counts::default(), None, None);
        let id = format!("{}-{}", kind.name(), &file[..SHORT_CHARS.min(file.len())]);
        Self { id, kind, file, name, done_to: 0, counts, created_at: now, finished_at, undone_at }
    }

    /// What is told of it as a change: the file, and what its lines came to.
    pub(crate) fn told(&self) -> Value {
        let Counts { made, changed, same, refused } = self.counts;
        let counts = json!({"made": made, "changed": changed, "same": same, "refused": refused});
        json!({"kind": self.kind, "name": self.name, "file": self.file, "lines": counts})
    }

    pub(crate) fn view(&self) -> BatchView<'_> {
        BatchView {
            id: &self.id,
            kind: self.kind,
            file: &self.file,
            name: &self.name,
            done_to: self.done_to,
            counts: self.counts,
            created_at: self.created_at.to_string(),
            finished_at: self.finished_at.map(|at| at.to_string()),
            undone_at: self.undone_at.map(|at| at.to_string()),
        }
    }
}

impl Counts {
    /// Counts a line.
    pub(crate) fn count(&mut self, brought: &Result<Brought, String>) {
        let count = match brought {
            Ok(Brought::Made(_)) => &mut self.made,
            Ok(Brought::Changed) => &mut self.changed,
            Ok(Brought::Same) => &mut self.same,
            Err(_) => &mut self.refused,
        };
        *count += 1;
    }
}

/// Whether it is the hash of a file.
pub(crate) fn is_file(text: &str) -> bool {
    text.len() == FILE_CHARS && text.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_batch_is_named_by_what_its_file_holds() {
        let file = format!("{:x}", 0x9f86_d081_884c_7d65_u64).repeat(4);
        let batch =
            Batch::new(Kind::Orders, file.clone(), "orders.csv".to_owned(), Timestamp::from_micros(0));
        assert_eq!(batch.id, "orders-9f86d081884c7d65");
        assert_eq!(Kind::of_batch(&batch.id), Some(Kind::Orders));
        assert!(is_file(&file) && !is_file(&file[1..]) && !is_file(&file.to_ascii_uppercase()));
        assert_eq!(Kind::of_batch("nothing-1"), None);
    }
}
