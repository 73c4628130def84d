//! The pages that are files, built by npm into `web/ui/dist` and `web/tracker/dist` and embedded; the shop's own, which this program
//! writes, are `storefront`'s. Without them a placeholder says how to build them. Routes are a fixed list; any other unknown path is
//! the router's JSON 404, never a page.

mod html;
mod missing;
mod packed;

use std::borrow::Cow;
use std::collections::HashMap;
use std::sync::LazyLock;

use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, HeaderValue, StatusCode, Uri, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use kassa_access::Access;
use rust_embed::RustEmbed;

pub(crate) use html::{Html, escape};
pub(crate) use missing::{missing, not_found};
pub(crate) use packed::Packed;

#[derive(RustEmbed)]
#[folder = "../../web/ui/dist"]
#[allow_missing = true]
struct Pages;

#[derive(RustEmbed)]
#[folder = "../../web/tracker/dist"]
#[allow_missing = true]
struct Tracker;

/// What pages may load and talk to: their own origin only.
const POLICY: &str = "default-src 'self'; style-src 'self'; img-src 'self' data:; frame-ancestors 'none'; \
                      base-uri 'none'; form-action 'self'";

/// The same for the page of a share link, which may be embedded.
const POLICY_OF_SHARED: &str = "default-src 'self'; style-src 'self'; img-src 'self' data:; frame-ancestors *; \
                                base-uri 'none'; form-action 'self'";

/// The pages by their paths, none of which has a slash at its end.
const ROUTES: &[(&str, &str)] = &[
    ("/dashboard", "dashboard.html"),
    ("/dashboard/definitions", "definitions.html"),
    ("/admin", "admin.html"),
    ("/admin/orders", "admin.html"),
    ("/admin/orders/{id}", "admin.html"),
    ("/admin/stock", "admin.html"),
    ("/admin/customers", "admin.html"),
    ("/admin/messages", "admin.html"),
    ("/admin/health", "admin.html"),
    ("/admin/changes", "admin.html"),
    ("/admin/orders/new", "admin.html"),
    ("/admin/orders/print", "admin.html"),
    ("/admin/products", "admin.html"),
    ("/admin/products/new", "admin.html"),
    ("/admin/products/grid", "admin.html"),
    ("/admin/products/categories", "admin.html"),
    ("/admin/products/import", "admin.html"),
    ("/admin/products/{id}", "admin.html"),
    ("/admin/stock/count", "admin.html"),
    ("/admin/messages/webhooks", "admin.html"),
    ("/admin/messages/templates", "admin.html"),
    ("/admin/events", "admin.html"),
    ("/admin/events/drops", "admin.html"),
    ("/admin/events/sites", "admin.html"),
    ("/admin/events/rules", "admin.html"),
    ("/admin/settings", "admin.html"),
    ("/admin/people", "admin.html"),
    ("/admin/ops", "admin.html"),
    ("/login", "login.html"),
    ("/docs/api", "api.html"),
];

/// What lies under `/assets/`, each compressed when somebody first takes it so.
static ASSETS: LazyLock<HashMap<String, Packed>> = LazyLock::new(|| {
    let names = Pages::iter().filter(|name| name.starts_with("assets/"));
    names.filter_map(|name| Some((name.to_string(), packed(&name, Pages::get(&name)?.data)))).collect()
});

static TRACKER: LazyLock<Option<Packed>> =
    LazyLock::new(|| Some(packed("kassa.js", Tracker::get("kassa.js")?.data)));

fn packed(name: &str, data: Cow<'static, [u8]>) -> Packed {
    let bytes = match data {
        Cow::Borrowed(bytes) => Bytes::from_static(bytes),
        Cow::Owned(bytes) => Bytes::from(bytes),
    };
    Packed::file(bytes, media_type(name))
}

/// The routes of the pages of the shop's site.
pub(crate) fn routes(access: Access) -> Router {
    let mut router = Router::new()
        .route("/assets/{*path}", get(show_asset))
        .route("/favicon.ico", get(|| async { StatusCode::NO_CONTENT }))
        .route("/share/{token}", get(show_shared))
        .route("/share/{token}/", get(drop_slash));
    for (path, name) in ROUTES {
        let show = move |State(access): State<Access>| async move { page(name, &access) };
        router = router.route(path, get(show)).route(&format!("{path}/"), get(drop_slash));
    }
    router.with_state(access)
}

/// A page as it was built.
pub(crate) fn built(name: &str) -> Option<String> {
    Pages::get(name).map(|file| String::from_utf8_lossy(&file.data).into_owned())
}

/// `GET /kassa.js`: the browser tracker, for any origin.
pub(crate) async fn show_tracker(headers: HeaderMap) -> Response {
    let Some(file) = &*TRACKER else {
        return (StatusCode::NOT_FOUND, "the tracker is not built: run make build\n").into_response();
    };
    let mut response = content(file, &headers, "public, max-age=3600");
    let headers = response.headers_mut();
    headers.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, HeaderValue::from_static("*"));
    headers.insert("cross-origin-resource-policy", HeaderValue::from_static("cross-origin"));
    response
}

