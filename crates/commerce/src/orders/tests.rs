//! Orders as buyers and shops see them: through the routes, on every engine that is here.

mod access;
mod amend;
mod bad_input;
mod checkout;
mod controls;
mod crowd;
mod edges;
mod fulfil;
mod keys;
mod model;
mod money;
mod outbox;
mod parcels;
mod payments;
mod persons;
mod place;
mod pure;
mod references;
mod refunds;
mod support;
