/** A change in words, by the request that asked for it, and the page of what it changed. */
import type { ChangeMade } from "@kassa/client";
import type { AdminTexts } from "../../texts/en.admin";

type Did = keyof AdminTexts["changes"]["did"];

/** Of which requests it is told how; `*` is one part of a path. */
const REQUESTS: [request: string, did: Did][] = [
  ["PUT /v1/orders/*", "edited"],
  ["PATCH /v1/orders/*", "amended"],
  ["PUT /v1/order-views/*", "view"],
  ["DELETE /v1/order-views/*", "view"],
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
  ["POST /v1/orders", "placed"],
  ["POST /v1/deliveries/*/replay", "replayed"],
  ["POST /v1/webhooks", "webhookMade"],
  ["PATCH /v1/webhooks/*", "webhookChanged"],
  ["POST /v1/webhooks/*/rotate", "webhookRotated"],
  ["DELETE /v1/webhooks/*", "webhookGone"],
  ["POST /v1/privacy/erase", "erased"],
  ["POST /v1/admin/keys", "keyMade"],
  ["DELETE /v1/admin/keys/*", "keyRevoked"],
  ["POST /v1/admin/sites", "siteMade"],
  ["POST /v1/admin/sites/*/keys", "writeKeyMade"],
  ["DELETE /v1/admin/sites/*/keys/*", "writeKeyRevoked"],
  ["DELETE /v1/admin/sessions", "allLoggedOut"],
  ["PUT /v1/admin/staff", "staff"],
  ["POST /v1/admin/dead-letters/replay", "lettersAgain"],
  ["POST /v1/admin/dead-letters/discard", "lettersGone"],
  ["POST /v1/admin/imports/*", "broughtIn"],
  ["POST /v1/admin/imports/*/undo", "takenBack"],
  ...(["segments", "goals", "annotations", "shares", "rules", "alerts"] as const).flatMap((kind): [string, Did][] => [
    [`POST /v1/${kind}`, "keptMade"],
    [`PUT /v1/${kind}/*`, "keptChanged"],
    [`DELETE /v1/${kind}/*`, "keptGone"],
  ]),
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

export function toldOf({ method, path, asked, before, after }: ChangeMade): Told {
  const parts = path.split("/").slice(2);
  // What belongs to kassa and not to the shop has a word before it.
  const lead = parts[0] === "admin" ? ["admin"] : [];
  const [area = "", id, part, ...rest] = parts.slice(lead.length);
  const shape = [...lead, area, id && "*", part, ...rest.map(() => "*")].filter(Boolean).join("/");
  const did = DID.get(`${method} /v1/${shape}`) ?? DID.get(`${method} /v1/${[...lead, area, id].join("/")}`);
  const told = { did, of: id, to: undefined, state: undefined };
  const made = textOf(after, "location")?.match(/^\/v1\/orders\/([^/]+)$/)?.[1];
  if (area === "orders" && made) return { ...told, of: made, to: `/admin/orders/${made}` };
  if (lead.length || !SHOP.has(area)) return { ...told, of: nameOf(after) ?? nameOf(before) ?? nameOf(asked) ?? id };
  if (area === "orders" && id) return { ...told, to: `/admin/orders/${id}`, state: did === "parcel" ? textOf(asked, "to") : undefined };
  const sku = skuOf(area, id, rest[0]) ?? textOf(asked, "sku");
  return {
    ...told,
    of: sku ?? id ?? textOf(asked, "name"),
    to: sku && area !== "categories" ? `/admin/stock?sku=${encodeURIComponent(sku)}` : undefined,
  };
}

/** Where the ids of a path are orders, products and SKUs. */
const SHOP = new Set(["orders", "products", "categories", "inventory"]);

const nameOf = (thing: unknown): string | undefined => ["name", "url", "id", "reason"].map((member) => textOf(thing, member)).find(Boolean);

/** A member of a thing that differs, and how it was and is. */
export interface Differing {
  name: string;
  before: unknown;
  after: unknown;
}

/** The members that differ, those of objects within by `a.b`; none where nobody looked. */
export function differingOf({ before, after }: Pick<ChangeMade, "before" | "after">): Differing[] {
  if (!isObject(before) && !isObject(after)) return [];
  const [was, is] = [isObject(before) ? before : {}, isObject(after) ? after : {}];
  return [...new Set([...Object.keys(was), ...Object.keys(is)])].flatMap((name) => {
    const within = isObject(was[name]) || isObject(is[name]) ? differingOf({ before: was[name], after: is[name] }) : [];
    if (within.length) return within.map((one) => ({ ...one, name: `${name}.${one.name}` }));
    return [{ name, before: was[name], after: is[name] }];
  });
}

const isObject = (value: unknown): value is Record<string, unknown> => typeof value === "object" && value !== null && !Array.isArray(value);

/** The SKU that a path names: of stock, of a variant, of a product that is called by it. */
function skuOf(area: string, id: string | undefined, variant: string | undefined): string | undefined {
  if (area === "inventory") return id;
  if (area !== "products") return undefined;
  return variant ?? (id?.startsWith("sku:") ? id.slice("sku:".length) : undefined);
}

/** A text of what was asked; what was asked may be any JSON. */
function textOf(asked: unknown, name: string): string | undefined {
  const value: unknown = isObject(asked) ? asked[name] : undefined;
  return typeof value === "string" ? value : undefined;
}