/// `GET /share/{token}`: the dashboard for who has a share link. What it shows it asks for by the token of its own address, so it may
/// stand in anybody's page; it can do nothing for anybody, so there is nothing that a click could be stolen for.
async fn show_shared(State(access): State<Access>) -> Response {
    let mut response = page("dashboard.html", &access);
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_SECURITY_POLICY, HeaderValue::from_static(POLICY_OF_SHARED));
    // The address is the secret: no other server is told it, and no robot lists it.
    headers.insert(header::REFERRER_POLICY, HeaderValue::from_static("no-referrer"));
    headers.insert("x-robots-tag", HeaderValue::from_static("noindex"));
    response
}

/// A page's address has no slash at its end; who wrote one is sent there.
pub(crate) async fn drop_slash(uri: Uri) -> Response {
    let path = uri.path().trim_end_matches('/');
    let query = uri.query().map(|query| format!("?{query}")).unwrap_or_default();
    (StatusCode::PERMANENT_REDIRECT, [(header::LOCATION, format!("{path}{query}"))]).into_response()
}

async fn show_asset(uri: Uri, headers: HeaderMap) -> Response {
    match ASSETS.get(uri.path().trim_start_matches('/')) {
        Some(file) => content(file, &headers, "public, max-age=31536000, immutable"),
        None => missing(&headers, uri.path()),
    }
}

fn page(name: &str, access: &Access) -> Response {
    let text = built(name).map_or_else(placeholder, |text| filled(&text, access));
    let headers = [(header::CONTENT_TYPE, "text/html; charset=utf-8"), (header::CACHE_CONTROL, "no-cache")];
    let mut response = (headers, text).into_response();
    guard(&mut response, HeaderValue::from_static(POLICY));
    response
}

/// A page with the shop's site and the time zone of its days.
fn filled(text: &str, access: &Access) -> String {
    let id = access.shop_site();
    let site = access.site(id);
    let zone = site.as_ref().and_then(|site| site.timezone.iana_name()).unwrap_or("UTC");
    text.replace("__KASSA_SITE__", &escape(id)).replace("__KASSA_ZONE__", &escape(zone))
}

/// What pages may load and talk to whose pictures may also come from these origins.
pub(crate) fn policy_with(pictures: &[String]) -> HeaderValue {
    let own = "img-src 'self' data:";
    // An origin names a host, which a browser writes in ASCII.
    let named = pictures.iter().filter(|origin| origin.is_ascii());
    let with = named.fold(own.to_owned(), |with, origin| format!("{with} {origin}"));
    HeaderValue::from_str(&POLICY.replace(own, &with)).unwrap_or(HeaderValue::from_static(POLICY))
}

/// Says of a page what it may do, and that it is what it says it is.
pub(crate) fn guard(response: &mut Response, policy: HeaderValue) {
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_SECURITY_POLICY, policy);
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    headers.insert(header::REFERRER_POLICY, HeaderValue::from_static("same-origin"));
}

fn content(file: &Packed, headers: &HeaderMap, caching: &'static str) -> Response {
    let mut response = file.answer(headers);
    let headers = response.headers_mut();
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static(caching));
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    response
}

fn media_type(path: &str) -> &'static str {
    match path.rsplit('.').next() {
        Some("js") => "text/javascript; charset=utf-8",
        Some("css") => "text/css; charset=utf-8",
        Some("svg") => "image/svg+xml",
        Some("png") => "image/png",
        Some("woff2") => "font/woff2",
        Some("json" | "map") => "application/json",
        _ => "application/octet-stream",
    }
}

fn placeholder() -> String {
    "<!doctype html><html lang=\"en\"><meta charset=\"utf-8\"><title>kassa</title><h1>kassa is running</h1>\
     <p>The pages are not built into this binary. Build them with <code>make build</code> (needs Node.js 20).</p>"
        .to_owned()
}

#[cfg(test)]
mod tests {
    use kassa_access::{Mode, Options, RuleOptions, SiteOptions};

    use super::*;

    #[test]
    fn a_page_knows_the_shop_s_site_and_when_its_days_begin() {
        let data = tempfile::tempdir().unwrap();
        let shop = SiteOptions {
            id: "shop".to_owned(),
            write_keys: Vec::new(),
            allow_keyless: true,
            timezone: "Europe/Berlin".to_owned(),
            origins: Vec::new(),
            keep_days: 0,
            rules: RuleOptions::default(),
            is_preset: false,
        };
        let text = "<html data-site=\"__KASSA_SITE__\" data-zone=\"__KASSA_ZONE__\">";
        let check = |shop_site: &str, expected: &str| {
            let options =
                Options { sites: vec![shop.clone()], shop_site: shop_site.to_owned(), ..Options::default() };
            let access = Access::open(&options, Mode::Closed, data.path()).unwrap();
            assert_eq!(filled(text, &access), expected);
        };
        check("shop", "<html data-site=\"shop\" data-zone=\"Europe/Berlin\">");
        check("a\"b", "<html data-site=\"a&quot;b\" data-zone=\"UTC\">");
    }

    #[test]
    fn pictures_come_from_the_origins_that_are_listed() {
        let of =
            |origins: &[&str]| policy_with(&origins.iter().map(|&one| one.to_owned()).collect::<Vec<_>>());
        assert_eq!(of(&[]), POLICY);
        let policy = of(&["https://cdn.test", "https://b.test:8443"]);
        assert!(
            policy.to_str().unwrap().contains("img-src 'self' data: https://cdn.test https://b.test:8443;")
        );
        assert_eq!(of(&["https://bücher.test"]), POLICY);
    }
}
