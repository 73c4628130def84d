//! The pages, built by npm into `web/ui/dist` and `web/tracker/dist` and embedded. Without them a placeholder says how to
//! build them. Routes are a fixed list; any other unknown path is the router's JSON 404, never a page.

mod html;
mod missing;

use std::sync::Arc;

use axum::Router;
use axum::extract::State;
use axum::http::{HeaderMap, HeaderValue, StatusCode, Uri, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use html::escape;
use kassa_commerce::Shop;
use kassa_commerce::catalog::listing::store::is_empty;
use rust_embed::{EmbeddedFile, RustEmbed};

pub(crate) use missing::not_found;

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

/// The pages by their paths, none of which has a slash at its end; `/` has a rule of its own.
const ROUTES: [(&str, &str); 6] = [
    ("/p/{slug}", "index.html"),
    ("/c/{slug}", "index.html"),
    ("/cart", "index.html"),
    ("/dashboard", "dashboard.html"),
    ("/dashboard/definitions", "definitions.html"),
    ("/login", "login.html"),
];

/// What the pages know of the process that serves them.
#[derive(Debug, Clone)]
struct Behind {
    /// Put where the pages say `__KASSA_SITE__`.
    site: Arc<str>,
    shop: Arc<Shop>,
}

/// The pages' routes.
pub(crate) fn routes(site: &str, shop: Arc<Shop>) -> Router {
    let mut router = Router::new()
        .route("/", get(show_front))
        .route("/assets/{*path}", get(show_asset))
        .route("/favicon.ico", get(|| async { StatusCode::NO_CONTENT }))
        .route("/share/{token}", get(show_shared))
        .route("/share/{token}/", get(drop_slash));
    for (path, name) in ROUTES {
        let show = move |State(behind): State<Behind>| async move { page(name, &behind.site) };
        router = router.route(path, get(show)).route(&format!("{path}/"), get(drop_slash));
    }
    router.with_state(Behind { site: site.into(), shop })
}

/// `GET /kassa.js`: the browser tracker, for any origin.
pub(crate) async fn show_tracker() -> Response {
    let Some(file) = Tracker::get("kassa.js") else {
        return (StatusCode::NOT_FOUND, "the tracker is not built: run make build\n").into_response();
    };
    let mut response = content("text/javascript; charset=utf-8", file, "public, max-age=3600");
    let headers = response.headers_mut();
    headers.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, HeaderValue::from_static("*"));
    headers.insert("cross-origin-resource-policy", HeaderValue::from_static("cross-origin"));
    response
}

/// The storefront where there is one; who sells nothing here (yet) looks at numbers.
async fn show_front(State(behind): State<Behind>) -> Response {
    if let Some(catalog) = &behind.shop.catalog
        && matches!(catalog.read(is_empty).await, Ok(true))
    {
        let headers = [(header::LOCATION, "/dashboard"), (header::CACHE_CONTROL, "no-store")];
        return (StatusCode::SEE_OTHER, headers).into_response();
    }
    page("index.html", &behind.site)
}

/// `GET /share/{token}`: the dashboard for who has a share link. What it shows it asks for by the token of its own address, so it may
/// stand in anybody's page; it can do nothing for anybody, so there is nothing that a click could be stolen for.
async fn show_shared(State(behind): State<Behind>) -> Response {
    let mut response = page("dashboard.html", &behind.site);
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_SECURITY_POLICY, HeaderValue::from_static(POLICY_OF_SHARED));
    // The address is the secret: no other server is told it, and no robot lists it.
    headers.insert(header::REFERRER_POLICY, HeaderValue::from_static("no-referrer"));
    headers.insert("x-robots-tag", HeaderValue::from_static("noindex"));
    response
}

/// A page's address has no slash at its end; who wrote one is sent there.
async fn drop_slash(uri: Uri) -> Response {
    let path = uri.path().trim_end_matches('/');
    let query = uri.query().map(|query| format!("?{query}")).unwrap_or_default();
    (StatusCode::PERMANENT_REDIRECT, [(header::LOCATION, format!("{path}{query}"))]).into_response()
}

async fn show_asset(uri: Uri, headers: HeaderMap) -> Response {
    let path = uri.path().trim_start_matches('/');
    match Pages::get(path) {
        Some(file) => content(media_type(path), file, "public, max-age=31536000, immutable"),
        None => missing::missing(&headers, uri.path()),
    }
}

fn page(name: &str, site: &str) -> Response {
    let text = match Pages::get(name) {
        Some(file) => String::from_utf8_lossy(&file.data).replace("__KASSA_SITE__", &escape(site)),
        None => placeholder(),
    };
    let headers = [
        (header::CONTENT_TYPE, "text/html; charset=utf-8"),
        (header::CACHE_CONTROL, "no-cache"),
        (header::CONTENT_SECURITY_POLICY, POLICY),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::REFERRER_POLICY, "same-origin"),
    ];
    (headers, text).into_response()
}

fn content(media_type: &'static str, file: EmbeddedFile, cache: &'static str) -> Response {
    let headers = [
        (header::CONTENT_TYPE, media_type),
        (header::CACHE_CONTROL, cache),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    ];
    (headers, file.data.into_owned()).into_response()
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
