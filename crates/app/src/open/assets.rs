//! Where the pictures of this process are.

use std::path::Path;

use anyhow::Context;
use kassa_commerce::assets::{AssetOptions, Assets, Files};

use crate::config::Config;

/// Opens it.
///
/// # Errors
/// The folder cannot be made.
pub(super) fn open(config: &Config) -> anyhow::Result<Assets> {
    let set = &config.assets;
    let options = AssetOptions {
        bytes_max: usize::try_from(set.max_bytes)?,
        pixels_max: u64::from(set.max_megapixels) * 1_000_000,
        workers: usize::try_from(set.workers)?,
    };
    let files = Files::folder(Path::new(&set.folder)).context("assets.folder")?;
    Ok(Assets::new(files, options))
}
