//! What a caller holds between the queue and the disk.

use std::fmt;
use std::pin::Pin;
use std::task::{Context, Poll};

use crate::error::Error;
use crate::record::Position;

/// What a caller is told in the end.
type Told = Result<Vec<Position>, Error>;

/// Records that have their place in line. Awaited, it says their positions once all are durable. When it is dropped, they
/// may or may not be there; held without being polled it holds nobody up.
#[must_use = "the records are durable only once it says so"]
pub struct Queued(Pin<Box<dyn Future<Output = Told> + Send>>);

impl Queued {
    /// Records of which `told` will say where they came to lie.
    pub fn new(told: impl Future<Output = Told> + Send + 'static) -> Self {
        Self(Box::pin(told))
    }
}

impl Future for Queued {
    type Output = Told;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Told> {
        self.0.as_mut().poll(context)
    }
}

impl fmt::Debug for Queued {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Queued")
    }
}
