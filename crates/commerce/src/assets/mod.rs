//! Pictures that were uploaded: what is known of each, in the shop's database, and its files, in a folder or on S3.
//!
//! A file comes once, is looked at, decoded and written anew in four widths, as JPEG or, with something to see through, as PNG:
//! nothing of what came with it (place, camera, words) is kept but its colours' profile. Its id is its SHA-256, so that the same
//! file is one asset, and what is served under an id never changes (ADR 41).

mod asset;
mod decode;
mod error;
mod files;
mod format;
pub mod http;
mod render;
mod s3;
mod shrink;
pub mod store;
mod upload;

pub(crate) use asset::is_id;
pub use asset::{Asset, ID_CHARS, WIDTHS};
pub use error::Error;
pub use files::{Files, is_file_of_ours};
pub use s3::S3Options;
pub use upload::{AssetOptions, Assets, Taken};

#[cfg(test)]
pub(crate) mod tests;
