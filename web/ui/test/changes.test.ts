import type { ChangeMade } from "@kassa/client";
import { expect, test } from "vitest";
import { toldOf } from "../src/admin/changes/telling";

const change = (request: string, asked: unknown = {}): ChangeMade => {
  const [method = "", path = ""] = request.split(" ");
  return { id: "1", at: "2026-11-29T10:00:00Z", actor: "admin", name: "admin", method, path, asked };
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
])("%s is told", (request, asked, did, of, to) => {
  expect(toldOf(change(request, asked))).toMatchObject({ did, of, to });
});

test("a parcel's step is told with it", () => {
  expect(toldOf(change("POST /v1/orders/0190/fulfilments/2", { number: 2, to: "shipped" }))).toMatchObject({
    did: "parcel",
    state: "shipped",
  });
});
