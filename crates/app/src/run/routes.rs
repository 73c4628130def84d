//! Which routes a process serves: each role's, each in its class, and what every process has.

use std::num::NonZeroU32;
use std::sync::Arc;
use std::time::Duration;

use anyhow::Context;
use axum::Router;
use axum::extract::FromRequestParts;
use axum::http::request;
use axum::routing::get;
use kassa_access::{Access, Allowed, Caller, Mode, Scope, need};
use kassa_analytics::collect::{self, Collector};
use kassa_analytics::report::{self, Books, OrderNumbers, ReportOptions};
use kassa_commerce::{
    assets, carts, catalog, changes, compat, customers, inventory, notify, orders, story, transport,
};
use kassa_service::rate::{Exempt, RateLimit};
use kassa_service::{
    Health, LiveOrigins, Metrics, Permit, Policy, Problem, Protected, RouteClass, Shutdown, Worded,
};

use super::gauges::ShopGauges;
use super::noted::ShopNotes;
use super::numbers::ShopNumbers;
use super::origins::ReportedOrigins;
use super::pager::ShopPager;
use crate::admin::Beside;
use crate::config::Config;
use crate::open::Parts;
use crate::roles::{Role, Roles};
use crate::storefront::{self, Front};
use crate::{admin, api, docs, mcp, ui};

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
    pub(super) beside: Beside,
}

/// Everything that this process serves.
pub(super) fn assemble(behind: Behind<'_>) -> anyhow::Result<Router> {
    let Behind { config, roles, parts, collector, health, metrics, shutdown, beside } = behind;
    let auditor = beside.auditor.clone();
    let policy = policy(config, &parts.access);
    let access = Arc::new(parts.access.clone());
    let mut for_admins = metrics.routes().merge(admin::routes(parts, beside, &roles.names()));
    if let (Some(collector), Ok(store)) = (&collector, parts.store()) {
        let access = parts.access.clone();
        for_admins = for_admins.merge(admin::again::routes(Arc::clone(collector), store, access));
    }
    let for_admins = Protected::behind::<Allowed<need::Admin>, _>(Arc::clone(&access), for_admins);
    let deep_health = Protected::behind::<AsksHealth, _>(access, health.deep_route());
    let mut router = Router::new()
        .merge(policy.apply(RouteClass::Probe, health.probe_routes().merge(api::routes())))
        .merge(policy.protect(RouteClass::Native, for_admins))
        .merge(policy.protect(RouteClass::Compat, deep_health));
    if let Some(collector) = collector {
        let ingest = collect::routes(collector).route("/kassa.js", get(ui::show_tracker));
        router = router.merge(policy.apply(RouteClass::Ingest, ingest));
    }
    if roles.has(Role::Reports) {
        let options = ReportOptions {
            realtime_every: REALTIME_EVERY,
            shutdown: shutdown.clone(),
            currency: config.currency()?,
            gauges: Arc::new(ShopGauges(parts.shop().ok())),
            books: auditor.map(|auditor| auditor as Arc<dyn Books>),
            notes: Arc::new(ShopNotes(parts.shop().ok())),
            orders: parts.shop().ok().map(|shop| Arc::new(ShopNumbers(shop)) as Arc<dyn OrderNumbers>),
            ..ReportOptions::default()
        };
        if let Ok(shop) = parts.shop() {
            let (store, site) = (parts.store()?, shop.options.site.clone());
            // Set once: there is one shop, and its routes are made once.
            let _ = shop.origins.set(Arc::new(ReportedOrigins { store, site }));
        }
        let reports = parts.reports(options)?;
        // Ends with the shutdown, at the latest with the runtime.
        let pager = Arc::new(ShopPager(parts.shop().ok()));
        tokio::spawn(report::watch_alerts(Arc::clone(&reports), pager, shutdown.clone()));
        router = router
            .merge(policy.protect(RouteClass::Native, report::native_routes(Arc::clone(&reports))))
            .merge(policy.protect(RouteClass::Compat, report::compat_routes(reports)));
    }
    if roles.need_database() {
        router = router.merge(shop_routes(config, roles, parts, &policy)?);
    }
    if roles.has(Role::Notifier) {
        let stream = notify::push::native_routes((parts.shop()?, parts.log()?), shutdown, metrics);
        router = router.merge(policy.protect(RouteClass::Native, stream));
    }
    if roles.has(Role::Orders) {
        let routes = kassa_access::admin_routes(parts.access.clone())
            .merge(kassa_access::session_routes(parts.access.clone()))
            .merge(admin::privacy::routes(parts));
        router = router.merge(policy.protect(RouteClass::Native, routes));
    }
    if *roles == Roles::all() {
        router = router.merge(page_routes(config, parts, &policy)?);
    }
    if roles.has(Role::Reports) {
        let tools = mcp::routes(Arc::new(parts.access.clone()), router.clone());
        router = router.merge(policy.protect(RouteClass::Native, tools));
    }
    Ok(router.fallback(ui::not_found))
}

