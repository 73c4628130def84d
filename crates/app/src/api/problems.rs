//! `/errors/<name>`: what a problem of this type means and what to do. The address is the problem's `type`; the words stand in
//! `docs/problems.json`, from which the API's description has them, too.

use std::sync::LazyLock;

use axum::extract::Path;
use axum::extract::rejection::PathRejection;
use axum::http::header::{
    CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE, REFERRER_POLICY, X_CONTENT_TYPE_OPTIONS,
};
use axum::http::{HeaderMap, Uri};
use axum::response::{IntoResponse, Response};
use serde::Deserialize;

use crate::ui::{Html, missing};

/// Nothing runs, and nothing is loaded but the look.
const POLICY: &str =
    "default-src 'none'; style-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'";

/// A type of problem, in words.
#[derive(Debug, Deserialize)]
struct Kind {
    name: String,
    status: u16,
    title: String,
    means: String,
    remedy: String,
}

static KINDS: LazyLock<Vec<Kind>> = LazyLock::new(|| {
    serde_json::from_str(include_str!("../../../../docs/problems.json")).expect("a test has read it")
});

/// `GET /errors`: all types.
pub(super) async fn list_problems() -> Response {
    let mut html = begun("Problems");
    html.raw("<p>What an answer of the type <code>/errors/…</code> means.</p>\n<ul>\n");
    for kind in KINDS.iter() {
        html.raw("<li><a").attribute("href", &format!("/errors/{}", kind.name)).raw("><code>");
        html.text(&kind.name).raw("</code></a> ").text(&kind.title).raw("</li>\n");
    }
    html.raw("</ul>\n");
    ended(html)
}

/// `GET /errors/{name}`.
pub(super) async fn show_problem(
    name: Result<Path<String>, PathRejection>,
    uri: Uri,
    headers: HeaderMap,
) -> Response {
    let known = name.ok().and_then(|Path(name)| KINDS.iter().find(|kind| kind.name == name));
    let Some(kind) = known else { return missing(&headers, uri.path()) };
    let mut html = begun(&kind.title);
    html.raw("<p><code>/errors/").text(&kind.name).raw("</code>, status ");
    html.text(&kind.status.to_string()).raw("</p>\n<h2>What it means</h2>\n<p>").text(&kind.means);
    html.raw("</p>\n<h2>What to do</h2>\n<p>").text(&kind.remedy).raw("</p>\n");
    html.raw("<p><a href=\"/errors\">All problems</a> · <a href=\"/docs/api\">The API</a></p>\n");
    ended(html)
}

fn begun(title: &str) -> Html {
    let mut html = Html::default();
    html.raw("<!doctype html>\n<html lang=\"en\">\n<meta charset=\"utf-8\">\n");
    html.raw("<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n");
    html.raw("<meta name=\"color-scheme\" content=\"light dark\">\n<title>").text(title);
    html.raw(" · kassa</title>\n<link rel=\"stylesheet\" href=\"/assets/notice-1.css\">\n<main class=\"text\">\n<h1>");
    html.text(title).raw("</h1>\n");
    html
}

fn ended(mut html: Html) -> Response {
    html.raw("</main>\n</html>\n");
    let headers = [
        (CONTENT_TYPE, "text/html; charset=utf-8"),
        (CACHE_CONTROL, "no-cache"),
        (CONTENT_SECURITY_POLICY, POLICY),
        (X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (REFERRER_POLICY, "same-origin"),
    ];
    (headers, html.as_text().to_owned()).into_response()
}

#[cfg(test)]
mod tests {
    use super::*;

    async fn page(name: &str) -> (u16, String) {
        let uri = Uri::from_static("/errors/x");
        let answer = show_problem(Ok(Path(name.to_owned())), uri, HeaderMap::new()).await;
        let status = answer.status().as_u16();
        let body = axum::body::to_bytes(answer.into_body(), 1 << 20).await.unwrap();
        (status, String::from_utf8(body.to_vec()).unwrap())
    }

    #[tokio::test]
    async fn each_type_has_a_page_that_says_what_to_do() {
        for kind in KINDS.iter() {
            let (status, text) = page(&kind.name).await;
            assert_eq!(status, 200, "{}", kind.name);
            assert!(text.contains("<h2>What to do</h2>"), "{text}");
            assert!(!kind.means.is_empty() && kind.remedy.ends_with('.'), "{}", kind.name);
        }
        assert!(KINDS.len() > 30, "{}", KINDS.len());
    }

    #[tokio::test]
    async fn what_is_no_type_is_not_found() {
        for name in ["", "teapot", "<script>", "../metrics", "%00"] {
            assert_eq!(page(name).await.0, 404, "{name}");
        }
    }
}
