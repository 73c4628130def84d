//! Programs that were written for other shops, served unchanged: their routes, bodies and answers (wire.md). One file per
//! dialect, each with a complete example.
//!
//! A handler here parses, calls the same function as the native one, and shapes the answer. There is no SQL here and no
//! table: all dialects show the same products and the same orders.
//!
//! | dialect | routes |
//! |---|---|
//! | A, a gaming shop | `/games/*`, `/orders/*` |
//! | C, a shop with monitoring | `/api/products`, `/api/health`, `/notify` |
//! | C and D | `/api/orders` |
//! | D, a resilient order platform | `/api/inventory/*`, `/api/admin/chaos` |

mod a_games;
mod body;
mod c_notify;
mod c_products;
mod d_orders;
mod list;
mod placing;
mod refusal;
#[cfg(test)]
mod tests;

use std::sync::Arc;

use kassa_service::Protected;

use crate::shop::Shop;

/// A dialect: its letter in `compat.open`, and its routes by the role that serves them.
#[derive(Debug, Clone, Copy)]
struct Served {
    letter: &'static str,
    catalog: Option<Routes>,
    orders: Option<Routes>,
    inventory: Option<Routes>,
    /// The inventory's, of class `Native`.
    inventory_admin: Option<Routes>,
    notifier: Option<Routes>,
}

type Routes = fn(Arc<Shop>) -> Protected;

const NOTHING: Served = Served {
    letter: "",
    catalog: None,
    orders: None,
    inventory: None,
    inventory_admin: None,
    notifier: None,
};

/// Every dialect. A new one is its file, which says whom it lets in and how it says no, and here its `mod` and a line.
const DIALECTS: [Served; 3] = [
    Served {
        letter: "A",
        catalog: Some(a_games::game_routes),
        orders: Some(a_games::orders::routes),
        ..NOTHING
    },
    Served { letter: "C", catalog: Some(c_products::routes), notifier: Some(c_notify::routes), ..NOTHING },
    Served {
        letter: "D",
        orders: Some(d_orders::order_routes),
        inventory: Some(d_orders::inventory::routes),
        inventory_admin: Some(d_orders::chaos::routes),
        ..NOTHING
    },
];

/// Their letters.
pub fn letters() -> impl Iterator<Item = &'static str> {
    DIALECTS.iter().map(|dialect| dialect.letter)
}

fn served(shop: &Arc<Shop>, by_role: fn(&Served) -> Option<Routes>) -> Protected {
    let all = DIALECTS.iter().filter_map(by_role);
    all.fold(Protected::new(), |routes, more| routes.merge(more(Arc::clone(shop))))
}

/// The catalog role's.
pub fn catalog_routes(shop: Arc<Shop>) -> Protected {
    served(&shop, |dialect| dialect.catalog)
}

/// The orders role's.
pub fn orders_routes(shop: Arc<Shop>) -> Protected {
    served(&shop, |dialect| dialect.orders)
}

/// The inventory role's.
pub fn inventory_routes(shop: Arc<Shop>) -> Protected {
    served(&shop, |dialect| dialect.inventory)
}

/// The notifier role's.
pub fn notifier_routes(shop: Arc<Shop>) -> Protected {
    served(&shop, |dialect| dialect.notifier)
}

/// The inventory role's of class `Native`.
pub fn inventory_admin_routes(shop: Arc<Shop>) -> Protected {
    served(&shop, |dialect| dialect.inventory_admin)
}
