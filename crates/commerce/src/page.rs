//! A page of a list: `{"results":[…],"next_cursor":…}`, and when `total=true` asks for it how many there are on all pages,
//! counted only so far.

use kassa_service::Problem;
use serde::Serialize;

use crate::params::Params;

/// The parameter that asks for it.
pub(crate) const TOTAL: &str = "total";
/// Up to how many are counted.
pub(crate) const COUNTED_MAX: i64 = 10_000;

/// A page of a list.
#[derive(Debug, Serialize)]
pub(crate) struct Page<T> {
    pub(crate) results: Vec<T>,
    /// Where the next page begins; null on the last.
    pub(crate) next_cursor: Option<String>,
    #[serde(flatten)]
    pub(crate) total: Total,
}

impl<T> Page<T> {
    /// All that there is.
    pub(crate) fn whole(results: Vec<T>) -> Self {
        Self { results, next_cursor: None, total: Total::default() }
    }
}

/// Takes the one row off that was read beyond a page; whether there was one.
pub(crate) fn cut<T>(rows: &mut Vec<T>, limit: i64) -> bool {
    let shown = usize::try_from(limit).unwrap_or(usize::MAX);
    let more = rows.len() > shown;
    rows.truncate(shown);
    more
}

/// Takes the one row off that was read beyond a page; the id behind which the next one begins.
pub(crate) fn cut_by_id<T>(rows: &mut Vec<T>, limit: i64, id: fn(&T) -> &str) -> Option<String> {
    let more = cut(rows, limit);
    rows.last().filter(|_| more).map(|last| id(last).to_owned())
}

/// Whether the total is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum CountAsked {
    Yes,
    No,
}

impl CountAsked {
    pub(crate) fn of(params: &Params) -> Result<Self, Problem> {
        Ok(if params.flag(TOTAL, false)? { Self::Yes } else { Self::No })
    }
}

/// What was counted, as members of a page: `"total":10000,"total_exact":false` where there are more.
#[derive(Debug, Clone, Copy, Default, Serialize)]
pub(crate) struct Total {
    #[serde(skip_serializing_if = "Option::is_none")]
    total: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    total_exact: Option<bool>,
}

impl Total {
    /// All were looked at, or so many that there are more than [`COUNTED_MAX`].
    pub(crate) fn counted(found: i64) -> Self {
        Self { total: Some(found.min(COUNTED_MAX)), total_exact: Some(found <= COUNTED_MAX) }
    }

    /// There are at least so many.
    pub(crate) fn at_least(found: i64) -> Self {
        Self { total: Some(found.min(COUNTED_MAX)), total_exact: Some(false) }
    }
}
