// The routes of the systems C and D: products, orders of one item, inventory, chaos.
import { always, boolean, del, from, get, integer, list, MUST_KEY, number, object, post, raw, ref, string, text, time } from "../shape.mjs";

export const tag = "compat: items";
export const about =
  "What programs of the systems C, a shop with monitoring, and D, a resilient order platform, ask. `item_id` is the SKU.";

const short = ref("Refusal");
const shorts = { 400: short, 401: short, 403: short, 404: short, 413: short, 429: short, 500: short, 503: short };
const long = ref("LongRefusal");
const longs = { 400: long, 401: long, 403: long, 404: long, 409: long, 413: long, 422: long, 429: long, 500: long, 503: long };
const yes = { success: always(true) };
const item = { item_id: string, item_name: string, quantity: integer, reserved_quantity: integer };

export const schemas = {
  LongRefusal: object({ success: always(false), error: string, "message?": string }),
  CounterProduct: object({ _id: string, name: string, price: number, createdAt: time, updatedAt: time, __v: integer }),
  ItemOrder: object({
    order_id: string,
    item_id: string,
    quantity: integer,
    status: string,
    created_at: time,
    "updated_at?": time,
    "items?": list(object({ item_id: string, quantity: integer })),
  }),
  StockItem: object(item),
  WholeStockItem: object({ ...item, created_at: time, updated_at: time }),
  Chaos: object({ latency: boolean, latency_ms: integer, crash_rate: number, partial_failure_rate: number }),
};

const placed = object({ ...yes, message: string, order: ref("ItemOrder") });
const inWords = [short, raw("text/plain")];
const message = {
  dialect: "C",
  scope: "orders",
  body: object({ message: text(16_384), recipient: text(254) }),
  answers: { ...shorts, 200: raw("text/plain"), 400: inWords, 403: inWords, 429: inWords },
};
const chaos = { scope: "admin", dialect: "D", session: true };
const switched = object({ ...yes, message: string, config: ref("Chaos"), "expires_at?": time });

