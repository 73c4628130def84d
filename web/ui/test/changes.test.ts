import type { ChangeMade } from "@kassa/client";
import { expect, test } from "vitest";
import { differingOf, toldOf } from "../src/admin/changes/telling";

const change = (request: string, asked: unknown = {}): ChangeMade => {
  const [method = "", path = ""] = request.split(" ");
  return { id: "1", at: "2026-11-29T10:00:00Z", actor: "admin", name: "admin", method, path, asked, before: null, after: null };
};

test.each<[string, unknown, string | undefined, string | undefined, string | undefined]>([
  ["PUT /v1/orders/0190", [{ sku: "mug" }], "edited", "0190", "/admin/orders/0190"],
  ["POST /v1/orders/0190/refunds", { amount: 5 }, "refunded", "0190", "/admin/orders/0190"],
  ["POST /v1/orders/0190/fulfilments", { lines: [] }, "packed", "0190", "/admin/orders/0190"],
  ["POST /v1/products", { sku: "a&b", name: "Mug" }, "productMade", "a&b", "/admin/stock?sku=a%26b"],
  ["PATCH /v1/products/7", { name: "Mug" }, "productChanged", "7", undefined],
  ["DELETE /v1/products/sku:mug", null, "productArchived", "mug", "/admin/stock?sku=mug"],
  ["PATCH /v1/products/7/variants/mug-red", {}, "variantChanged", "mug-red", "/admin/stock?sku=mug-red"],
  ["POST /v1/categories", { name: "Cups" }, "categoryMade", "Cups", undefined],
  ["POST /v1/inventory/mug/adjust", { quantity: -1 }, "adjusted", "mug", "/admin/stock?sku=mug"],
  ["POST /v1/orders/0190/something", {}, undefined, "0190", "/admin/orders/0190"],
  ["POST /v9/what", "text", undefined, undefined, undefined],
  ["POST /v1/admin/keys", { name: "Anna" }, "keyMade", "Anna", undefined],
  ["DELETE /v1/admin/keys/0190", null, "keyRevoked", "0190", undefined],
  ["DELETE /v1/admin/sites/shop/keys/wk_1", null, "writeKeyRevoked", "shop", undefined],
  ["DELETE /v1/admin/sessions", null, "allLoggedOut", undefined, undefined],
  ["POST /v1/admin/dead-letters/replay", { reason: "unknown_site" }, "lettersAgain", "unknown_site", undefined],
  ["POST /v1/admin/dead-letters/discard", { id: "0190" }, "lettersGone", "0190", undefined],
  ["POST /v1/admin/imports/orders-9f86", {}, "broughtIn", "orders-9f86", undefined],
  ["POST /v1/admin/imports/orders-9f86/undo", {}, "takenBack", "orders-9f86", undefined],
  ["PUT /v1/rules/0190", { name: "Office" }, "keptChanged", "Office", undefined],
])("%s is told", (request, asked, did, of, to) => {
  expect(toldOf(change(request, asked))).toMatchObject({ did, of, to });
});

test("a parcel's step is told with it", () => {
  expect(toldOf(change("POST /v1/orders/0190/fulfilments/2", { number: 2, to: "shipped" }))).toMatchObject({
    did: "parcel",
    state: "shipped",
  });
});

test("an order that was placed is led to", () => {
  const placed = { ...change("POST /v1/orders"), after: { location: "/v1/orders/0190" } };
  expect(toldOf(placed)).toMatchObject({ did: "placed", of: "0190", to: "/admin/orders/0190" });
});

test("what differs is listed member by member", () => {
  const before = { total: 50, customer: { name: "Ann", phone: null }, lines: [1] };
  const after = { total: 40, customer: { name: "Anna" }, lines: [2] };
  expect(differingOf({ before, after })).toEqual([
    { name: "total", before: 50, after: 40 },
    { name: "customer.name", before: "Ann", after: "Anna" },
    { name: "customer.phone", before: null, after: undefined },
    { name: "lines", before: [1], after: [2] },
  ]);
  expect(differingOf({ before: null, after: { name: "Mug" } })).toEqual([{ name: "name", before: undefined, after: "Mug" }]);
  expect(differingOf({ before: null, after: null })).toEqual([]);
});
