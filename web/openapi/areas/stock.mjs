// Stock: what is on hand, and why.
import {
  boolean,
  counted,
  cursor,
  from,
  get,
  integer,
  KEY,
  limit,
  nullable,
  number,
  object,
  page,
  post,
  put,
  ref,
  string,
  time,
  total,
} from "../shape.mjs";

export const tag = "Stock";
export const about = "What is on hand of each SKU, how it came there, and when it is low.";

export const schemas = {
  Stock: object({
    sku: string,
    product: nullable(object({ id: integer, name: string })),
    archived: nullable(boolean),
    on_hand: integer,
    reserved: integer,
    available: integer,
    low_stock_at: integer,
    low: boolean,
    created_at: time,
    updated_at: time,
  }),
  Movement: object({ id: integer, ref: string, kind: string, quantity: integer, reason: nullable(string), created_at: time }),
  Forecast: object({
    sku: string,
    name: nullable(string),
    available: integer,
    units: integer,
    days: integer,
    units_per_day: number,
    days_left: integer,
    sold_out_at: time,
  }),
};

const scope = "inventory";
const at = { sku: [string, "The variant's SKU"] };
const movement = object({ quantity: integer, "reason?": nullable(string) });

export const operations = [
  post("/v1/inventory/{sku}/receive", {
    id: "receiveStock",
    says: "Goods came in",
    scope,
    at,
    headers: KEY,
    body: movement,
    answers: { 200: ref("Stock") },
    problems: ["too-much-stock", "insufficient-stock"],
    examples: [
      { name: "mugs", at: { sku: "mug" }, body: { quantity: 40, reason: "delivery 7" }, status: 200 },
      { name: "unknown", at: { sku: "teapot" }, body: { quantity: 1 }, status: 404 },
    ],
  }),
  post("/v1/inventory/{sku}/adjust", {
    id: "adjustStock",
    says: "More or fewer are there than the books say; never below 0",
    scope,
    at,
    headers: KEY,
    body: movement,
    answers: { 200: ref("Stock") },
    problems: ["too-much-stock", "insufficient-stock"],
    examples: [
      { name: "broken", at: { sku: "mug" }, body: { quantity: -2, reason: "broken" }, status: 200 },
      { name: "tooMany", at: { sku: "mug" }, body: { quantity: -1000 }, status: 422 },
    ],
  }),
  put("/v1/inventory/{sku}", {
    id: "setLowStock",
    says: "From how many on it is low",
    scope,
    at,
    headers: KEY,
    body: object({ low_stock_at: from(0) }),
    answers: { 200: ref("Stock") },
    examples: [{ name: "ten", at: { sku: "mug" }, body: { low_stock_at: 10 }, status: 200 }],
  }),
  get("/v1/inventory", {
    id: "listStock",
    says: "Stock by SKU, a page at a time",
    scope: ["read", "inventory"],
    query: {
      "low?": [boolean, "What is low alone"],
      "archived?": [boolean, "What is archived alone, or what is not"],
      "barcode?": [string, "What bears this barcode alone"],
      ...limit(50, 200),
      ...cursor,
      ...counted,
    },
    answers: { 200: page(ref("Stock"), total) },
    examples: [{ name: "low", query: { low: true, total: true }, status: 200 }],
  }),
  get("/v1/inventory/{sku}", {
    id: "getStock",
    says: "The stock of one SKU",
    scope: ["read", "inventory"],
    at,
    answers: { 200: ref("Stock") },
    examples: [{ name: "mug", at: { sku: "mug" }, status: 200 }],
  }),
  get("/v1/inventory/{sku}/ledger", {
    id: "listMovements",
    says: "Every movement, the newest first; their sum is what is on hand",
    scope,
    at,
    query: { ...limit(50, 200), ...cursor },
    answers: { 200: page(ref("Movement")) },
    examples: [{ name: "mug", at: { sku: "mug" }, query: { limit: 2 }, status: 200 }],
  }),
];
