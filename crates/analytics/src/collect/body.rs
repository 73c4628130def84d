//! A request's body made readable: gzip is told by its first bytes, for clients send it without `Content-Encoding`; and
//! large bodies wait for one of a few places, so that many of them at once cannot fill the memory.

use std::io::Read;
use std::sync::Arc;

use bytes::Bytes;
use flate2::bufread::MultiGzDecoder;
use tokio::runtime::{Handle, RuntimeFlavor};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use super::{BODY_BYTES_MAX, INFLATED_BYTES_MAX};

/// What is read without waiting for a place.
const SMALL_BYTES_MAX: usize = 1 << 20;

/// Large bodies at a time. One takes up to some 100 MB until its events are in the log.
const LARGE_AT_A_TIME: usize = 2;

/// The places for large bodies.
#[derive(Debug)]
pub(super) struct Places(Arc<Semaphore>);

/// A body to be parsed.
#[derive(Debug)]
pub(super) struct Readable {
    pub(super) bytes: Bytes,
    /// Held until the events are in the log.
    pub(super) place: Option<OwnedSemaphorePermit>,
}

/// A body that is over a limit, in bytes.
#[derive(Debug, PartialEq)]
pub(super) struct TooLarge(pub(super) usize);

impl Places {
    pub(super) fn new() -> Self {
        Self(Arc::new(Semaphore::new(LARGE_AT_A_TIME)))
    }

    /// Makes `body` readable; a large one waits until there is a place for it.
    pub(super) async fn read(&self, body: Bytes) -> Result<Readable, TooLarge> {
        if body.len() > BODY_BYTES_MAX {
            return Err(TooLarge(BODY_BYTES_MAX));
        }
        let small = body.len() <= SMALL_BYTES_MAX;
        match inflate(&body, SMALL_BYTES_MAX) {
            Inflated::Plain if small => Ok(Readable { bytes: body, place: None }),
            Inflated::Bytes(bytes) => Ok(Readable { bytes: bytes.into(), place: None }),
            // Boxed, what is rare takes no room in every request's future.
            Inflated::Plain | Inflated::TooLarge => Box::pin(self.read_large(body)).await,
        }
    }

    async fn read_large(&self, body: Bytes) -> Result<Readable, TooLarge> {
        // Closing never happens: the semaphore lives as long as the collector.
        let place = Arc::clone(&self.0).acquire_owned().await.ok();
        let bytes = aside(|| whole(&body))?;
        Ok(Readable { bytes, place })
    }
}

impl Readable {
    /// Runs `work` on the body; on a large one without keeping other requests waiting.
    pub(super) fn work<T>(&self, work: impl FnOnce(&[u8]) -> T) -> T {
        match self.place {
            None => work(&self.bytes),
            Some(_) => aside(|| work(&self.bytes)),
        }
    }
}

/// The whole body, however much it inflates to within the limit.
pub(super) fn whole(body: &Bytes) -> Result<Bytes, TooLarge> {
    match inflate(body, INFLATED_BYTES_MAX) {
        Inflated::Plain if body.len() > BODY_BYTES_MAX => Err(TooLarge(BODY_BYTES_MAX)),
        Inflated::Plain => Ok(body.clone()),
        Inflated::Bytes(bytes) => Ok(bytes.into()),
        Inflated::TooLarge => Err(TooLarge(INFLATED_BYTES_MAX)),
    }
}

/// Runs long work so that other tasks of this thread go on meanwhile, where the runtime can do that.
fn aside<T>(work: impl FnOnce() -> T) -> T {
    match Handle::try_current().map(|handle| handle.runtime_flavor()) {
        Ok(RuntimeFlavor::MultiThread) => tokio::task::block_in_place(work),
        _ => work(),
    }
}

/// What a body turned out to be.
#[derive(Debug, PartialEq)]
enum Inflated {
    /// Not compressed, or so broken that it is to be read (and refused) as it is.
    Plain,
    /// The content.
    Bytes(Vec<u8>),
    /// More than the limit; nothing beyond it was inflated.
    TooLarge,
}

/// Inflates `body` if it begins as gzip does. A truncated or damaged one is no UTF-8 either, so that every dialect
/// refuses it as unreadable.
fn inflate(body: &[u8], limit_bytes: usize) -> Inflated {
    if !body.starts_with(&[0x1f, 0x8b]) {
        return Inflated::Plain;
    }
    let mut bytes = Vec::with_capacity((body.len() * 4).min(limit_bytes));
    match MultiGzDecoder::new(body).take(limit_bytes as u64 + 1).read_to_end(&mut bytes) {
        Ok(_) if bytes.len() > limit_bytes => Inflated::TooLarge,
        Ok(_) => Inflated::Bytes(bytes),
        Err(_) => Inflated::Plain,
    }
}
