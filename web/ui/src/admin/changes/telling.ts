/** A change in words, by the request that asked for it, and the page of what it changed. */
import type { ChangeMade } from "@kassa/client";
import type { AdminTexts } from "../../texts/en.admin";

type Did = keyof AdminTexts["changes"]["did"];

/** Of which requests it is told how; `*` is one part of a path. */
const REQUESTS: [request: string, did: Did][] = [
  ["PUT /v1/orders/*", "edited"],
  ["POST /v1/orders/*/cancel", "cancelled"],
  ["POST /v1/orders/*/fulfil", "fulfilled"],
  ["POST /v1/orders/*/fulfilments", "packed"],
  ["POST /v1/orders/*/fulfilments/*", "parcel"],
  ["POST /v1/orders/*/payments", "paid"],
  ["POST /v1/orders/*/refunds", "refunded"],
  ["POST /v1/products", "productMade"],
  ["PATCH /v1/products/*", "productChanged"],
  ["PUT /v1/products/*", "productChanged"],
  ["DELETE /v1/products/*", "productArchived"],
  ["POST /v1/products/*/restore", "productBack"],
  ["POST /v1/products/*/variants", "variantMade"],
  ["PATCH /v1/products/*/variants/*", "variantChanged"],
  ["DELETE /v1/products/*/variants/*", "variantArchived"],
  ["POST /v1/categories", "categoryMade"],
  ["PATCH /v1/categories/*", "categoryChanged"],
  ["DELETE /v1/categories/*", "categoryGone"],
  ["POST /v1/inventory/*/receive", "received"],
  ["POST /v1/inventory/*/adjust", "adjusted"],
  ["PUT /v1/inventory/*", "low"],
  ["PUT /v1/storefront", "storefront"],
];

const DID = new Map(REQUESTS);

export interface Told {
  /** Undefined where the request alone says it. */
  did: Did | undefined;
  /** What was changed, as it is called. */
  of: string | undefined;
  /** Its page in the admin. */
  to: string | undefined;
  /** The step that a parcel took. */
  state: string | undefined;
}

export function toldOf({ method, path, asked }: ChangeMade): Told {
  const [area = "", id, part, ...rest] = path.split("/").slice(2);
  const shape = [area, id && "*", part, ...rest.map(() => "*")].filter(Boolean).join("/");
  const did = DID.get(`${method} /v1/${shape}`);
  const told = { did, of: id, to: undefined, state: undefined };
  if (area === "orders" && id) return { ...told, to: `/admin/orders/${id}`, state: did === "parcel" ? textOf(asked, "to") : undefined };
  const sku = skuOf(area, id, rest[0]) ?? textOf(asked, "sku");
  return {
    ...told,
    of: sku ?? id ?? textOf(asked, "name"),
    to: sku && area !== "categories" ? `/admin/stock?sku=${encodeURIComponent(sku)}` : undefined,
  };
}

/** The SKU that a path names: of stock, of a variant, of a product that is called by it. */
function skuOf(area: string, id: string | undefined, variant: string | undefined): string | undefined {
  if (area === "inventory") return id;
  if (area !== "products") return undefined;
  return variant ?? (id?.startsWith("sku:") ? id.slice("sku:".length) : undefined);
}

/** A text of what was asked; what was asked may be any JSON. */
function textOf(asked: unknown, name: string): string | undefined {
  const value: unknown = typeof asked === "object" && asked !== null ? (asked as Record<string, unknown>)[name] : undefined;
  return typeof value === "string" ? value : undefined;
}