export const operations = [
  get("/api/health", {
    id: "getApiHealth",
    says: "It runs",
    dialect: "C",
    scope: ["read", "catalog", "inventory", "orders"],
    answers: { ...shorts, 200: object({ ok: boolean }) },
    examples: [{ name: "ok", status: 200 }],
  }),
  post("/api/products", {
    id: "createCounterProduct",
    says: "Make a product",
    dialect: "C",
    scope: "catalog",
    body: object({ name: string, price: number }),
    answers: { ...shorts, 201: ref("CounterProduct") },
    examples: [
      { name: "bowl", body: { name: "Bowl", price: 9.5 }, status: 201 },
      { name: "noPrice", body: { name: "Bowl" }, status: 400 },
    ],
  }),
  get("/api/products", {
    id: "listCounterProducts",
    says: "Products, the newest first",
    dialect: "C",
    scope: "read",
    answers: { ...shorts, 200: list(ref("CounterProduct")) },
    examples: [{ name: "all", status: 200 }],
  }),
  post("/notify", {
    ...message,
    id: "notify",
    says: "Tell somebody: by mail where the recipient has an `@`, by `webhook:<id>`, else on the stream of notifications",
    examples: [
      { name: "kitchen", body: { message: "The mug is ready", recipient: "kitchen" }, status: 200 },
      { name: "nobody", body: { message: "The mug is ready" }, status: 400 },
    ],
  }),
  post("/notifications/notify", {
    ...message,
    id: "notifyThroughGateway",
    says: "The same under the path that C's gateway has",
    examples: [{ name: "kitchen", body: { message: "The cup is ready", recipient: "kitchen" }, status: 200 }],
  }),
  post("/api/orders", {
    id: "createItemOrder",
    says: "Order an item; 202 while inventory is away",
    dialect: "D",
    scope: "orders",
    headers: MUST_KEY,
    body: object({ item_id: string, quantity: from(1) }),
    answers: {
      ...longs,
      201: placed,
      202: placed,
      422: object({ success: always(false), error: string, "message?": string, "order?": object({ order_id: string, status: string }) }),
    },
    examples: [
      {
        name: "mug",
        headers: { "Idempotency-Key": "item-1" },
        body: { item_id: "mug", quantity: 1 },
        status: 201,
        save: { itemOrder: "order.order_id" },
      },
      { name: "tooMany", headers: { "Idempotency-Key": "item-2" }, body: { item_id: "mug", quantity: 500 }, status: 422 },
      { name: "noKey", body: { item_id: "mug", quantity: 1 }, status: 400 },
    ],
  }),
  get("/api/orders", {
    id: "listItemOrders",
    says: "The newest 100 orders",
    dialect: "D",
    scope: "orders",
    answers: { ...longs, 200: object({ ...yes, count: integer, orders: list(ref("ItemOrder"), 100) }) },
    examples: [{ name: "all", status: 200 }],
  }),
  get("/api/orders/{id}", {
    id: "getItemOrder",
    says: "One order",
    dialect: "D",
    scope: "orders",
    at: { id: [string, "The order's UUID"] },
    answers: { ...longs, 200: object({ ...yes, order: ref("ItemOrder") }) },
    examples: [
      { name: "mug", at: { id: "{itemOrder}" }, status: 200 },
      { name: "unknown", at: { id: "nothing" }, status: 404 },
    ],
  }),
  get("/api/inventory", {
    id: "listStockItems",
    says: "What is in stock",
    dialect: "D",
    scope: "read",
    answers: { ...longs, 200: object({ ...yes, count: integer, items: list(ref("StockItem"), 10_000) }) },
    examples: [{ name: "all", status: 200 }],
  }),
  get("/api/inventory/{item_id}", {
    id: "getStockItem",
    says: "The stock of one item",
    dialect: "D",
    scope: "read",
    at: { item_id: [string, "The SKU"] },
    answers: { ...longs, 200: object({ ...yes, item: ref("WholeStockItem") }) },
    examples: [
      { name: "mug", at: { item_id: "mug" }, status: 200 },
      { name: "unknown", at: { item_id: "teapot" }, status: 404 },
    ],
  }),
  post("/api/inventory/deduct", {
    id: "deductStock",
    says: "Take units out, once per order",
    dialect: "D",
    scope: "inventory",
    body: object({ item_id: string, quantity: from(1), "order_id?": text(255) }),
    answers: {
      ...longs,
      200: object({ ...yes, message: string, "idempotent?": boolean, item: ref("StockItem") }),
      422: object({ success: always(false), error: string, "message?": string, "available?": integer, "requested?": integer }),
    },
    examples: [
      { name: "two", body: { item_id: "mug", quantity: 2, order_id: "o-77" }, status: 200 },
      { name: "again", body: { item_id: "mug", quantity: 2, order_id: "o-77" }, status: 200 },
      { name: "tooMany", body: { item_id: "mug", quantity: 500 }, status: 422 },
    ],
  }),
  post("/api/admin/chaos", {
    ...chaos,
    id: "startChaos",
    says: "Make inventory slow or unreliable, for a while",
    body: object({ "latency?": boolean, "latency_ms?": from(0), "crash_rate?": number, "partial_failure_rate?": number }),
    answers: { ...longs, 200: switched },
    examples: [{ name: "slow", body: { latency: true, latency_ms: 5 }, status: 200 }],
  }),
  get("/api/admin/chaos", {
    ...chaos,
    id: "getChaos",
    says: "Whether it is",
    scope: "read",
    answers: { ...longs, 200: object({ ...yes, chaos_enabled: boolean, config: ref("Chaos"), "expires_at?": time }) },
    examples: [{ name: "slow", status: 200 }],
  }),
  del("/api/admin/chaos", {
    ...chaos,
    id: "stopChaos",
    says: "Leave inventory as it is",
    answers: { ...longs, 200: switched },
    examples: [{ name: "stop", status: 200 }],
  }),
];
