//! Customers that come in and go out.
//!
//! ```json
//! {"id":"0190…","email":"ann@shop.test","name":"Ann","phone":"+44 20 7946 0000","marketing_consent_at":"2025-01-01T00:00:00Z",
//!  "created_at":"2024-05-01T10:00:00Z"}
//! ```
//! An address is one customer: of one who is known only what was not known is added.

use kassa_db::Tx;
use kassa_model::Timestamp;

use super::at::At;
use super::batch::{Brought, Stop};
use crate::customers::moving::{self, CustomerBody};

pub(super) use crate::customers::moving::page;

pub(super) type Body = CustomerBody;

/// Brings a customer in.
///
/// # Errors
/// [`Stop::Refused`] with what cannot be.
pub(super) fn bring(tx: &mut Tx<'_>, body: Body, at: At<'_>) -> Result<Brought, Stop> {
    let new = body.check((at.batch, at.line), at.now).map_err(Stop::Refused)?;
    Ok(match moving::bring(tx, &new)? {
        moving::Brought::Made => Brought::Made(new.id),
        moving::Brought::Changed => Brought::Changed,
        moving::Brought::Same => Brought::Same,
    })
}

/// Takes back a customer that a batch has made, unless they have ordered.
pub(super) fn undo(tx: &mut Tx<'_>, thing: &str, _: Timestamp) -> Result<(), Stop> {
    Ok(moving::forget(tx, thing)?)
}
