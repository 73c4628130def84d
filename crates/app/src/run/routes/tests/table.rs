//! Every route, what it takes, and who may call it, written by hand from docs/api.md. A test compares it with what is registered;
//! `it::hostile` attacks all that stands here, beginning with what a route takes.
//!
//! A mark for each kind of caller: `+` let in, `1` 401, `3` 403, `4` 404 because the key is another site's. In this order:
//! no key · write key · keys with the scope read, catalog, inventory, orders · a key with these four of another site · one of
//! this site · ended session · session · admin token · open mode · the token between roles · nobody through a proxy, in open mode.

/// A route, a query and a body that it takes, and what becomes of each kind of caller.
pub(super) struct Row {
    pub(super) route: &'static str,
    pub(super) query: &'static str,
    pub(super) body: &'static str,
    pub(super) marks: &'static str,
}

impl Row {
    /// The method and the path with its braces.
    pub(super) fn method_and_path(&self) -> (&'static str, &'static str) {
        self.route.split_once(' ').expect("a route is a method and a path")
    }

    /// Whether it says 400 in problem+json to what it does not know. The dialects of events take what their clients send, and so
    /// do the old systems' routes, which are not below `/v1`; roles know each other.
    pub(super) fn is_native(&self) -> bool {
        let (method, path) = self.method_and_path();
        let is_public = self.marks.chars().all(|mark| mark == '+');
        let are_native = ["/v1/session", "/v1/shares/open", "/v1/carts/price", "/v1/products/{id}/notify-me"];
        let is_ingest = method == "POST" && is_public && !are_native.contains(&path);
        path.starts_with("/v1/") && !path.starts_with("/v1/internal/") && !is_ingest
    }
}

const fn row(route: &'static str, marks: &'static str) -> Row {
    Row { route, query: "", body: "", marks }
}

/// With a body that it takes.
const fn taking(route: &'static str, body: &'static str, marks: &'static str) -> Row {
    Row { route, query: "", body, marks }
}

/// About the shop's site, which the query names.
const fn of_site(route: &'static str, marks: &'static str) -> Row {
    Row { route, query: "?site_id=default", body: "", marks }
}

const PUBLIC: &str = "++++++++++++++";

const READ: &str = "11+3334+1+++13";
/// The same of one thing, which may be of another site: what is not there for the caller is not there.
const READ_ONE: &str = "11+333++1+++13";
const CATALOG: &str = "113+334+1+++13";
const INVENTORY: &str = "1133+34+1+++13";
const STOCK: &str = "11+3+34+1+++13";
const ORDERS: &str = "11333+4+1+++13";
const ADMIN: &str = "113333331+++13";

// The same of a dialect, where a session is nobody.
const OLD_READ: &str = "11+3334+11++13";
const OLD_CATALOG: &str = "113+334+11++13";
const OLD_INVENTORY: &str = "1133+34+11++13";
const OLD_ORDERS: &str = "11333+4+11++13";

/// Between roles, also in open mode.
const INTERNAL: &str = "111111111111+1";

// What routes take. Each member that a route knows stands in its example, so that each is attacked.
const ORDER: &str = r#"{"items":[{"sku":"mug","quantity":1}],"customer":{"name":"Ann","email":"a@b.test"},"client_reference":"r-1","context":{"anonymous_id":"a","user_id":"u","session_id":"s","page":"/cart"}}"#;
const MESSAGE: &str = r#"{"message":"Your mug is ready","recipient":"kitchen"}"#;
const CART: &str = r#"{"lines":[{"sku":"mug","quantity":1,"seen_price_minor":900}]}"#;
const EDIT: &str = r#"{"items":[{"sku":"mug","quantity":2}],"reprice":true}"#;
const AMEND: &str = r#"{"customer":{"name":"Ann","email":"a@b.test","phone":"1"},"shipping_address":{"name":"Ann","line1":"High Street 1","city":"Leeds","country":"GB"},"billing_address":null,"staff_note":"Rings at noon"}"#;
const VIEW: &str = r#"{"name":"Paid, to pack","query":"status=confirmed","shared":true}"#;
const LINES: &str = r#"{"lines":[{"sku":"mug","quantity":1}]}"#;
const PARCEL: &str = r#"{"lines":[{"sku":"mug","quantity":1}],"status":"shipped","carrier":"DHL","tracking_number":"4711","tracking_url":"https://dhl.example/4711"}"#;
const SENT: &str = r#"{"status":"shipped","carrier":"DHL","tracking_number":"4711","tracking_url":"https://dhl.example/4711"}"#;
const STAFF: &str = r#"{"addresses":["owner@shop.test"],"topics":["alert"]}"#;
const PAID: &str = r#"{"reference":"bank 4711","amount":{"amount_minor":2700,"currency":"USD"}}"#;
const PRODUCT: &str = r#"{"sku":"cup","name":"Cup","category":"Kitchen","description":"To drink from","release_date":"2025-01-01","image_url":"https://shop.test/cup.png","price":{"amount_minor":900,"currency":"USD"},"attributes":{"colour":"blue"},"images":[],"track_stock":true,"low_stock_at":5}"#;
const CHANGE: &str =
    r#"{"name":"Mug","images":[],"price":{"amount_minor":900},"attributes":{"colour":"blue"}}"#;
