//! Who may call what, written by hand from docs/api.md.
//!
//! A mark for each kind of caller: `+` let in, `1` 401, `3` 403, `4` 404 because the key is another site's. In this order:
//! no key · write key · keys with the scope read, catalog, inventory, orders · a key with these four of another site · one of
//! this site · ended session · session · admin token · open mode · the token between roles · nobody through a proxy, in open mode.

/// A route, what has to be sent for the caller to be looked at last, and what becomes of each kind of caller.
pub(super) struct Row {
    pub(super) route: &'static str,
    pub(super) query: &'static str,
    pub(super) body: &'static str,
    pub(super) marks: &'static str,
}

const fn row(route: &'static str, marks: &'static str) -> Row {
    Row { route, query: "", body: "", marks }
}

/// About the shop's site, which the query names.
const fn of_site(route: &'static str, marks: &'static str) -> Row {
    Row { route, query: "?site_id=default", body: "", marks }
}

const PUBLIC: &str = "++++++++++++++";

const READ: &str = "11+3334+1+++13";
const CATALOG: &str = "113+334+1+++13";
const INVENTORY: &str = "1133+34+1+++13";
const ORDERS: &str = "11333+4+1+++13";
const ADMIN: &str = "113333331+++13";

// The same of a dialect, where a session is nobody.
const OLD_READ: &str = "11+3334+11++13";
const OLD_CATALOG: &str = "113+334+11++13";
const OLD_INVENTORY: &str = "1133+34+11++13";
const OLD_ORDERS: &str = "11333+4+11++13";

/// Between roles, also in open mode.
const INTERNAL: &str = "111111111111+1";

