//! Dead letters that are looked for.

use std::cmp::Reverse;

use crate::{DeadLetter, DeadLetterFilter};

/// Those that fit, each with its partition, newest received first.
pub(super) fn found<'a>(
    listed: impl Iterator<Item = &'a (u32, DeadLetter)>,
    filter: &DeadLetterFilter,
) -> Vec<&'a (u32, DeadLetter)> {
    let wanted = |letter: &DeadLetter| {
        let rejected = &letter.rejected;
        filter.site.as_ref().is_none_or(|site| *site == rejected.site)
            && filter.reason.as_ref().is_none_or(|reason| reason == rejected.reason.name())
            && filter.id.as_ref().is_none_or(|id| *id == rejected.id)
            && filter.has.as_ref().is_none_or(|text| rejected.original.contains(text))
    };
    let mut found: Vec<_> = listed.filter(|(_, letter)| wanted(letter)).collect();
    found.sort_by_key(|(partition, letter)| {
        let rejected = &letter.rejected;
        Reverse((rejected.received_at, *partition, letter.offset, rejected.id.clone()))
    });
    found.truncate(filter.limit as usize);
    found
}
