//! `GET /v1/admin/game-day`, `POST` to begin one (`{"seconds":120}`), `DELETE` to end its faults; of a demo alone.
//!
//! ```json
//! {"allowed":true,"run":{"id":"0190…","state":"running","step":"delays",…}}
//! ```

use std::sync::Arc;

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use axum::{Json, Router};
use kassa_service::{Bare, OptionalObject, Problem};
use serde::{Deserialize, Serialize};

use crate::demo::{GameDay, Run, SECONDS, SECONDS_BOUNDS};

type Of = Option<Arc<GameDay>>;

#[derive(Debug, Serialize)]
struct View {
    /// Whether this is a demo.
    allowed: bool,
    run: Option<Run>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct Begin {
    seconds: Option<u64>,
}

pub(super) fn routes(day: Of) -> Router {
    Router::new()
        .route("/v1/admin/game-day", get(get_game_day).post(begin_game_day).delete(stop_game_day))
        .with_state(day)
}

async fn get_game_day(State(day): State<Of>, _: Bare) -> Json<View> {
    Json(View { allowed: day.is_some(), run: day.and_then(|day| day.show()) })
}

/// 202: it has begun.
async fn begin_game_day(
    State(day): State<Of>,
    OptionalObject(body): OptionalObject<Begin>,
) -> Result<Response, Problem> {
    let seconds = body.seconds.unwrap_or(SECONDS);
    if !SECONDS_BOUNDS.contains(&seconds) {
        let (least, most) = SECONDS_BOUNDS.into_inner();
        return Err(Problem::bad_request(format!("seconds is from {least} to {most}")));
    }
    let run = demo(day)?.begin(seconds).map_err(Problem::conflict)?;
    Ok((StatusCode::ACCEPTED, Json(View { allowed: true, run: Some(run) })).into_response())
}

async fn stop_game_day(State(day): State<Of>, _: Bare) -> Result<Json<View>, Problem> {
    let day = demo(day)?;
    day.stop();
    Ok(Json(View { allowed: true, run: day.show() }))
}

fn demo(day: Of) -> Result<Arc<GameDay>, Problem> {
    day.ok_or_else(|| {
        Problem::conflict("this is no demo, whose orders are invented: a game day needs kassa up --demo")
    })
}
