//! A file that comes: known, or looked at and made into what is kept of it. Decoding takes a core and some 200 MB for the largest
//! picture, so that few are decoded at a time, and few wait.

use std::sync::Arc;

use bytes::Bytes;
use kassa_db::Db;
use kassa_model::Timestamp;
use sha2::{Digest, Sha256};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use super::asset::Asset;
use super::error::Error;
use super::files::Files;
use super::render::{Rendered, render};
use super::store;

/// Files that may be on their way at a time, those that are decoded included. Each is in memory.
const UPLOADS_MAX: usize = 8;

/// What bounds files that come.
#[derive(Debug, Clone, Copy)]
pub struct AssetOptions {
    /// The most bytes of a file.
    pub bytes_max: usize,
    /// The most pixels of a picture.
    pub pixels_max: u64,
    /// Pictures that are decoded at a time.
    pub workers: usize,
}

impl Default for AssetOptions {
    fn default() -> Self {
        Self { bytes_max: 10_000_000, pixels_max: 40_000_000, workers: 1 }
    }
}

/// Takes pictures in and gives them out.
#[derive(Debug)]
pub struct Assets {
    /// Their files.
    pub(super) files: Files,
    /// What bounds them.
    pub(super) options: AssetOptions,
    places: Arc<Semaphore>,
    workers: Arc<Semaphore>,
}

/// What a file that came is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Taken {
    /// It was there already.
    Known(Asset),
    /// It is there now.
    New(Asset),
}

impl Taken {
    /// The asset.
    pub fn asset(self) -> Asset {
        match self {
            Self::Known(asset) | Self::New(asset) => asset,
        }
    }
}

impl Assets {
    /// Over these files.
    pub fn new(files: Files, options: AssetOptions) -> Self {
        let semaphore = |places: usize| Arc::new(Semaphore::new(places));
        Self { files, options, places: semaphore(UPLOADS_MAX), workers: semaphore(options.workers.max(1)) }
    }

    /// A place for a file on its way; `None` while all are taken.
    pub(super) fn place(&self) -> Option<OwnedSemaphorePermit> {
        Arc::clone(&self.places).try_acquire_owned().ok()
    }

    /// Takes a file in. When this returns, the asset and all of its files are durable.
    ///
    /// # Errors
    /// It is no picture of ours; files or database cannot be written.
    pub async fn take(&self, db: &Db, bytes: Bytes, now: Timestamp) -> Result<Taken, Error> {
        let id: String = Sha256::digest(&bytes).iter().map(|byte| format!("{byte:02x}")).collect();
        let asked = id.clone();
        let known = db.read(move |tx| store::by_ids(tx, &[&asked])).await?.pop();
        if let Some(known) = known
            && self.files.are_there(&id, known.width).await?
        {
            return Ok(Taken::Known(known));
        }
        let Rendered { mime, width, height, files } = self.render(bytes).await?;
        let largest = files.first().map_or(0, |(_, bytes)| bytes.len());
        let asset = Asset {
            id,
            mime: mime.to_owned(),
            bytes: i64::try_from(largest).unwrap_or(i64::MAX),
            width: width.into(),
            height: height.into(),
            created_at: now,
        };
        self.files.put(&asset.id, files).await?;
        let row = asset.clone();
        let is_new = db.write(move |tx| store::insert(tx, &row)).await?;
        Ok(if is_new { Taken::New(asset) } else { Taken::Known(asset) })
    }

    /// What is kept of a picture, made when a worker is free.
    async fn render(&self, bytes: Bytes) -> Result<Rendered, Error> {
        let gone = |_| Error::Unreadable("nobody decodes any more".to_owned());
        let turn = Arc::clone(&self.workers).acquire_owned().await.map_err(gone)?;
        let pixels_max = self.options.pixels_max;
        // The turn goes along: who hangs up meanwhile does not make a place for the next.
        let rendering = tokio::task::spawn_blocking(move || {
            let rendered = render(&bytes, pixels_max);
            drop(turn);
            rendered
        });
        rendering.await.unwrap_or_else(|error| {
            tracing::warn!(%error, "a picture broke its decoder");
            Err(Error::Unreadable("it breaks its decoder".to_owned()))
        })
    }
}
