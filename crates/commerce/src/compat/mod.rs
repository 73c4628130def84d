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

use axum::Router;

use crate::Shop;

/// The routes of class `Compat`, for what this process has a database of.
pub fn compat_routes(shop: Arc<Shop>) -> Router {
    a_games::routes(Arc::clone(&shop))
        .merge(c_products::routes(Arc::clone(&shop)))
        .merge(d_orders::routes(shop))
}

/// The routes of class `Native` in an old shape: D's chaos switch.
pub fn compat_admin_routes(shop: Arc<Shop>) -> Router {
    d_orders::admin_routes(shop)
}
