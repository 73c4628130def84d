//! What of the databases of systems A, B, D and E is asked for: each question is answered as CSV, in an order that is always the same.

use anyhow::bail;

use super::ask::{From, Noun};

const A_PRODUCTS: &str =
    r#"SELECT id, name, category, "releaseDate", price::numeric AS price FROM "Games" ORDER BY id"#;
const A_ORDERS: &str = r#"SELECT o.id, o."customerName", o.total::numeric AS total, o."createdAt", i."gameId", i.quantity,
    g.name, g.price::numeric AS price FROM "Orders" o LEFT JOIN "OrderItems" i ON i."orderId" = o.id
    LEFT JOIN "Games" g ON g.id = i."gameId" ORDER BY o.id, i.id"#;
const B_EVENTS: &str = "SELECT event_id, event_type, location_type, component_name, page_path, page_title, timestamp, user_metadata, \
     full_event_data FROM user_events ORDER BY received_at, event_id";
const D_PRODUCTS: &str = "SELECT item_id, item_name, quantity FROM inventory ORDER BY item_id";
const D_ORDERS: &str =
    "SELECT order_id, item_id, quantity, status, created_at, updated_at FROM orders ORDER BY created_at, id";
const E_EVENTS: &str = "SELECT id, site_id, event_type, path, user_id, event_time FROM events ORDER BY id";

/// The question for what a system's database has of `noun`.
///
/// # Errors
/// It has nothing of it, or has no such database.
pub(super) fn question(from: Option<From>, noun: Noun) -> anyhow::Result<&'static str> {
    Ok(match (from, noun) {
        (Some(From::A), Noun::Products) => A_PRODUCTS,
        (Some(From::A), Noun::Orders) => A_ORDERS,
        (Some(From::B), Noun::Events) => B_EVENTS,
        (Some(From::D), Noun::Products) => D_PRODUCTS,
        (Some(From::D), Noun::Orders) => D_ORDERS,
        (Some(From::E), Noun::Events) => E_EVENTS,
        _ => bail!(
            "with --url are read: products and orders --from a, events --from b, products and orders --from d, events --from e"
        ),
    })
}
