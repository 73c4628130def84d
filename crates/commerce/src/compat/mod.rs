//! Programs that were written for other shops, served unchanged: their routes, bodies and answers (wire.md). One file per
//! dialect, each with a complete example.
//!
//! A handler here parses, calls the same function as the native one, and shapes the answer. There is no SQL here and no
//! table: all dialects show the same products and the same orders.
//!
//! | dialect | routes |
//! |---|---|
//! | A, a gaming shop | `/games/*`, `/orders/*` |
//! | C, a shop with monitoring | `/api/products`, `/api/health` |
//! | C and D | `/api/orders` |
//! | D, a resilient order platform | `/api/inventory/*`, `/api/admin/chaos` |

mod a_games;
mod body;
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

/// All routes of class `Compat`, for what this process has a database of.
pub fn compat_routes(shop: Arc<Shop>) -> Protected {
    catalog_routes(Arc::clone(&shop)).merge(orders_routes(Arc::clone(&shop))).merge(inventory_routes(shop))
}

/// All routes of class `Native` in an old shape: D's chaos switch.
pub fn compat_admin_routes(shop: Arc<Shop>) -> Protected {
    inventory_admin_routes(shop)
}

/// The catalog role's: A's games, C's products.
pub fn catalog_routes(shop: Arc<Shop>) -> Protected {
    a_games::game_routes(Arc::clone(&shop)).merge(c_products::routes(shop))
}

/// The orders role's: A's, C's and D's.
pub fn orders_routes(shop: Arc<Shop>) -> Protected {
    a_games::orders::routes(Arc::clone(&shop)).merge(d_orders::order_routes(shop))
}

/// The inventory role's: D's stock.
pub fn inventory_routes(shop: Arc<Shop>) -> Protected {
    d_orders::inventory::routes(shop)
}

/// The inventory role's of class `Native`: D's chaos switch.
pub fn inventory_admin_routes(shop: Arc<Shop>) -> Protected {
    d_orders::chaos::routes(shop)
}
