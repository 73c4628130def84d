//! Where a stream goes on, as its ids say it: the number of the last message, the beginning of the log's id, and where each partition
//! is read on: `12@0190a1b2;0:345;1:77`.

use std::collections::BTreeMap;
use std::fmt;

use kassa_eventlog::{Offset, Partition};
use uuid::Uuid;

/// The most partitions that a place names.
const PARTITIONS_MAX: usize = 256;

/// A place in the stream.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Place {
    /// Of the last message that was sent.
    pub(super) inbox: i64,
    log: String,
    /// Where each partition is read on.
    pub(super) partitions: BTreeMap<Partition, Offset>,
}

impl Place {
    /// A place in this log.
    pub(super) fn new(inbox: i64, log: Uuid, partitions: BTreeMap<Partition, Offset>) -> Self {
        Self { inbox, log: short(log), partitions }
    }

    /// From an id; `None` for what is none.
    pub(super) fn parse(text: &str) -> Option<Self> {
        let (inbox, rest) = text.split_once('@')?;
        let mut parts = rest.split(';');
        let log =
            parts.next().filter(|log| log.len() == 8 && log.bytes().all(|byte| byte.is_ascii_hexdigit()))?;
        let mut partitions = BTreeMap::new();
        for part in parts {
            let (partition, offset) = part.split_once(':')?;
            partitions.insert(number(partition)?, Offset(number(offset)?));
        }
        let place = Self { inbox: number(inbox)?, log: log.to_owned(), partitions };
        (place.inbox >= 0 && place.partitions.len() <= PARTITIONS_MAX).then_some(place)
    }

    /// The same in this log: offsets of another one mean nothing here, so all of it is ahead.
    pub(super) fn within(self, log: Uuid) -> Self {
        match self.log == short(log) {
            true => self,
            false => Self::new(self.inbox, log, BTreeMap::new()),
        }
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}@{}", self.inbox, self.log)?;
        self.partitions.iter().try_for_each(|(partition, offset)| write!(f, ";{partition}:{offset}"))
    }
}

fn short(log: Uuid) -> String {
    // The end is random; the beginning is the time.
    log.simple().to_string()[24..].to_owned()
}

/// Plain digits.
fn number<T: std::str::FromStr>(text: &str) -> Option<T> {
    text.parse().ok().filter(|_| text.bytes().all(|byte| byte.is_ascii_digit()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_is_read_as_it_was_written() {
        let log = Uuid::from_u128(0x0190_0000_0000_7000_8000_0000_1a2b_3c4d);
        let place = Place::new(12, log, BTreeMap::from([(0, Offset(345)), (1, Offset(u64::MAX))]));
        let text = "12@1a2b3c4d;0:345;1:18446744073709551615";
        assert_eq!((place.to_string().as_str(), Place::parse(text)), (text, Some(place.clone())));
        assert_eq!(place.clone().within(log), place);
        let elsewhere = place.within(Uuid::from_u128(7));
        assert_eq!((elsewhere.inbox, elsewhere.partitions.len()), (12, 0));
        for bad in [
            "",
            "12",
            "12@",
            "x@1a2b3c4d",
            "-1@1a2b3c4d",
            "+1@1a2b3c4d",
            "1@1a2b3c4",
            "1@1a2b3c4d;",
            "1@1a2b3c4d;0",
        ] {
            assert_eq!(Place::parse(bad), None, "{bad}");
        }
        let many: String = (0..300).map(|partition| format!(";{partition}:1")).collect();
        for bad in
            [format!("1@1a2b3c4d{many}"), "1@1a2b3c4d;0:-1".to_owned(), "1@1a2b3c4d;0:1;1:x".to_owned()]
        {
            assert_eq!(Place::parse(&bad), None, "{bad}");
        }
    }
}
