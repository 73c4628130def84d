//! Which routes a process serves: each role's, each in its class, and what every process has.

use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::extract::{Request, State};
use axum::middleware::{self, Next};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use kassa_access::{Access, Mode};
use kassa_analytics::collect::{self, Collector};
use kassa_analytics::report::{self, ReportOptions};
use kassa_service::{Health, Metrics, Policy, RouteClass, Shutdown, problem};

use super::Parts;
use crate::config::Config;
use crate::roles::{Role, Roles};
use crate::{admin, ui};

/// How often a watched site is measured for the live stream.
const REALTIME_EVERY: Duration = Duration::from_millis(500);

/// What the routes speak for.
pub(super) struct Behind<'a> {
    pub(super) config: &'a Config,
    pub(super) roles: &'a Roles,
    pub(super) parts: &'a Parts,
    pub(super) collector: Option<Arc<Collector>>,
    pub(super) health: &'a Health,
    pub(super) metrics: &'a Metrics,
    pub(super) shutdown: &'a Shutdown,
}

/// Everything that this process serves.
pub(super) fn assemble(behind: Behind<'_>) -> anyhow::Result<Router> {
    let Behind { config, roles, parts, collector, health, metrics, shutdown } = behind;
    let policy = policy(config, &parts.access);
    let guarded = |router: Router| policy.apply(RouteClass::Native, require_admin(&parts.access, router));
    let mut router = Router::new()
        .merge(policy.apply(RouteClass::Probe, health.probe_routes()))
        .merge(guarded(health.deep_route().merge(metrics.routes()).merge(admin::routes(parts))));
    if let Some(collector) = collector {
        let ingest = collect::routes(collector).route("/kassa.js", get(ui::show_tracker));
        router = router.merge(policy.apply(RouteClass::Ingest, ingest));
    }
    if roles.has(Role::Reports) {
        let options = ReportOptions {
            realtime_every: REALTIME_EVERY,
            shutdown: shutdown.clone(),
            ..ReportOptions::default()
        };
        let reports = parts.reports(options)?;
        router = router
            .merge(policy.apply(RouteClass::Native, report::native_routes(Arc::clone(&reports))))
            .merge(policy.apply(RouteClass::Compat, report::compat_routes(reports)));
    }
    if *roles == Roles::all() {
        // Pages are for anyone, as probes are: nothing in them is secret, their data come by the routes above.
        router = router.merge(policy.apply(RouteClass::Probe, ui::routes(parts.access.shop_site())));
    }
    Ok(router.fallback(problem::not_found))
}

fn policy(config: &Config, access: &Access) -> Policy {
    Policy {
        check_host: access.mode() == Mode::Open,
        hosts: config.server.hosts.clone(),
        cors_origins: config.cors.origins.clone(),
        site_origins: config.sites.iter().flat_map(|site| site.origins.iter().cloned()).collect(),
    }
}

/// Lets in who may administer, and nobody else.
fn require_admin(access: &Access, router: Router) -> Router {
    router.layer(middleware::from_fn_with_state(access.clone(), admit_admin))
}

async fn admit_admin(State(access): State<Access>, request: Request, next: Next) -> Response {
    match access.authorize(request.headers(), RouteClass::Native) {
        Ok(caller) if caller.is_admin() => next.run(request).await,
        Ok(_) => problem::Problem::forbidden("this needs the admin token").into_response(),
        Err(denied) => denied.into_response(),
    }
}
