//! Tests of reports at their public interface: requests in, answers out, over the reference store.

mod access;
mod admin;
mod alerts;
mod bad_queries;
mod batch_events;
mod comparisons;
mod cuts;
mod definitions;
mod examples;
mod fresh;
mod funnel;
mod journeys;
mod kept;
mod leaving;
mod live;
mod money;
mod query;
mod random;
mod ranges;
mod rows;
mod rules;
mod shapes;
mod shares;
mod spy;
mod stats;
mod support;
