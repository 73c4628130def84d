//! What every role gets: an HTTP server with limits and timeouts, problem+json errors, request ids, CORS by route
//! class, health, metrics, logs and shutdown. It knows no event, no shop and no database.
//!
//! A role builds an [`axum::Router`], passes its routes through [`class::Policy::apply`], and gives it to
//! [`http::Server::run`].

pub mod address;
pub mod body;
pub mod breaker;
pub mod class;
pub mod client;
pub mod console;
pub mod health;
pub mod http;
pub mod json;
pub mod logs;
pub mod masked;
pub mod metrics;
pub mod nearest;
pub mod problem;
pub mod protected;
pub mod rate;
pub mod request;
mod request_id;
pub mod retry;
pub mod shutdown;
pub mod signals;
pub mod strict;
mod wording;

pub use address::{Network, NetworkError, Proxies, is_forwarded};
pub use body::RawBody;
pub use breaker::Breaker;
pub use class::{LiveOrigins, Policy, RouteClass};
pub use health::{Health, Need, Status, Worded};
pub use json::Json;
pub use metrics::Metrics;
pub use problem::Problem;
pub use protected::{Permit, Protected};
pub use rate::RateLimit;
pub use request::{ClientAddress, OverHttps, Peer};
pub use request_id::RequestId;
pub use retry::RetryBudget;
pub use shutdown::Shutdown;
pub use strict::{Bare, Object, OptionalObject};