/// Everything that `kassa up` serves.
pub(super) const OF_ALL_ROLES: &[Row] = &[
    // Probes and pages.
    row("GET /livez", PUBLIC),
    row("GET /readyz", PUBLIC),
    row("GET /health", PUBLIC),
    row("GET /", PUBLIC),
    row("GET /p/{slug}", PUBLIC),
    row("GET /c/{slug}", PUBLIC),
    row("GET /cart", PUBLIC),
    row("GET /dashboard", PUBLIC),
    row("GET /dashboard/definitions", PUBLIC),
    row("GET /login", PUBLIC),
    row("GET /p/{slug}/", PUBLIC),
    row("GET /c/{slug}/", PUBLIC),
    row("GET /cart/", PUBLIC),
    row("GET /dashboard/", PUBLIC),
    row("GET /dashboard/definitions/", PUBLIC),
    row("GET /login/", PUBLIC),
    row("GET /assets/{*path}", PUBLIC),
    row("GET /favicon.ico", PUBLIC),
    // Ingest: the write key is each event's business.
    row("GET /kassa.js", PUBLIC),
    row("POST /track", PUBLIC),
    row("POST /event", PUBLIC),
    row("POST /v1/track", PUBLIC),
    row("POST /v1/t", PUBLIC),
    row("POST /v1/page", PUBLIC),
    row("POST /v1/p", PUBLIC),
    row("POST /v1/identify", PUBLIC),
    row("POST /v1/i", PUBLIC),
    row("POST /v1/screen", PUBLIC),
    row("POST /v1/s", PUBLIC),
    row("POST /v1/group", PUBLIC),
    row("POST /v1/g", PUBLIC),
    row("POST /v1/alias", PUBLIC),
    row("POST /v1/a", PUBLIC),
    row("POST /v1/batch", PUBLIC),
    row("POST /v1/b", PUBLIC),
    row("POST /analytics/track", PUBLIC),
    row("POST /analytics/event", PUBLIC),
    row("POST /analytics/v1/track", PUBLIC),
    row("POST /analytics/v1/t", PUBLIC),
    row("POST /analytics/v1/page", PUBLIC),
    row("POST /analytics/v1/p", PUBLIC),
    row("POST /analytics/v1/identify", PUBLIC),
    row("POST /analytics/v1/i", PUBLIC),
    row("POST /analytics/v1/screen", PUBLIC),
    row("POST /analytics/v1/s", PUBLIC),
    row("POST /analytics/v1/group", PUBLIC),
    row("POST /analytics/v1/g", PUBLIC),
    row("POST /analytics/v1/alias", PUBLIC),
    row("POST /analytics/v1/a", PUBLIC),
    row("POST /analytics/v1/batch", PUBLIC),
    row("POST /analytics/v1/b", PUBLIC),
    // Storefront. A key that is sent with an order all the same must be right, for orders, and this shop's.
    row("GET /v1/products", PUBLIC),
    row("GET /v1/products/{id}", PUBLIC),
    row("GET /v1/categories", PUBLIC),
    Row {
        route: "POST /v1/orders",
        query: "",
        body: r#"{"items":[{"sku":"ps5","quantity":1}]}"#,
        marks: "+1333+4+++++1+",
    },
    row("GET /v1/orders/{id}", "+1++++++++++1+"),
    // The shop.
    row("POST /v1/products", CATALOG),
    row("PATCH /v1/products/{id}", CATALOG),
    row("PUT /v1/products/{id}", CATALOG),
    row("DELETE /v1/products/{id}", CATALOG),
    row("POST /v1/products/{id}/restore", CATALOG),
    row("GET /v1/inventory", READ),
    row("GET /v1/inventory/{sku}", READ),
    row("PUT /v1/inventory/{sku}", INVENTORY),
    row("POST /v1/inventory/{sku}/receive", INVENTORY),
    row("POST /v1/inventory/{sku}/adjust", INVENTORY),
    row("GET /v1/inventory/{sku}/ledger", INVENTORY),
    row("GET /v1/orders", ORDERS),
    row("PUT /v1/orders/{id}", ORDERS),
    row("POST /v1/orders/{id}/cancel", ORDERS),
    row("POST /v1/orders/{id}/fulfil", ORDERS),
    row("POST /v1/orders/{id}/refunds", ORDERS),
    row("GET /v1/orders/{id}/refunds", ORDERS),
    // Old dialects.
    row("GET /games/all", OLD_READ),
    row("GET /games/{id}", OLD_READ),
    row("POST /games/add", OLD_CATALOG),
    row("PUT /games/edit", OLD_CATALOG),
    row("DELETE /games/delete/{id}", OLD_CATALOG),
    row("GET /orders/all", OLD_ORDERS),
    row("POST /orders/add", OLD_ORDERS),
    row("PUT /orders/edit/{id}", OLD_ORDERS),
    row("DELETE /orders/delete/{id}", OLD_ORDERS),
    row("GET /api/health", "11++++++11++13"),
    row("GET /api/products", OLD_READ),
    row("POST /api/products", OLD_CATALOG),
    row("GET /api/orders", OLD_ORDERS),
    row("POST /api/orders", OLD_ORDERS),
    row("GET /api/orders/{id}", OLD_ORDERS),
    row("GET /api/inventory", OLD_READ),
    row("GET /api/inventory/{item_id}", OLD_READ),
    row("POST /api/inventory/deduct", OLD_INVENTORY),
    row("GET /api/admin/chaos", READ),
    row("POST /api/admin/chaos", ADMIN),
    row("DELETE /api/admin/chaos", ADMIN),
    of_site("GET /stats", OLD_READ),
    of_site("GET /events", OLD_READ),
    // Reports.
    Row {
        route: "POST /v1/query",
        query: "",
        body: r#"{"site_id":"default","metrics":["events"],"date_range":"7d"}"#,
        marks: READ,
    },
    row("GET /v1/query/definitions", "11+333++1+++13"),
    of_site("GET /v1/realtime", READ),
    of_site("GET /v1/realtime/stream", READ),
    of_site("GET /v1/events", READ),
    of_site("GET /v1/export", READ),
    // For admins.
    row("GET /metrics", ADMIN),
    // D's dashboard asks for it, too: whoever may read in the shop.
    row("GET /health/deep", "11+3333+1+++13"),
    row("GET /v1/admin/dead-letters", ADMIN),
    row("GET /v1/admin/dead-letters/{id}", ADMIN),
    row("GET /v1/admin/counts", ADMIN),
    row("GET /v1/admin/log", ADMIN),
    row("GET /v1/admin/log/inspect", ADMIN),
    row("GET /v1/admin/log/verify", ADMIN),
    row("POST /v1/admin/backup", ADMIN),
    row("POST /v1/admin/replay", ADMIN),
    row("GET /v1/admin/fingerprint", ADMIN),
    row("GET /v1/admin/audit", ADMIN),
    row("POST /v1/admin/audit", ADMIN),
    row("POST /v1/admin/audit/answers", ADMIN),
    row("GET /v1/admin/keys", ADMIN),
    row("POST /v1/admin/keys", ADMIN),
    row("DELETE /v1/admin/keys/{id}", ADMIN),
    row("GET /v1/admin/sites", ADMIN),
    row("POST /v1/admin/sites", ADMIN),
    row("POST /v1/admin/sites/{site}/keys", ADMIN),
    row("DELETE /v1/admin/sites/{site}/keys/{key}", ADMIN),
    // Sessions: who is nobody is told so; a key that is sent must be right.
    row("GET /v1/session", "+1++++++++++1+"),
    row("POST /v1/session", PUBLIC),
    row("DELETE /v1/session", PUBLIC),
    // The last of all: it ends every session that the walk has begun.
    row("DELETE /v1/admin/sessions", ADMIN),
];

/// What roles by themselves serve each other besides.
pub(super) const INTERNAL_ROUTES: &[Row] = &[
    row("POST /v1/internal/stock/deduct", INTERNAL),
    row("POST /v1/internal/stock/release", INTERNAL),
    row("POST /v1/internal/stock/commands", INTERNAL),
    row("GET /v1/internal/stock/ledger", INTERNAL),
    row("GET /v1/internal/outbox", INTERNAL),
    row("POST /v1/internal/outbox/ack", INTERNAL),
    row("GET /v1/internal/products", INTERNAL),
];
