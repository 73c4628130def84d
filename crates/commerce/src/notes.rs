//! What happened to the shop that its figures may show, written beside what did it: a price that changed, a product that sold
//! out, came back, was published or archived, a version of kassa that started, chaos. Reports show them as annotations.

mod list;
mod note;
pub(crate) mod store;
#[cfg(test)]
mod tests;
mod write;

pub use list::between;
pub use note::{Note, NoteKind};
pub use write::{chaos_switched, version_started};
pub(crate) use write::{product, stock};
