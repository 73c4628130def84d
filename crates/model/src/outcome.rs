//! What became of an event: stored, duplicate, or rejected for a reason with a stable name.
//!
//! The names are part of the public interface: metrics, dead letters and answers carry them.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// The one end that every event that was taken in comes to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Outcome {
    /// A row of the event store.
    Stored,
    /// Its id had been stored within the dedupe window.
    Duplicate,
    /// A dead letter.
    Rejected(Reason),
}

macro_rules! reasons {
    ($($(#[$doc:meta])* $variant:ident = $name:literal,)*) => {
        /// Why an event was rejected. Names are stable.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
        pub enum Reason {
            $($(#[$doc])* #[serde(rename = $name)] $variant,)*
        }

        impl Reason {
            /// Every reason there is.
            pub const ALL: &'static [Self] = &[$(Self::$variant,)*];

            /// The stable name.
            pub const fn name(self) -> &'static str {
                match self { $(Self::$variant => $name,)* }
            }
        }
    };
}

reasons! {
    /// The bytes are no JSON, or the dialect's shape cannot be read from them.
    InvalidPayload = "invalid_payload",
    /// A field that the dialect requires is absent, empty or null.
    MissingField = "missing_field",
    /// A field has a type that the dialect does not know.
    InvalidField = "invalid_field",
    /// The time cannot be read.
    InvalidTime = "invalid_time",
    /// The time is before 2000 or more than 24 h ahead of receipt.
    TimeOutOfRange = "time_out_of_range",
    /// No such site or write key, or they disagree.
    UnknownSite = "unknown_site",
    /// The event is larger than 64 KiB.
    EventTooLarge = "event_too_large",
    /// The batch has more events than a batch may have; this is one of those beyond.
    BatchTooLong = "batch_too_long",
    /// More than 64 properties.
    TooManyProperties = "too_many_properties",
    /// Nested deeper than 16 levels.
    TooDeep = "too_deep",
    /// An id of more than 200 bytes.
    IdTooLong = "id_too_long",
    /// A name, a site or another column's text of more than its limit.
    NameTooLong = "name_too_long",
    /// It came from an address that its site excludes: no more of it is kept than that.
    ExcludedAddress = "excluded_address",
    /// The log's bytes cannot be decoded (written by a newer kassa, or by something else).
    Undecodable = "undecodable",
    /// It was of a person who was erased: only that it was there is counted.
    Erased = "erased",
    /// The event store refused the row.
    Unstorable = "unstorable",
}

impl Outcome {
    /// The stable name: `stored`, `duplicate` or `rejected`.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Stored => "stored",
            Self::Duplicate => "duplicate",
            Self::Rejected(_) => "rejected",
        }
    }

    /// The reason's name, or the empty string where there is none.
    pub const fn reason_name(self) -> &'static str {
        match self {
            Self::Rejected(reason) => reason.name(),
            _ => "",
        }
    }
}

/// A name that is no [`Reason`]'s.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("unknown reason: {0}")]
pub struct UnknownReason(pub String);

impl FromStr for Reason {
    type Err = UnknownReason;
    fn from_str(name: &str) -> Result<Self, Self::Err> {
        let known = Self::ALL.iter().find(|reason| reason.name() == name);
        known.copied().ok_or_else(|| UnknownReason(name.to_owned()))
    }
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_stable_and_unique() {
        let names: std::collections::BTreeSet<_> = Reason::ALL.iter().map(|reason| reason.name()).collect();
        assert_eq!(names.len(), Reason::ALL.len());
        for reason in Reason::ALL {
            assert_eq!(reason.name().parse(), Ok(*reason));
            assert_eq!(serde_json::to_value(reason).unwrap(), reason.name());
        }
        assert_eq!(Outcome::Rejected(Reason::InvalidTime).reason_name(), "invalid_time");
    }
}
