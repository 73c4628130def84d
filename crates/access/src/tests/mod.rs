//! Access as a whole: who is let in where, and what happens when the database is away.

mod admission;
mod changes;
mod kept;
mod outage;
mod shared_salts;
mod totals;
