//! Chaos around HTTP routes: D's `/api/inventory/*` and the internal routes of stock, each in its own words.

use std::sync::Arc;

use axum::body::Body;
use axum::extract::{Request, State};
use axum::middleware::{Next, from_fn_with_state};
use axum::response::Response;
use kassa_service::{Problem, Protected};

use super::switch::{Chaos, Crash};

/// How the routes that it is around say no.
pub type Words = fn(Problem) -> Response;

/// Puts `chaos` around every one of `routes`.
pub fn wrap(chaos: Arc<Chaos>, routes: Protected, words: Words) -> Protected {
    routes.layer(from_fn_with_state((chaos, words), disturb))
}

async fn disturb(
    State((chaos, words)): State<(Arc<Chaos>, Words)>,
    request: Request,
    next: Next,
) -> Response {
    if !chaos.is_on() {
        return next.run(request).await;
    }
    let disturbance = chaos.draw();
    if let Some(latency) = disturbance.latency {
        tokio::time::sleep(latency).await;
    }
    match disturbance.crash {
        Some(Crash::Dropped) => return dropped(),
        Some(Crash::Internal) => return words(Problem::internal()),
        Some(Crash::Unavailable) => return words(Problem::unavailable("chaos", 1)),
        None => {}
    }
    // A client that hangs up does not undo what it asked for: the command runs to its end.
    let answer = tokio::spawn(next.run(request)).await;
    match answer {
        Ok(answer) if !disturbance.answer_lost => answer,
        _ => dropped(),
    }
}

/// An answer whose body fails before its first byte: the server then closes the connection with nothing sent.
fn dropped() -> Response {
    let broken = futures_util::stream::once(std::future::ready(Err::<Vec<u8>, _>(std::io::Error::other(
        "chaos drops the connection",
    ))));
    Response::new(Body::from_stream(broken))
}
