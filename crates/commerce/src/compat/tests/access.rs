//! Who is let in: without a key, with a wrong one, with one that may not, with a dialect that is opened; foreign pages.

use super::support::Bed;

/// Every route, with its dialect and what a key needs there.
const ROUTES: &[(&str, &str, &str)] = &[
    ("GET /games/all", "A", "read"),
    ("GET /games/1", "A", "read"),
    ("POST /games/add", "A", "catalog"),
    ("PUT /games/edit", "A", "catalog"),
    ("DELETE /games/delete/1", "A", "catalog"),
    ("GET /orders/all", "A", "orders"),
    ("POST /orders/add", "A", "orders"),
    ("PUT /orders/edit/1", "A", "orders"),
    ("DELETE /orders/delete/1", "A", "orders"),
    ("GET /api/health", "C", ""),
    ("GET /api/products", "C", "read"),
    ("POST /api/products", "C", "catalog"),
    ("POST /notify", "C", "orders"),
    ("POST /notifications/notify", "C", "orders"),
    ("GET /api/orders", "CD", "orders"),
    ("POST /api/orders", "CD", "orders"),
    ("GET /api/orders/1", "CD", "orders"),
    ("GET /api/inventory", "D", "read"),
    ("GET /api/inventory/ps5", "D", "read"),
    ("POST /api/inventory/deduct", "D", "inventory"),
    ("GET /api/admin/chaos", "", "read"),
    ("POST /api/admin/chaos", "", "admin"),
    ("DELETE /api/admin/chaos", "", "admin"),
];

fn is_long(dialect: &str) -> bool {
    !matches!(dialect, "A" | "C")
}

#[tokio::test]
async fn a_key_is_needed_in_closed_mode() {
    let bed = Bed::closed(&[]);
    for (head, dialect, _) in ROUTES {
        for headers in [&[][..], &["authorization: Bearer wrong"], &["authorization: Basic YTpi"]] {
            let reply = bed.call(head, headers, "not even JSON").await;
            assert_eq!(reply.status, 401, "{head} {headers:?}: {}", reply.text);
            assert_eq!(reply.headers["www-authenticate"], "Bearer realm=\"kassa\"");
            let json = reply.json();
            assert_eq!(json["error"], "Unauthorized", "{head}");
            assert_eq!(json.get("success").is_some(), is_long(dialect), "{head}: {json}");
            if !is_long(dialect) {
                assert_eq!(reply.text, r#"{"error":"Unauthorized"}"#, "{head}");
            }
        }
    }
}

#[tokio::test]
async fn a_key_may_do_what_its_scopes_say() {
    let bed = Bed::closed(&[]);
    let ask = async |head: &str, key: &str| {
        let authorization = format!("authorization: Bearer {key}");
        bed.call(head, &[&authorization], "{}").await
    };
    for (head, _, scope) in ROUTES {
        assert!(ask(head, "an-admin-token-for-tests").await.status != 401, "{head}");
        let till = ask(head, "the-key-of-the-till").await.status;
        assert_eq!(till == 403, *scope == "admin", "{head}: {till}");
        let reader = ask(head, "a-key-that-reads").await;
        assert_eq!(reader.status == 403, !["", "read"].contains(scope), "{head}: {}", reader.text);
        if reader.status == 403 {
            assert_eq!(reader.json()["error"], "Forbidden");
        }
        let other = ask(head, "a-key-of-another-site").await.status;
        assert_eq!(other == 404, ["", "read"].contains(scope) && !scope.is_empty(), "{head}: {other}");
    }
}

#[tokio::test]
async fn the_configuration_opens_dialects() {
    for open in ["A", "C", "D"] {
        let bed = Bed::closed(&[open]);
        for (head, dialect, _) in ROUTES {
            let reply = bed.call(head, &[], "{}").await;
            assert_eq!(reply.status != 401, dialect.contains(open), "{open} {head}: {}", reply.text);
            assert_ne!(reply.status, 403, "{open} {head}");
            // A key that is sent all the same must be right.
            let wrong = bed.call(head, &["authorization: Bearer wrong"], "{}").await;
            assert_eq!(wrong.status, 401, "{open} {head}");
        }
    }
}

#[tokio::test]
async fn pages_of_other_origins_are_kept_out() {
    let bed = Bed::with_chaos();
    for (head, ..) in ROUTES {
        let check = async |origin: &str, allowed: bool| {
            let origin = format!("origin: {origin}");
            let reply = bed.call(head, &[&origin, "host: shop.test"], "{}").await;
            assert_eq!(reply.status != 403, allowed, "{head} {origin}: {}", reply.text);
        };
        check("https://evil.test", false).await;
        check("http://shop.test", true).await;
        check("http://localhost:5173", !head.contains("/admin/")).await;
    }
}