const PART: &str = r#"{"name":"Mug","options":["Size"],"variants":[{"sku":"cup-l","options":["L"],"price":{"amount_minor":900}}]}"#;
const VARIANT: &str = r#"{"sku":"cup-l","options":[],"title":"Large","price":{"amount_minor":900},"cost":{"amount_minor":400},"barcode":"4006381333931","weight_g":180,"track_stock":true}"#;
const VARIANT_CHANGE: &str = r#"{"title":"Large","price":{"amount_minor":900},"cost":{"amount_minor":400},"weight_g":180,"position":1}"#;
const CATEGORY: &str = r#"{"name":"Kitchen","slug":"kitchen","position":1}"#;
const STOREFRONT: &str = r##"{"name":"Corner Goods","logo":null,"colour":"#8a3b12","claim":"Things","announcement":"Closed","imprint":"Corner Street 1","terms":"","languages":["en"]}"##;
const WEBHOOK: &str =
    r#"{"url":"https://erp.example/hooks","description":"the warehouse","event_types":["OrderConfirmed"]}"#;
const WEBHOOK_CHANGE: &str = r#"{"url":"https://erp.example/hooks","description":null,"event_types":["OrderConfirmed"],"enabled":true}"#;
const MOVEMENT: &str = r#"{"quantity":1,"reason":"found"}"#;
const GAME: &str = r#"{"id":1,"name":"Mug","category":"Kitchen","releaseDate":"2025-01-01","price":9.5}"#;
const GAME_ORDER: &str = r#"{"customerName":"Ann","items":[{"gameId":1,"quantity":1}]}"#;
const ITEM: &str = r#"{"item_id":"mug","quantity":1,"order_id":"o-1"}"#;
const CHAOS: &str = r#"{"latency":false,"latency_ms":0,"crash_rate":0,"partial_failure_rate":0}"#;
const FUNNEL: &str = r#"{"site_id":"default","timezone":"UTC","date_range":"7d","steps":[{"page":"/","name":"a"},{"page":["contains",["/p"]]},{"event":"e"},{"filters":[["is","event:name",["e"]]]}],"window":"24h","filters":[["is","event:name",["e"]]],"interval":"day","currency":"EUR","include":{"bots":true}}"#;
const RETENTION: &str = r#"{"site_id":"default","timezone":"UTC","date_range":"7d","of":"customers","period":"day","filters":[["is","visit:source",["e"]]],"currency":"EUR","include":{"bots":true}}"#;
const PATHS: &str = r#"{"site_id":"default","timezone":"UTC","date_range":"7d","from":{"page":["matches",["^/"]]},"to":{"event":"e"},"steps":5,"nodes":10,"filters":[["is","event:name",["e"]]],"include":{"bots":true}}"#;
const QUERY: &str = r#"{"site_id":"default","metrics":["events"],"date_range":"7d","dimensions":["event:page"],"filters":[["is","event:name",["e"]]],"order_by":[["events","desc"]],"pagination":{"limit":1,"offset":0},"include":{"bots":true,"comparisons":{"mode":"previous_period"}},"timezone":"UTC","format":"csv"}"#;
const QUERIES: &str = r#"{"site_id":"default","date_range":"7d","filters":[["is","event:name",["e"]]],"timezone":"UTC","queries":[{"metrics":["events"]},{"metrics":["visitors"],"dimensions":["event:site","time:day"],"format":"json"}]}"#;
const ROWS: &str = r#"{"site_id":"default","metrics":["events"],"date_range":"7d","dimensions":["event:page"],"row":["/"],"of":"visits","limit":5,"cursor":"00064f2b8c0a1234-1"}"#;
const PRODUCTS: &str = r#"{"site_id":"default","date_range":"7d","filters":[["is","item:sku",["e"]]],"timezone":"UTC","format":"csv","group_by":"category","search":"m","currency":"EUR","order_by":[["net","desc"]],"pagination":{"limit":1,"offset":0},"include":{"bots":true}}"#;
const DEMAND: &str = r#"{"site_id":"default","date_range":"7d","filters":[["is","event:name",["e"]]],"timezone":"UTC","format":"csv","currency":"EUR","order_by":[["term","asc"]],"pagination":{"limit":1,"offset":0},"include":{"bots":true}}"#;
const MCP: &str =
    r#"{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"orders","arguments":{"limit":1}}}"#;
