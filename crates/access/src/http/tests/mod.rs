//! Keys, sites and sessions over HTTP, on both databases.

mod guesses;
mod input;
mod keys;
mod sessions;
mod sites;

use serde_json::json;

use crate::testing::{Process, TOKEN, bearer, send};

/// Sends as the administrator.
pub(super) async fn admin(process: &Process, line: &str, body: &str) -> crate::testing::Answer {
    send(&process.router, line, &[("authorization", &bearer(TOKEN))], body).await
}

pub(super) fn log_in() -> String {
    json!({ "token": TOKEN }).to_string()
}
