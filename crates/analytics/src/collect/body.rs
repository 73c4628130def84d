//! A request's body made readable: gzip is told by its first bytes, for clients send it without `Content-Encoding`; and
//! large bodies wait for one of a few places, so that many of them at once cannot fill the memory.
//!
//! What a body inflates to is paid for before it is inflated ([`Paying`]): first what it says itself to be, at its end, then
//! what lies beyond that, a piece at a time.

use std::io::Read;
use std::sync::Arc;

use bytes::buf::Reader;
use bytes::{Buf, Bytes};
use flate2::bufread::MultiGzDecoder;
use tokio::runtime::{Handle, RuntimeFlavor};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use super::limits::{Paying, TooMuch};

/// The most bytes of a body.
pub const BODY_BYTES_MAX: usize = 4 << 20;
/// The most bytes into which a compressed body may inflate.
pub const INFLATED_BYTES_MAX: usize = 16 << 20;

/// What is read without waiting for a place.
const SMALL_BYTES_MAX: usize = 1 << 20;

/// Inflated at a time, beyond what a body says of itself.
const PIECE_BYTES: usize = 64 << 10;

/// The most bytes that deflate makes of one: a bit for 129 of them, as zlib's author says of his format.
const RATIO_MAX: usize = 1_032;

/// Large bodies at a time. One takes up to some 100 MB until its events are in the log.
const LARGE_AT_A_TIME: usize = 2;

/// The places for large bodies.
#[derive(Debug)]
pub(super) struct LargeBodies(Arc<Semaphore>);

/// A body to be parsed.
#[derive(Debug)]
pub(super) struct Readable {
    pub(super) bytes: Bytes,
    /// Held until the events are in the log.
    pub(super) place: Option<OwnedSemaphorePermit>,
}

/// Why a body is not read.
#[derive(Debug, PartialEq)]
pub(super) enum Unread {
    /// It is over a limit, in bytes.
    TooLarge(usize),
    /// Its sender has sent too much.
    TooMuch(TooMuch),
}

impl From<TooMuch> for Unread {
    fn from(over: TooMuch) -> Self {
        Self::TooMuch(over)
    }
}

impl LargeBodies {
    pub(super) fn new() -> Self {
        Self(Arc::new(Semaphore::new(LARGE_AT_A_TIME)))
    }

    /// Makes `body` readable; a large one waits until there is a place for it.
    pub(super) async fn read(&self, body: Bytes, paying: &mut Paying<'_>) -> Result<Readable, Unread> {
        match begin(body, paying)? {
            Begun::Small(bytes) => Ok(Readable { bytes, place: None }),
            // Boxed, what is rare takes no room in every request's future.
            Begun::Large(large) => Box::pin(self.read_large(large, paying)).await,
        }
    }