const ANSWERS: &str = r#"{"answers":[{"key":"k","status":201,"order_id":"o-1","body":"{}"}]}"#;
const IMPORT: &str = r#"{"kind":"products","file":"0000000000000000000000000000000000000000000000000000000000000000","name":"a.csv","again":false}"#;
const IMPORT_LINES: &str = r#"{"from":0,"to":2,"lines":[{"line":1,"item":{"name":"Jug","variants":[{"sku":"jug","price":{"amount_minor":900,"currency":"USD"}}]}},{"line":2,"refused":"no"}],"finished":false}"#;
const IMPORT_CHECK: &str = r#"{"kind":"products","lines":[{"line":1,"item":{"name":"Jug","variants":[{"sku":"jug","price":{"amount_minor":900,"currency":"USD"}}]}}]}"#;
const KEY: &str = r#"{"name":"till","scopes":["read"],"site":"default"}"#;
const SITE: &str = r#"{"id":"blog","timezone":"Europe/Berlin","allow_keyless":true,"origins":["https://blog.test"],"keep_days":7}"#;
const SITE_CHANGED: &str = r#"{"timezone":"Europe/Berlin","allow_keyless":true,"keep_days":7,"version":1}"#;
const SEGMENT: &str =
    r#"{"site_id":"default","name":"Germany","filters":[["is","visit:country",["DE"]]],"personal":false}"#;
const GOAL: &str = r#"{"site_id":"default","name":"Signup","filters":[["is","event:name",["signup"]]],"value":{"amount_minor":500,"currency":"EUR"}}"#;
const NOTE: &str = r#"{"site_id":"default","at":"2026-11-29T10:00:00Z","text":"Newsletter"}"#;
const SHARE: &str = r#"{"site_id":"default","name":"Agency","segment":null,"panels":["pages"],"expires_at":"2099-01-01T00:00:00Z","password":""}"#;
const RULE: &str = r#"{"site_id":"default","name":"orders","enabled":true,"position":1,"path":{"pattern":"/order/:id","as":"/order"}}"#;
const PREVIEW: &str = r#"{"site_id":"default","date_range":"7d","rules":[{"exclude":{"filters":[["is","event:page",["/"]]]}}]}"#;
const ALERT: &str = r#"{"site_id":"default","name":"no sales","enabled":true,"watch":{"query":{"metric":"revenue","filters":[],"window_minutes":60}},"when":{"is":"below","percent":50,"weeks":4}}"#;
const EVALUATE: &str = r#"{"site_id":"default","watch":{"query":{"metric":"visitors"}},"when":{"is":"below","bound":1},"days":1}"#;
const BATCH: &str = r#"{"appName":"shop","events":[{"timestamp":1735732800000,"event_id":"1","event_type":"CLICK","page_path":"/","dom_info":{"tag":"A"},"user_metadata":{"userId":7}}]}"#;
const SITE_EVENT: &str =
    r#"{"site_id":"default","event_type":"e","path":"/","user_id":"u","timestamp":"2025-11-12T19:30:01Z"}"#;
