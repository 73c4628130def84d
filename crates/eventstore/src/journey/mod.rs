//! Questions that follow visitors from event to event, as values: funnels, retention, paths. Like a [`crate::query::Query`],
//! they are made by `analytics::report` and answered by a backend. Times are UTC; who asks settles time zones.
//!
//! Events of one instant are in the order of the log (partition, offset, index). Events without a visit (session 0) are in none
//! of them.

mod funnel;
mod paths;
mod retention;
mod scope;
mod tally;
mod trails;
mod validate;

pub use funnel::{
    CHECKOUT_FAILED, Funnel, FunnelAnswer, FunnelStep, STEPS_MAX, Step, WINDOW_MAX, WINDOW_MIN,
};
pub use paths::{Edge, NODES_MAX, Node, PATH_STEPS_MAX, PathStep, Paths, PathsAnswer};
pub use retention::{Cohort, Of, PERIODS_MAX, Retention, RetentionAnswer};
pub use scope::Scope;
pub(crate) use tally::{Passage, Tally};
pub(crate) use trails::{OTHERS, Trails};
pub(crate) use validate::{check_funnel, check_paths, check_retention, check_searches};