    async fn read_large(&self, large: Large, paying: &mut Paying<'_>) -> Result<Readable, Unread> {
        // Closing never happens: the semaphore lives as long as the collector.
        let place = Arc::clone(&self.0).acquire_owned().await.ok();
        let bytes = aside(|| large.finish(paying))?;
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
pub(super) fn whole(body: &Bytes, paying: &mut Paying<'_>) -> Result<Bytes, Unread> {
    match begin(body.clone(), paying)? {
        Begun::Small(bytes) => Ok(bytes),
        Begun::Large(large) => large.finish(paying),
    }
}

/// Runs long work so that other tasks of this thread go on meanwhile, where the runtime can do that.
fn aside<T>(work: impl FnOnce() -> T) -> T {
    match Handle::try_current().map(|handle| handle.runtime_flavor()) {
        Ok(RuntimeFlavor::MultiThread) => tokio::task::block_in_place(work),
        _ => work(),
    }
}

/// A body of which the small part has been read.
enum Begun {
    /// That was all.
    Small(Bytes),
    /// There is more.
    Large(Large),
}

/// A large body.
enum Large {
    Plain(Bytes),
    Inflating(Box<Inflating>),
}

/// Pays for `body` and reads what can be read of it without a place.
fn begin(body: Bytes, paying: &mut Paying<'_>) -> Result<Begun, Unread> {
    if body.len() > BODY_BYTES_MAX {
        return Err(Unread::TooLarge(BODY_BYTES_MAX));
    }
    if let Some(mut inflating) = Inflating::new(&body) {
        paying.up_to(inflating.claimed_bytes + 1)?;
        match inflating.go_on(SMALL_BYTES_MAX, paying)? {
            Went::ToEnd => return Ok(Begun::Small(inflating.bytes.into())),
            Went::ToLimit => return Ok(Begun::Large(Large::Inflating(Box::new(inflating)))),
            Went::Astray => {}
        }
    }
    paying.up_to(body.len())?;
    match body.len() <= SMALL_BYTES_MAX {
        true => Ok(Begun::Small(body)),
        false => Ok(Begun::Large(Large::Plain(body))),
    }
}

impl Large {
    fn finish(self, paying: &mut Paying<'_>) -> Result<Bytes, Unread> {
        let mut inflating = match self {
            Self::Plain(bytes) => return Ok(bytes),
            Self::Inflating(inflating) => inflating,
        };
        match inflating.go_on(INFLATED_BYTES_MAX, paying)? {
            Went::ToEnd => Ok(inflating.bytes.into()),
            Went::ToLimit => Err(Unread::TooLarge(INFLATED_BYTES_MAX)),
            Went::Astray => Ok(inflating.body),
        }
    }
}

/// A body that begins as gzip does, and what it has been inflated to so far.
struct Inflating {
    body: Bytes,
    decoder: MultiGzDecoder<Reader<Bytes>>,
    bytes: Vec<u8>,
    /// What it says itself to inflate to, as far as that can be. Its sender may lie.
    claimed_bytes: usize,
}

/// How far inflating came.
enum Went {
    ToEnd,
    /// There is more than the limit; nothing beyond it was inflated.
    ToLimit,
    /// The body is cut off or damaged, and to be read as it is: that is no UTF-8 either, so that every dialect refuses it
    /// as unreadable.
    Astray,
}

impl Inflating {
    /// `None` for a body that is not compressed.
    fn new(body: &Bytes) -> Option<Self> {
        if !body.starts_with(&[0x1f, 0x8b]) {
            return None;
        }
        // RFC 1952, section 2.3.1: the last four bytes are the size of what was packed (of several members, the last one's).
        let claimed = body.last_chunk::<4>().map_or(0, |size| u32::from_le_bytes(*size));
        let possible = body.len().saturating_mul(RATIO_MAX).min(INFLATED_BYTES_MAX);
        let claimed_bytes = usize::try_from(claimed).unwrap_or(usize::MAX).min(possible);
        let bytes = Vec::with_capacity((body.len() * 4).min(SMALL_BYTES_MAX));
        let decoder = MultiGzDecoder::new(body.clone().reader());
        Some(Self { body: body.clone(), decoder, bytes, claimed_bytes })
    }

    /// Goes on until the end or beyond `limit_bytes`, paying before each piece.
    fn go_on(&mut self, limit_bytes: usize, paying: &mut Paying<'_>) -> Result<Went, TooMuch> {
        while self.bytes.len() <= limit_bytes {
            let length = self.bytes.len();
            // One byte more than it says tells whether it ends there.
            let piece =
                if length <= self.claimed_bytes { self.claimed_bytes + 1 - length } else { PIECE_BYTES };
            let piece = piece.min(limit_bytes + 1 - length);
            paying.up_to(length + piece)?;
            match (&mut self.decoder).take(piece as u64).read_to_end(&mut self.bytes) {
                Ok(read) if read < piece => return Ok(Went::ToEnd),
                Ok(_) => {}
                Err(_) => return Ok(Went::Astray),
            }
        }
        Ok(Went::ToLimit)
    }
}