const SEGMENT_TRACK: &str = r#"{"event":"Bought","anonymousId":"a","properties":{"price":9.5},"timestamp":"2025-01-01T12:00:00Z","context":{"page":{"path":"/"}}}"#;
const SEGMENT_BATCH: &str = r#"{"batch":[{"type":"page","messageId":"m-1","anonymousId":"a","properties":{"path":"/"},"timestamp":"2025-01-01T12:00:00Z"}],"sentAt":"2025-01-01T12:00:01Z"}"#;
const DEDUCT: &str = r#"{"ref":"o-1/1","attempt":0,"lines":[{"sku":"mug","quantity":1}]}"#;
const RELEASE: &str = r#"{"ref":"o-1/2","of":"o-1/1","lines":[{"sku":"mug","quantity":1}]}"#;
const COMMANDS: &str = r#"[{"command":"deduct","ref":"o-2/1","lines":[{"sku":"mug","quantity":1}]}]"#;
const ACK: &str = r#"{"ids":[1]}"#;

/// Everything that `kassa up` serves.
pub(super) const OF_ALL_ROLES: &[Row] = &[
    // Probes and pages.
    row("GET /livez", PUBLIC),
    row("GET /readyz", PUBLIC),
    row("GET /health", PUBLIC),
    row("GET /", PUBLIC),
    row("GET /p/{slug}", PUBLIC),
    row("GET /c/{slug}", PUBLIC),
    Row { route: "GET /search", query: "?q=mug&sort=price&page=1", body: "", marks: PUBLIC },
    row("GET /cart", PUBLIC),
    row("GET /checkout", PUBLIC),
    row("POST /checkout", PUBLIC),
    row("GET /checkout/{step}", PUBLIC),
    Row { route: "GET /order/{id}", query: "?k=0", body: "", marks: PUBLIC },
    row("GET /imprint", PUBLIC),
    row("GET /terms", PUBLIC),
    Row { route: "GET /sitemap.xml", query: "?after=0", body: "", marks: PUBLIC },
    row("GET /robots.txt", PUBLIC),
    row("GET /dashboard", PUBLIC),
    row("GET /dashboard/definitions", PUBLIC),
    row("GET /admin", PUBLIC),
    row("GET /admin/orders", PUBLIC),
    row("GET /admin/orders/{id}", PUBLIC),
    row("GET /admin/stock", PUBLIC),
    row("GET /admin/customers", PUBLIC),
    row("GET /admin/messages", PUBLIC),
    row("GET /admin/health", PUBLIC),
    row("GET /admin/changes", PUBLIC),
    row("GET /admin/orders/new", PUBLIC),
    row("GET /admin/orders/print", PUBLIC),
    row("GET /admin/products", PUBLIC),
    row("GET /admin/products/new", PUBLIC),
    row("GET /admin/products/grid", PUBLIC),
    row("GET /admin/products/categories", PUBLIC),
    row("GET /admin/products/import", PUBLIC),
    row("GET /admin/products/{id}", PUBLIC),
    row("GET /admin/stock/count", PUBLIC),
    row("GET /admin/messages/webhooks", PUBLIC),
    row("GET /admin/messages/templates", PUBLIC),
    row("GET /admin/events", PUBLIC),
    row("GET /admin/events/drops", PUBLIC),
    row("GET /admin/events/sites", PUBLIC),
    row("GET /admin/events/rules", PUBLIC),
    row("GET /admin/settings", PUBLIC),
    row("GET /admin/people", PUBLIC),
    row("GET /admin/ops", PUBLIC),
    row("GET /docs", PUBLIC),
    row("GET /docs/", PUBLIC),
    row("GET /docs/{page}", PUBLIC),
    row("GET /docs/style.css", PUBLIC),
    Row { route: "GET /docs/search", query: "?q=backup", body: "", marks: PUBLIC },
    row("GET /login", PUBLIC),
    row("GET /share/{token}", PUBLIC),
    row("GET /p/{slug}/", PUBLIC),
    row("GET /c/{slug}/", PUBLIC),
    row("GET /search/", PUBLIC),
    row("GET /cart/", PUBLIC),
    row("GET /checkout/", PUBLIC),
    row("GET /imprint/", PUBLIC),
    row("GET /terms/", PUBLIC),
    row("GET /dashboard/", PUBLIC),
    row("GET /dashboard/definitions/", PUBLIC),
    row("GET /admin/", PUBLIC),
    row("GET /admin/orders/", PUBLIC),
    row("GET /admin/orders/{id}/", PUBLIC),
    row("GET /admin/stock/", PUBLIC),
    row("GET /admin/customers/", PUBLIC),
    row("GET /admin/messages/", PUBLIC),
    row("GET /admin/health/", PUBLIC),
    row("GET /admin/changes/", PUBLIC),
    row("GET /admin/orders/new/", PUBLIC),
    row("GET /admin/orders/print/", PUBLIC),
    row("GET /admin/products/", PUBLIC),
    row("GET /admin/products/new/", PUBLIC),
    row("GET /admin/products/grid/", PUBLIC),
    row("GET /admin/products/categories/", PUBLIC),
    row("GET /admin/products/import/", PUBLIC),
    row("GET /admin/products/{id}/", PUBLIC),
    row("GET /admin/stock/count/", PUBLIC),
    row("GET /admin/messages/webhooks/", PUBLIC),
    row("GET /admin/messages/templates/", PUBLIC),
    row("GET /admin/events/", PUBLIC),
    row("GET /admin/events/drops/", PUBLIC),
    row("GET /admin/events/sites/", PUBLIC),
    row("GET /admin/events/rules/", PUBLIC),
    row("GET /admin/settings/", PUBLIC),
    row("GET /admin/people/", PUBLIC),
    row("GET /admin/ops/", PUBLIC),
    row("GET /login/", PUBLIC),
    row("GET /share/{token}/", PUBLIC),
    row("GET /docs/api", PUBLIC),
    row("GET /docs/api/", PUBLIC),
    row("GET /openapi.json", PUBLIC),
    row("GET /errors", PUBLIC),
    row("GET /errors/{name}", PUBLIC),
    row("GET /assets/{*path}", PUBLIC),
    row("GET /assets/i/{file}", PUBLIC),
    row("GET /favicon.ico", PUBLIC),
    // Ingest: the write key is each event's business.
    row("GET /kassa.js", PUBLIC),
    taking("POST /track", BATCH, PUBLIC),
    taking("POST /event", SITE_EVENT, PUBLIC),
    taking("POST /v1/track", SEGMENT_TRACK, PUBLIC),
    row("POST /v1/t", PUBLIC),
    row("POST /v1/page", PUBLIC),
    row("POST /v1/p", PUBLIC),
    taking("POST /v1/identify", r#"{"userId":"u","traits":{"plan":"gold"}}"#, PUBLIC),
    row("POST /v1/i", PUBLIC),
    row("POST /v1/screen", PUBLIC),
    row("POST /v1/s", PUBLIC),
    row("POST /v1/group", PUBLIC),
    row("POST /v1/g", PUBLIC),
    row("POST /v1/alias", PUBLIC),
    row("POST /v1/a", PUBLIC),
    taking("POST /v1/batch", SEGMENT_BATCH, PUBLIC),
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
    Row { route: "GET /v1/products/suggest", query: "?q=mu&limit=3", body: "", marks: PUBLIC },
    row("GET /v1/products/{id}/related", PUBLIC),
    taking("POST /v1/products/{id}/notify-me", r#"{"email":"ann@shop.test","language":"de"}"#, PUBLIC),
    row("GET /v1/categories", PUBLIC),
    taking("POST /v1/carts/price", CART, PUBLIC),
    row("GET /v1/storefront", PUBLIC),
    taking("POST /v1/orders", ORDER, "+1333+4+++++1+"),
    row("GET /v1/orders/{id}", "+1++++++++++1+"),
    row("GET /v1/orders/{id}/status", PUBLIC),
    // The shop.
    taking("POST /v1/products", PRODUCT, CATALOG),
    row("POST /v1/assets", CATALOG),
    taking("PATCH /v1/products/{id}", PART, CATALOG),
    taking("PUT /v1/products/{id}", CHANGE, CATALOG),
    row("DELETE /v1/products/{id}", CATALOG),
    row("POST /v1/products/{id}/restore", CATALOG),
    row("GET /v1/products/{id}/variants", CATALOG),
    taking("POST /v1/products/{id}/variants", VARIANT, CATALOG),
    taking("PATCH /v1/products/{id}/variants/{sku}", VARIANT_CHANGE, CATALOG),
    row("DELETE /v1/products/{id}/variants/{sku}", CATALOG),
    taking("PUT /v1/storefront", STOREFRONT, ADMIN),
    taking("POST /v1/categories", CATEGORY, CATALOG),
    taking("PATCH /v1/categories/{id}", CATEGORY, CATALOG),
    row("DELETE /v1/categories/{id}", CATALOG),
    row("GET /v1/products/forecast", STOCK),
    row("GET /v1/products/{id}/prices", READ),
    row("GET /v1/inventory", STOCK),
    row("GET /v1/inventory/{sku}", STOCK),
    taking("PUT /v1/inventory/{sku}", r#"{"low_stock_at":5}"#, INVENTORY),
    taking("POST /v1/inventory/{sku}/receive", MOVEMENT, INVENTORY),
    taking("POST /v1/inventory/{sku}/adjust", MOVEMENT, INVENTORY),
    row("GET /v1/inventory/{sku}/ledger", INVENTORY),
    row("GET /v1/orders", ORDERS),
    taking("PUT /v1/orders/{id}", EDIT, ORDERS),
    taking("PATCH /v1/orders/{id}", AMEND, ORDERS),
    row("GET /v1/order-views", ORDERS),
    taking("PUT /v1/order-views/{id}", VIEW, ORDERS),
    row("DELETE /v1/order-views/{id}", ORDERS),
    taking("POST /v1/orders/{id}/cancel", r#"{"restock":true}"#, ORDERS),
    taking("POST /v1/orders/{id}/fulfil", LINES, ORDERS),
    taking("POST /v1/orders/{id}/fulfilments", PARCEL, ORDERS),
    row("GET /v1/orders/{id}/fulfilments", ORDERS),
    taking("POST /v1/orders/{id}/fulfilments/{number}", SENT, ORDERS),
    taking("POST /v1/orders/{id}/payments", PAID, ORDERS),
    row("GET /v1/orders/{id}/payments", ORDERS),
    taking("POST /v1/orders/{id}/refunds", LINES, ORDERS),
    row("GET /v1/orders/{id}/refunds", ORDERS),
    taking("POST /v1/orders/{id}/refunds/preview", LINES, ORDERS),
    row("GET /v1/orders/{id}/timeline", ORDERS),
    row("GET /mailbox", ADMIN),
    row("GET /mailbox/{id}", ADMIN),
    row("GET /v1/deliveries", ORDERS),
    row("GET /v1/deliveries/{id}", ORDERS),
    row("POST /v1/deliveries/{id}/replay", ORDERS),
    row("GET /v1/templates", ORDERS),
    row("GET /v1/templates/{name}", ORDERS),
    row("GET /v1/templates/{name}/page", ORDERS),
    row("GET /v1/customers", ORDERS),
    row("GET /v1/customers/{id}", ORDERS),
    // Who is told.
    row("GET /v1/webhooks", ADMIN),
    taking("POST /v1/webhooks", WEBHOOK, ADMIN),
    row("GET /v1/webhooks/{id}", ADMIN),
    taking("PATCH /v1/webhooks/{id}", WEBHOOK_CHANGE, ADMIN),
    row("DELETE /v1/webhooks/{id}", ADMIN),
    taking("POST /v1/webhooks/{id}/rotate", r#"{"keep_hours":24}"#, ADMIN),
    row("POST /v1/webhooks/{id}/test", ADMIN),
    Row {
        route: "GET /v1/notifications/stream",
        query: "?types=OrderPaid&recipient=ann&last_event_id=0@00000000",
        body: "",
        marks: ORDERS,
    },
    // Old dialects.
    row("GET /games/all", OLD_READ),
    row("GET /games/{id}", OLD_READ),
    taking("POST /games/add", GAME, OLD_CATALOG),
    taking("PUT /games/edit", GAME, OLD_CATALOG),
    row("DELETE /games/delete/{id}", OLD_CATALOG),
    row("GET /orders/all", OLD_ORDERS),
    taking("POST /orders/add", GAME_ORDER, OLD_ORDERS),
    taking("PUT /orders/edit/{id}", GAME_ORDER, OLD_ORDERS),
    row("DELETE /orders/delete/{id}", OLD_ORDERS),
    row("GET /api/health", "11++++++11++13"),
    taking("POST /notify", MESSAGE, OLD_ORDERS),
    taking("POST /notifications/notify", MESSAGE, OLD_ORDERS),
    row("GET /api/products", OLD_READ),
    taking("POST /api/products", r#"{"name":"Mug","price":9.5}"#, OLD_CATALOG),
    row("GET /api/orders", OLD_ORDERS),
    taking("POST /api/orders", ITEM, OLD_ORDERS),
    row("GET /api/orders/{id}", OLD_ORDERS),
    row("GET /api/inventory", OLD_READ),
    row("GET /api/inventory/{item_id}", OLD_READ),
    taking("POST /api/inventory/deduct", ITEM, OLD_INVENTORY),
    row("GET /api/admin/chaos", READ),
    taking("POST /api/admin/chaos", CHAOS, ADMIN),
    row("DELETE /api/admin/chaos", ADMIN),
    of_site("GET /stats", OLD_READ),
    of_site("GET /events", OLD_READ),
    // Reports.
    taking("POST /v1/query", QUERY, READ),
    taking("POST /v1/funnel", FUNNEL, READ),
    taking("POST /v1/retention", RETENTION, READ),
    taking("POST /v1/paths", PATHS, READ),
    taking("POST /v1/query/batch", QUERIES, READ),
    taking("POST /v1/query/rows", ROWS, READ),
    of_site("GET /v1/drops", READ),
    Row { route: "GET /v1/where", query: "?site_id=default&id=m-1", body: "", marks: READ },
    row("GET /v1/trust", "11+333++1+++13"),
    taking("POST /v1/products/performance", PRODUCTS, READ),
    taking("POST /v1/demand", DEMAND, READ),
    row("GET /v1/query/definitions", "11+333++1+++13"),
    of_site("GET /v1/realtime", READ),
    of_site("GET /v1/realtime/stream", READ),
    of_site("GET /v1/events", READ),
    of_site("GET /v1/export", READ),
    // What is kept for reports.
    of_site("GET /v1/segments", READ),
    taking("POST /v1/segments", SEGMENT, ADMIN),
    row("GET /v1/segments/{id}", READ_ONE),
    taking("PUT /v1/segments/{id}", SEGMENT, ADMIN),
    row("DELETE /v1/segments/{id}", ADMIN),
    row("GET /v1/segments/{id}/versions", ADMIN),
    of_site("GET /v1/goals", READ),
    taking("POST /v1/goals", GOAL, ADMIN),
    row("GET /v1/goals/{id}", READ_ONE),
    taking("PUT /v1/goals/{id}", GOAL, ADMIN),
    row("DELETE /v1/goals/{id}", ADMIN),
    row("GET /v1/goals/{id}/versions", ADMIN),
    of_site("GET /v1/annotations", READ),
    taking("POST /v1/annotations", NOTE, ADMIN),
    row("GET /v1/annotations/{id}", READ_ONE),
    taking("PUT /v1/annotations/{id}", NOTE, ADMIN),
    row("DELETE /v1/annotations/{id}", ADMIN),
    row("GET /v1/annotations/{id}/versions", ADMIN),
    of_site("GET /v1/rules", READ),
    taking("POST /v1/rules", RULE, ADMIN),
    row("GET /v1/rules/{id}", READ_ONE),
    taking("PUT /v1/rules/{id}", RULE, ADMIN),
    row("DELETE /v1/rules/{id}", ADMIN),
    row("GET /v1/rules/{id}/versions", ADMIN),
    taking("POST /v1/rules/preview", PREVIEW, ADMIN),
    of_site("GET /v1/alerts", READ),
    taking("POST /v1/alerts", ALERT, ADMIN),
    row("GET /v1/alerts/{id}", READ_ONE),
    taking("PUT /v1/alerts/{id}", ALERT, ADMIN),
    row("DELETE /v1/alerts/{id}", ADMIN),
    row("GET /v1/alerts/{id}/versions", ADMIN),
    taking("POST /v1/alerts/evaluate", EVALUATE, ADMIN),
    of_site("GET /v1/shares", ADMIN),
    taking("POST /v1/shares", SHARE, ADMIN),
    row("GET /v1/shares/{id}", ADMIN),
    taking("PUT /v1/shares/{id}", SHARE, ADMIN),
    row("DELETE /v1/shares/{id}", ADMIN),
    row("GET /v1/shares/{id}/versions", ADMIN),
    // Whatever the key is for: each tool asks for its own scope.
    taking("POST /mcp", MCP, "11++++++1+++13"),
    // For admins.
    row("GET /metrics", ADMIN),
    // D's dashboard asks for it, too: whoever may read in the shop.
    row("GET /health/deep", "11+3333+1+++13"),
    row("GET /v1/admin/dead-letters", ADMIN),
    row("GET /v1/admin/dead-letters/{id}", ADMIN),
    taking("POST /v1/admin/dead-letters/replay", r#"{"reason":"unknown_site"}"#, ADMIN),
    taking("POST /v1/admin/dead-letters/discard", r#"{"reason":"unknown_site"}"#, ADMIN),
    row("GET /v1/admin/changes", ADMIN),
    row("GET /v1/admin/counts", ADMIN),
    row("GET /v1/admin/log", ADMIN),
    row("GET /v1/admin/log/inspect", ADMIN),
    row("GET /v1/admin/log/verify", ADMIN),
    row("POST /v1/admin/backup", ADMIN),
    taking("POST /v1/admin/replay", r#"{"into":"again"}"#, ADMIN),
    row("GET /v1/admin/fingerprint", ADMIN),
    taking("POST /v1/privacy/export", r#"{"email":"nobody@shop.test"}"#, ADMIN),
    taking("POST /v1/privacy/erase", r#"{"user":"nobody"}"#, ADMIN),
    row("GET /v1/privacy/erasures", ADMIN),
    row("GET /v1/admin/status", ADMIN),
    row("GET /v1/admin/condition", ADMIN),
    row("GET /v1/admin/pace", ADMIN),
    row("GET /v1/admin/settings", ADMIN),
    row("GET /v1/admin/storefront", ADMIN),
    row("GET /v1/admin/staff", ADMIN),
    taking("PUT /v1/admin/staff", STAFF, ADMIN),
    row("GET /v1/admin/game-day", ADMIN),
    taking("POST /v1/admin/game-day", r#"{"seconds":10}"#, ADMIN),
    row("DELETE /v1/admin/game-day", ADMIN),
    row("GET /v1/admin/audit", ADMIN),
    row("POST /v1/admin/audit", ADMIN),
    taking("POST /v1/admin/audit/answers", ANSWERS, ADMIN),
    row("GET /v1/admin/imports", ADMIN),
    taking("POST /v1/admin/imports", IMPORT, ADMIN),
    taking("POST /v1/admin/imports/check", IMPORT_CHECK, ADMIN),
    row("GET /v1/admin/imports/{id}", ADMIN),
    taking("POST /v1/admin/imports/{id}", IMPORT_LINES, ADMIN),
    row("GET /v1/admin/imports/{id}/refused", ADMIN),
    row("POST /v1/admin/imports/{id}/undo", ADMIN),
    row("GET /v1/admin/exports/{kind}", ADMIN),
    row("GET /v1/admin/exports/events", ADMIN),
    row("GET /v1/admin/keys", ADMIN),
    taking("POST /v1/admin/keys", KEY, ADMIN),
    row("GET /v1/admin/keys/revoked", ADMIN),
    row("DELETE /v1/admin/keys/{id}", ADMIN),
    row("GET /v1/admin/sites", ADMIN),
    taking("POST /v1/admin/sites", SITE, ADMIN),
    taking("PUT /v1/admin/sites/{site}", SITE_CHANGED, ADMIN),
    row("POST /v1/admin/sites/{site}/keys", ADMIN),
    row("DELETE /v1/admin/sites/{site}/keys/{key}", ADMIN),
    // Sessions: who is nobody is told so; a key that is sent must be right.
    row("GET /v1/session", "+1++++++++++1+"),
    // With any token but the right one everybody would be nobody.
    taking("POST /v1/session", "{}", PUBLIC),
    row("DELETE /v1/session", PUBLIC),
    // A link and its password: with what is none, everybody would be nobody.
    taking("POST /v1/shares/open", "{}", PUBLIC),
    // The last of all: it ends every session that the walk has begun.
    row("DELETE /v1/admin/sessions", ADMIN),
];

/// What roles by themselves serve each other besides.
pub(super) const INTERNAL_ROUTES: &[Row] = &[
    taking("POST /v1/internal/stock/deduct", DEDUCT, INTERNAL),
    taking("POST /v1/internal/stock/release", RELEASE, INTERNAL),
    taking("POST /v1/internal/stock/commands", COMMANDS, INTERNAL),
    row("GET /v1/internal/stock/ledger", INTERNAL),
    taking("POST /v1/internal/stock/levels", r#"["mug"]"#, INTERNAL),
    row("GET /v1/internal/outbox", INTERNAL),
    taking("POST /v1/internal/outbox/ack", ACK, INTERNAL),
    row("GET /v1/internal/products", INTERNAL),
];
