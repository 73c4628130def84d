//! What is written about a page.

use super::super::data::{Common, Page};
use super::super::texts::{Texts, texts_of};

/// What is written about a page.
pub(in super::super) struct About<'a> {
    pub(in super::super) common: &'a Common,
    pub(in super::super) page: &'a Page,
    /// Its path, and what of its query makes it another page.
    pub(in super::super) path: &'a str,
    /// `https://shop.example`.
    pub(in super::super) origin: &'a str,
    /// The site whose pages these are.
    pub(in super::super) site: &'a str,
    pub(in super::super) texts: &'static Texts,
}

impl<'a> About<'a> {
    pub(in super::super) fn new(
        (common, page): (&'a Common, &'a Page),
        (path, origin, site): (&'a str, &'a str, &'a str),
    ) -> Self {
        let texts = texts_of(&common.shop.languages);
        Self { common, page, path, origin, site, texts }
    }

    /// The address of something of this shop, for who reads it elsewhere.
    pub(super) fn absolute(&self, path: &str) -> String {
        format!("{}{path}", self.origin)
    }
}
