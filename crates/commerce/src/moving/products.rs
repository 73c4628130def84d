//! Products that come in and go out.

mod bring;
mod categories;
mod item;
mod out;
mod undo;

pub(super) use bring::bring;
pub(super) use item::ProductItem;
pub(super) use out::page;
pub(super) use undo::undo;
