//! The pictures of a product, in their order: files that were uploaded, each with words for who cannot see it, and some with the
//! variant that they show.
//!
//! ```json
//! {"id":"9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08","alt":"The mug from above","width":1600,"height":1200,
//!  "variant_sku":null}
//! ```
//! `width` and `height` are those of its largest file, so that a page keeps its place free.

pub mod store;

use serde::Serialize;

/// The most pictures of a product.
pub const IMAGES_MAX: usize = 20;

/// A picture as buyers see it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Picture {
    /// The asset.
    pub id: String,
    /// What it shows, in words; may be empty.
    pub alt: String,
    /// Pixels of its largest file.
    pub width: i64,
    /// Pixels of its largest file.
    pub height: i64,
    /// The variant that it shows; `None`: the product.
    pub variant_sku: Option<String>,
}

/// A picture that a product is to have.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct NewImage {
    /// An asset that was uploaded before.
    pub id: String,
    /// What it shows, in words.
    pub alt: String,
    /// The SKU of the variant that it shows.
    pub variant_sku: Option<String>,
}
