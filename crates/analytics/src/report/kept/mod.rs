//! What people write down for the reports of a site (segments, goals, notes, rules, share links, alerts), and what reports make of it:
//! names in filters, links that show a part, rules that hold for every answer.
//!
//! `access` keeps it; what it means is known here. One place adds what a share link is limited to and what rules say: the store that
//! [`super::reports::Reports::store`] gives a caller, [`seen`].

pub(crate) mod body;
mod check;
mod goals;
mod http;
mod kinds;
pub(crate) mod members;
pub(crate) mod names;
mod noted;
mod notes;
mod panels;
mod preview;
mod rules;
pub(crate) mod seen;
mod show;

pub(crate) use goals::answer_goals;
pub(crate) use http::routes;
pub(crate) use noted::NoNotes;
pub use noted::{Note, Notes};
