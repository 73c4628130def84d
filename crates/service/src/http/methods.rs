//! A 405 that says in words what its header `Allow` says: which methods the path takes.

use axum::body::Body;
use axum::http::header::{ALLOW, CONTENT_LENGTH, CONTENT_TYPE};
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;

use crate::Problem;
use crate::problem::CONTENT_TYPE_PROBLEM;

/// Names the methods in a 405 of ours. One in the shape of an old system stays as it is.
pub(super) fn named(response: Response) -> Response {
    let ours = response.headers().get(CONTENT_TYPE) == Some(&CONTENT_TYPE_PROBLEM);
    if response.status() != StatusCode::METHOD_NOT_ALLOWED || !ours {
        return response;
    }
    let Some(methods) = sentence(response.headers()) else { return response };
    let problem = Problem::method_not_allowed().detail(format!("this path takes {methods}"));
    let (mut parts, _) = response.into_parts();
    // It speaks of the body that is replaced.
    parts.headers.remove(CONTENT_LENGTH);
    Response::from_parts(parts, Body::from(problem.to_json().to_string()))
}

/// `GET, HEAD and POST`.
fn sentence(headers: &HeaderMap) -> Option<String> {
    let allowed = headers.get(ALLOW)?.to_str().ok()?;
    let mut methods: Vec<&str> =
        allowed.split(',').map(str::trim).filter(|method| !method.is_empty()).collect();
    methods.sort_unstable();
    methods.dedup();
    let (last, others) = methods.split_last()?;
    Some(if others.is_empty() { (*last).to_owned() } else { format!("{} and {last}", others.join(", ")) })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn methods_are_listed() {
        let check = |allow: &'static str, expected: Option<&str>| {
            let mut headers = HeaderMap::new();
            headers.insert(ALLOW, allow.parse().unwrap());
            assert_eq!(sentence(&headers).as_deref(), expected, "{allow}");
        };
        check("GET,HEAD,POST", Some("GET, HEAD and POST"));
        check("POST, GET,HEAD, POST", Some("GET, HEAD and POST"));
        check("DELETE", Some("DELETE"));
        check("", None);
    }
}
