//! Where the pictures of this process are: in a folder, or on S3.

use std::path::Path;

use anyhow::Context;
use kassa_commerce::assets::{AssetOptions, Assets, Files, S3Options};

use crate::config::Config;

/// Opens it.
///
/// # Errors
/// The folder cannot be made; what is set is no bucket.
pub(super) fn open(config: &Config) -> anyhow::Result<Assets> {
    let set = &config.assets;
    let options = AssetOptions {
        bytes_max: usize::try_from(set.max_bytes)?,
        pixels_max: u64::from(set.max_megapixels) * 1_000_000,
        workers: usize::try_from(set.workers)?,
    };
    Ok(Assets::new(files(config)?, options))
}

fn files(config: &Config) -> anyhow::Result<Files> {
    let (set, s3) = (&config.assets, &config.assets.s3);
    if s3.bucket.is_empty() {
        return Files::folder(Path::new(&set.folder)).context("assets.folder");
    }
    let options = S3Options {
        bucket: s3.bucket.clone(),
        region: s3.region.clone(),
        endpoint: s3.endpoint.clone(),
        access_key_id: s3.access_key_id.clone(),
        secret_access_key: s3.secret_access_key.clone(),
    };
    Files::s3(&options).context("assets.s3")
}
