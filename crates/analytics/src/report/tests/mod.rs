//! Tests of reports at their public interface: requests in, answers out, over the reference store.

mod ranges;
mod shapes;
mod support;
