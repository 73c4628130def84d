//! A page for people who went to an address that is none: small, in the look of the other pages, light and dark.
//! Programs get the same as a problem.

use axum::extract::Request;
use axum::http::header::{
    ACCEPT, CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE, X_CONTENT_TYPE_OPTIONS,
};
use axum::http::{HeaderMap, Method, StatusCode};
use axum::response::{IntoResponse, Response};
use kassa_service::Problem;

/// Nothing runs, and nothing is loaded but the look.
const POLICY: &str =
    "default-src 'none'; style-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'";

const PAGE: &str = "<!doctype html>
<html lang=\"en\">
<meta charset=\"utf-8\">
<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">
<meta name=\"color-scheme\" content=\"light dark\">
<title>Not found</title>
<link rel=\"stylesheet\" href=\"/assets/notice-1.css\">
<main>
<h1>There is no such page</h1>
<p>Nothing is at <code>{path}</code> here.</p>
<p><a href=\"/\">Go to the start</a></p>
</main>
</html>
";

/// The answer to whatever no route takes: 404, as a page for a browser that asks for one, else as a problem.
pub(crate) async fn not_found(request: Request) -> Response {
    let reads = matches!(*request.method(), Method::GET | Method::HEAD);
    if reads && wants_page(request.headers()) {
        return page(request.uri().path());
    }
    kassa_service::problem::not_found(request).await.into_response()
}

/// The same for something that is missing behind a route.
pub(crate) fn missing(headers: &HeaderMap, path: &str) -> Response {
    match wants_page(headers) {
        true => page(path),
        false => Problem::not_found(format!("no page {path}")).into_response(),
    }
}

/// Browsers name `text/html` when they go somewhere; programs and scripts do not.
fn wants_page(headers: &HeaderMap) -> bool {
    let accepted = headers.get_all(ACCEPT).iter().filter_map(|value| value.to_str().ok());
    let essence = |range: &str| range.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    accepted.flat_map(|value| value.split(',')).any(|range| essence(range) == "text/html")
}

fn page(path: &str) -> Response {
    let shown: String = path.chars().take(200).collect();
    let headers = [
        (CONTENT_TYPE, "text/html; charset=utf-8"),
        (CACHE_CONTROL, "no-store"),
        (CONTENT_SECURITY_POLICY, POLICY),
        (X_CONTENT_TYPE_OPTIONS, "nosniff"),
    ];
    (StatusCode::NOT_FOUND, headers, PAGE.replace("{path}", &super::html::escape(&shown))).into_response()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_browsers_get_a_page() {
        let check = |accept: Option<&'static str>, expected: bool| {
            let mut headers = HeaderMap::new();
            if let Some(accept) = accept {
                headers.insert(ACCEPT, accept.parse().unwrap());
            }
            assert_eq!(wants_page(&headers), expected, "{accept:?}");
        };
        check(Some("text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"), true);
        check(Some("*/*"), false);
        check(Some("application/json"), false);
        check(None, false);
    }

    #[tokio::test]
    async fn the_page_shows_the_path_as_text() {
        let answer = page("/<script>alert(1)</script>");
        assert_eq!(answer.status(), 404);
        let body = axum::body::to_bytes(answer.into_body(), 1 << 20).await.unwrap();
        let text = String::from_utf8(body.to_vec()).unwrap();
        assert!(text.contains("/&lt;script&gt;") && !text.contains("<script"), "{text}");
    }
}
