//! Products and what people look for: `POST /v1/products/performance` and `POST /v1/demand`. A question goes the way of
//! [`super::answer`]: [`ask`] → [`plan`] → the store → [`shape`]; on its way the revenue that was [`lost`] is worked out.

mod ask;
mod columns;
mod demand;
mod lost;
mod performance;
mod plan;
mod shape;
mod terms;

pub(super) use demand::post_demand;
pub(super) use performance::post_performance;
