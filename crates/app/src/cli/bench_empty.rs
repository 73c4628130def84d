//! `kassa bench-empty`: the same HTTP server, reading and dropping the body. What `make bench` measures the collector
//! and the catalogue against; of no other use.

use std::process::ExitCode;

use anyhow::Context;
use axum::Router;
use axum::http::{StatusCode, header};
use axum::response::IntoResponse;
use axum::routing::get;
use kassa_service::http::{Options, Server};
use kassa_service::{Metrics, Policy, RawBody, RouteClass, Shutdown, console};
use tokio::runtime::Builder;

const ANSWER: &str = r#"{"status":"queued","message":"Event received and queued for processing"}"#;

/// Serves until SIGTERM.
pub(crate) fn run(listen: &str) -> anyhow::Result<ExitCode> {
    let listen = listen.parse().with_context(|| format!("{listen} is no address and port"))?;
    let server = Server::bind(Options { listen: vec![listen], ..Options::default() })?;
    let server = server.with_metrics(&Metrics::new(env!("CARGO_PKG_VERSION")));
    console::say(format_args!("listening on http://{}", server.local_address()));
    let router = Policy::default()
        .apply(RouteClass::Ingest, Router::new().route("/event", get(drop_body).post(drop_body)));
    Builder::new_multi_thread().enable_all().build()?.block_on(async {
        let shutdown = Shutdown::new();
        shutdown.on_signals()?;
        server.run(router, shutdown).await?;
        Ok(ExitCode::SUCCESS)
    })
}

async fn drop_body(RawBody(body): RawBody) -> impl IntoResponse {
    drop(body);
    (StatusCode::ACCEPTED, [(header::CONTENT_TYPE, "application/json")], ANSWER)
}
