//! The routes of a router. axum does not list them, but it writes them into its `Debug` text, whoever registered them.
//!
//! ```text
//! routes: {RouteId(1): MethodRouter(MethodRouter { get: Route, head: None, … }), …}, node: Node { paths: {RouteId(1): "/x", …} }
//! ```

use std::collections::HashMap;

use axum::Router;

const METHODS: [&str; 9] = ["get", "head", "delete", "options", "patch", "post", "put", "trace", "connect"];

/// `GET /v1/products` and so on. A route that takes every method is called `ANY`.
pub(super) fn registered(router: &Router) -> Vec<String> {
    let text = format!("{router:?}");
    let (text, _) = text.split_once("fallback_router").expect("axum writes the fallback after the routes");
    let (routes, paths) = text.split_once("node: Node").expect("axum writes the paths after the routes");
    let paths: HashMap<&str, &str> =
        ids(paths).filter_map(|(id, path)| Some((id, path.split('"').nth(1)?))).collect();
    let mut found = Vec::new();
    for (id, endpoint) in ids(routes) {
        let path = paths.get(id).unwrap_or_else(|| panic!("route {id} has no path in {paths:?}"));
        // `any(…)` answers what the methods by name do not.
        let is_default = endpoint.split("fallback: ").nth(1).is_some_and(|rest| rest.starts_with("Default"));
        if !endpoint.starts_with("MethodRouter(") || !is_default {
            found.push(format!("ANY {path}"));
        }
        for method in METHODS {
            let field = format!("{method}: ");
            let value = endpoint.split(&field).nth(1).unwrap_or("None");
            if !value.starts_with("None") {
                found.push(format!("{} {path}", method.to_uppercase()));
            }
        }
    }
    assert!(found.len() > 5, "too few routes to be true: {text}");
    found
}

/// Each `RouteId(…)` of the text, and what stands after it.
fn ids(text: &str) -> impl Iterator<Item = (&str, &str)> {
    text.split("RouteId(").skip(1).filter_map(|part| part.split_once("): "))
}

#[test]
fn finds_what_was_registered() {
    use axum::routing::{any, get, post};
    let empty = || async {};
    let mut router = Router::new()
        .route("/a/{id}", get(empty).post(empty))
        .merge(Router::new().route("/b", any(empty)).route("/c", axum::routing::delete(empty)))
        .layer(tower::layer::util::Identity::new());
    for path in ["/d", "/e"] {
        router = router.route(path, post(empty));
    }
    let mut found = registered(&router);
    found.sort_unstable();
    let expected = ["DELETE /c", "GET /a/{id}", "POST /a/{id}", "POST /d", "POST /e"];
    assert_eq!(found.iter().filter(|route| !route.ends_with(" /b")).collect::<Vec<_>>(), expected);
    assert!(found.iter().any(|route| route.ends_with(" /b")), "a route of any method is seen: {found:?}");
}
