//! Rows in the order of whom they belong to, read page by page: several of these walked side by side join tables of any
//! size in the memory of a page each.

use std::cmp::Ordering;
use std::collections::VecDeque;

use kassa_db::{Error, Tx};

/// A row that belongs to somebody.
pub(super) trait Owned: Clone {
    /// By what rows are in order, bytewise; `None`: it belongs to nobody of those that are walked.
    fn owner(&self) -> Option<&str>;
}

/// Reads the page after a row; the first page after none.
pub(super) type Fetch<R> = fn(&mut Tx<'_>, Option<&R>) -> Result<Vec<R>, Error>;

/// The rows of a statement, ascending by owner.
pub(super) struct Sorted<R> {
    fetch: Fetch<R>,
    page: VecDeque<R>,
    last: Option<R>,
    ended: bool,
}

impl<R: Clone> Sorted<R> {
    /// The rows that `fetch` reads.
    pub(super) fn new(fetch: Fetch<R>) -> Self {
        Self { fetch, page: VecDeque::new(), last: None, ended: false }
    }

    /// The next row.
    pub(super) fn next(&mut self, tx: &mut Tx<'_>) -> Result<Option<R>, Error> {
        self.fill(tx)?;
        Ok(self.page.pop_front())
    }

    /// All that are left, to `stray`.
    pub(super) fn rest(&mut self, tx: &mut Tx<'_>, mut stray: impl FnMut(R)) -> Result<(), Error> {
        while let Some(row) = self.next(tx)? {
            stray(row);
        }
        Ok(())
    }

    fn fill(&mut self, tx: &mut Tx<'_>) -> Result<(), Error> {
        if self.page.is_empty() && !self.ended {
            self.page = (self.fetch)(tx, self.last.as_ref())?.into();
            self.ended = self.page.is_empty();
            self.last = self.page.back().cloned();
        }
        Ok(())
    }
}

impl<R: Owned> Sorted<R> {
    /// The rows of `owner`; those of owners before, and of nobody, are given to `stray`.
    pub(super) fn of(
        &mut self,
        tx: &mut Tx<'_>,
        owner: &str,
        mut stray: impl FnMut(R),
    ) -> Result<Vec<R>, Error> {
        let mut found = Vec::new();
        loop {
            self.fill(tx)?;
            let order = self.page.front().map(|row| row.owner().map_or(Ordering::Less, |of| of.cmp(owner)));
            match order {
                Some(Ordering::Less) => self.page.pop_front().into_iter().for_each(&mut stray),
                Some(Ordering::Equal) => found.extend(self.page.pop_front()),
                Some(Ordering::Greater) | None => return Ok(found),
            }
        }
    }
}
