//! The description of the API (`docs/openapi.json`) has every route that is none of people's pages, each with whom the table of
//! routes lets in; and nothing else.

use std::collections::BTreeSet;

use serde_json::Value;

use super::table::{OF_ALL_ROLES, Row};

/// Where people go: pages, and what they load.
const PAGES: &[&str] = &[
    "/",
    "/p/{slug}",
    "/c/{slug}",
    "/search",
    "/cart",
    "/checkout",
    "/checkout/{step}",
    "/order/{id}",
    "/imprint",
    "/terms",
    "/sitemap.xml",
    "/robots.txt",
    "/dashboard",
    "/dashboard/definitions",
    "/admin",
    "/admin/orders",
    "/admin/orders/{id}",
    "/admin/stock",
    "/admin/customers",
    "/admin/messages",
    "/admin/health",
    "/admin/changes",
    "/admin/orders/new",
    "/admin/orders/print",
    "/admin/products",
    "/admin/products/new",
    "/admin/products/grid",
    "/admin/products/categories",
    "/admin/products/import",
    "/admin/products/{id}",
    "/admin/stock/count",
    "/admin/messages/webhooks",
    "/admin/messages/templates",
    "/admin/events",
    "/admin/events/drops",
    "/admin/events/sites",
    "/admin/events/rules",
    "/admin/settings",
    "/admin/people",
    "/admin/ops",
    "/login",
    "/share/{token}",
    "/docs",
    "/docs/api",
    "/docs/{page}",
    "/docs/search",
    "/docs/style.css",
    "/mailbox",
    "/mailbox/{id}",
    "/errors",
    "/errors/{name}",
    "/assets/{*path}",
    "/favicon.ico",
    "/mailbox",
    "/mailbox/{id}",
];

fn is_page(path: &str) -> bool {
    PAGES.contains(&path) || path.strip_suffix('/').is_some_and(|path| PAGES.contains(&path))
}

/// `GET /v1/products` and so on, with what is said of it.
fn described() -> Vec<(String, Value)> {
    let document: Value = serde_json::from_str(include_str!("../../../../../../docs/openapi.json")).unwrap();
    let paths = document["paths"].as_object().unwrap();
    let methods = |(path, methods): (&String, &Value)| {
        let methods = methods.as_object().unwrap().clone();
        let path = path.clone();
        methods.into_iter().map(move |(method, said)| (format!("{} {path}", method.to_uppercase()), said))
    };
    paths.iter().flat_map(methods).collect()
}

/// The scopes of keys of which one is enough, by the marks of the table; none where anybody is let in.
fn wanted(row: &Row) -> BTreeSet<String> {
    let marks: Vec<char> = row.marks.chars().collect();
    if marks[0] == '+' {
        return BTreeSet::new();
    }
    let scopes = ["read", "catalog", "inventory", "orders"];
    let enough: BTreeSet<String> = scopes
        .iter()
        .zip(&marks[2..6])
        .filter(|(_, mark)| **mark == '+')
        .map(|(scope, _)| (*scope).to_owned())
        .collect();
    if enough.is_empty() { BTreeSet::from(["admin".to_owned()]) } else { enough }
}

/// The same by the description: `[{}]` lets in anybody, `{"key":["orders"]}` a key with that scope.
fn said(operation: &Value) -> BTreeSet<String> {
    let ways = operation["security"].as_array().unwrap();
    let scopes = ways.iter().filter_map(|way| way["key"][0].as_str());
    scopes.map(str::to_owned).collect()
}

#[test]
fn every_route_is_described_and_nothing_else() {
    let described: BTreeSet<String> = described().into_iter().map(|(route, _)| route).collect();
    let routes = OF_ALL_ROLES.iter().filter(|row| !is_page(row.method_and_path().1));
    let served: BTreeSet<String> = routes.map(|row| row.route.to_owned()).collect();
    let missing: Vec<_> = served.difference(&described).collect();
    assert!(missing.is_empty(), "served, and not in web/openapi: {missing:#?}");
    let gone: Vec<_> = described.difference(&served).collect();
    assert!(gone.is_empty(), "in web/openapi, and not served: {gone:#?}");
}

#[test]
fn each_is_described_with_whom_it_lets_in() {
    let described = described();
    for row in OF_ALL_ROLES {
        let Some((_, operation)) = described.iter().find(|(route, _)| route == row.route) else { continue };
        assert_eq!(said(operation), wanted(row), "{}", row.route);
        let of_sessions =
            operation["security"].as_array().unwrap().iter().any(|way| !way["session"].is_null());
        let needs_key = !row.marks.starts_with('+');
        assert_eq!(
            of_sessions,
            needs_key && row.marks.chars().nth(9) == Some('+'),
            "sessions: {}",
            row.route
        );
    }
}

#[test]
fn share_links_are_let_in_where_they_are_described() {
    let of_links: BTreeSet<String> = super::OF_LINKS.iter().map(|route| (*route).to_owned()).collect();
    let described = described().into_iter().filter(|(_, operation)| {
        operation["security"].as_array().unwrap().iter().any(|way| !way["share"].is_null())
    });
    assert_eq!(described.map(|(route, _)| route).collect::<BTreeSet<_>>(), of_links);
}