/// What the shop's roles serve. Between roles there are the internal routes, on role ports only.
fn shop_routes(config: &Config, roles: &Roles, parts: &Parts, policy: &Policy) -> anyhow::Result<Router> {
    let shop = parts.shop()?;
    let (mut storefront, mut native, mut dialects) = (Router::new(), Protected::new(), Protected::new());
    let mut pictures = Router::new();
    if roles.has(Role::Catalog) {
        storefront = storefront
            .merge(catalog::http::storefront_routes(Arc::clone(&shop)))
            .merge(carts::http::storefront_routes(Arc::clone(&shop)))
            .merge(kassa_commerce::storefront::http::storefront_routes(Arc::clone(&shop)));
        native = native
            .merge(catalog::http::native_routes(Arc::clone(&shop)))
            .merge(kassa_commerce::storefront::http::native_routes(Arc::clone(&shop)));
        dialects = dialects.merge(compat::catalog_routes(Arc::clone(&shop)));
        pictures = policy
            .apply(RouteClass::Probe, assets::http::public_routes(Arc::clone(&shop)))
            .merge(policy.protect(RouteClass::Upload, assets::http::upload_routes(Arc::clone(&shop))));
    }
    if roles.has(Role::Catalog) || roles.has(Role::Orders) {
        native = native.merge(changes::http::native_routes(Arc::clone(&shop)));
    }
    if roles.has(Role::Inventory) {
        native = native
            .merge(inventory::http::native_routes(Arc::clone(&shop)))
            .merge(compat::inventory_admin_routes(Arc::clone(&shop)));
        dialects = dialects.merge(compat::inventory_routes(Arc::clone(&shop)));
    }
    if roles.has(Role::Orders) {
        storefront = storefront.merge(orders::http::storefront_routes(Arc::clone(&shop)));
        native = native
            .merge(orders::http::native_routes(Arc::clone(&shop)))
            .merge(orders::views::http::native_routes(Arc::clone(&shop)))
            .merge(customers::http::native_routes(Arc::clone(&shop)))
            .merge(story::http::native_routes(Arc::clone(&shop)));
        dialects = dialects.merge(compat::orders_routes(Arc::clone(&shop)));
    }
    if roles.has(Role::Notifier) {
        native = native
            .merge(notify::http::native_routes(Arc::clone(&shop)))
            .merge(notify::email::page::native_routes(Arc::clone(&shop)))
            .merge(notify::templates::http::native_routes(Arc::clone(&shop)))
            .merge(notify::webhook::native_routes(Arc::clone(&shop)));
        dialects = dialects.merge(compat::notifier_routes(Arc::clone(&shop)));
    }
    storefront = storefront_limit(config)?.apply_unless(who_is_known(&parts.access), storefront);
    // Both have routes at the same paths, and what has no method of its own there (a browser's OPTIONS, a 405) goes to the
    // class that is merged last: the one that pages of other origins may call.
    let mut router = policy.protect(RouteClass::Native, native).merge(policy.apply_with(
        RouteClass::Storefront,
        storefront,
        live_origins(&parts.access),
    ));
    router = router.merge(policy.protect(RouteClass::Compat, dialects)).merge(pictures);
    if *roles != Roles::all() {
        router = router.merge(policy.protect(RouteClass::Internal, transport::http::internal_routes(shop)));
    }
    Ok(router)
}

/// Pages are for anyone, as probes are: nothing in them is secret. Those of the shop ask its database, so they are as limited as
/// its other public routes.
fn page_routes(config: &Config, parts: &Parts, policy: &Policy) -> anyhow::Result<Router> {
    let front = Front::new(parts.shop()?, &config.storefront.origin);
    let limit = storefront_limit(config)?;
    let limited = |routes| limit.apply_unless(who_is_known(&parts.access), routes);
    let forms = policy.apply(RouteClass::Form, limited(storefront::forms(Arc::clone(&front))));
    let pages =
        limited(storefront::pages(front)).merge(ui::routes(parts.access.clone())).merge(docs::routes());
    // In this order: what has no method of its own at a path of both goes to the class that is merged last.
    Ok(forms.merge(policy.apply(RouteClass::Probe, pages)))
}

/// How often one client may ask what anyone may.
fn storefront_limit(config: &Config) -> anyhow::Result<RateLimit> {
    let rate =
        |value: u32| NonZeroU32::new(value).context("storefront.rate_per_second and burst are at least 1");
    Ok(RateLimit::new(rate(config.storefront.rate_per_second)?, rate(config.storefront.burst)?))
}

/// Who may ask the storefront as often as there is room for: everybody in open mode, and whoever shows a secret key or has logged in.
fn who_is_known(access: &Access) -> Exempt {
    let access = access.clone();
    Exempt::new(move |headers| access.mode_for(headers) == Mode::Open || access.knows(headers))
}

/// Origins of sites that were made while kassa runs, besides the configured ones.
fn live_origins(access: &Access) -> LiveOrigins {
    let access = access.clone();
    LiveOrigins::new(move |origin| access.lists_origin(origin))
}

fn policy(config: &Config, access: &Access) -> Policy {
    Policy {
        check_host: access.mode() == Mode::Open,
        hosts: config.server.hosts.clone(),
        cors_origins: config.cors.origins.clone(),
        site_origins: config.sites.iter().flat_map(|site| site.origins.iter().cloned()).collect(),
    }
}

/// Who may administer; and the callers of system D, whose dashboard asks for it, to names and words.
struct AsksHealth;

impl Permit for AsksHealth {}

impl FromRequestParts<Arc<Access>> for AsksHealth {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut request::Parts, access: &Arc<Access>) -> Result<Self, Problem> {
        let admitted = access.authorize(&parts.headers, RouteClass::Native);
        if admitted.as_ref().is_ok_and(Caller::is_admin) {
            return Ok(Self);
        }
        let for_admins = || Problem::forbidden("this needs the admin token");
        let caller = match access.admit_compat(parts, &["D"]) {
            Ok(caller) => caller,
            Err(denied) => return Err(admitted.map_or_else(|_| denied.into(), |_| for_admins())),
        };
        if caller.require_by_dialect(Scope::Read).is_err() || !caller.may_read(access.shop_site()) {
            return Err(for_admins());
        }
        parts.extensions.insert(Worded);
        Ok(Self)
    }
}

#[cfg(test)]
mod tests;
