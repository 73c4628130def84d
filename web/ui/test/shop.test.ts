import { afterEach, expect, test, vi } from "vitest";
import { place } from "../src/shop/checkout/attempt";
import { firstOpen, type Details } from "../src/shop/checkout/details";
import { orderRequest } from "../src/shop/checkout/request";
import { reachedAt, stageOf } from "../src/shop/order/progress";
import { chosenVariant, choicesOf, isSoldOut, pictureOf } from "../src/shop/product/variants";
import { Unreachable } from "../src/shop/server";
import { stored } from "../src/shop/stored";
import type { Fulfilment, Order, Variant } from "../src/shop/types";

const variant = (key: string, available: number): Variant => ({
  sku: key,
  title: key,
  options: key.split(" "),
  price: { amount_minor: 100, currency: "EUR" },
  track_stock: true,
  stock: { available, low: false },
});
const SHIRTS = [variant("S sand", 1), variant("S moss", 0), variant("M sand", 3), variant("M ink", 2)];
const shirt = (sku: string): Variant => chosenVariant(SHIRTS, sku);

test("the first variant that can be had is shown, unless the address names another", () => {
  expect(chosenVariant(SHIRTS, null).sku).toBe("S sand");
  expect(chosenVariant([variant("a", 0), variant("b", 1)], null).sku).toBe("b");
  expect(chosenVariant([variant("a", 0)], "no such").sku).toBe("a");
  expect(shirt("S moss").sku).toBe("S moss");
});

test("what is not known or not counted is not sold out", () => {
  const one = variant("a", 0);
  expect([one, { ...one, stock: null }, { ...one, track_stock: false }].map(isSoldOut)).toEqual([true, false, false]);
});

test("a choice keeps the other options where it can, and says what cannot be had", () => {
  const check = (from: string, index: number, expected: string[]) =>
    expect(choicesOf(SHIRTS, shirt(from), index).map((one) => `${one.value} → ${one.variant.sku}${one.soldOut ? " out" : ""}`)).toEqual(
      expected,
    );
  check("S sand", 0, ["S → S sand", "M → M sand"]);
  check("S sand", 1, ["sand → S sand", "moss → S moss out", "ink → M ink out"]);
  check("M ink", 0, ["S → S sand out", "M → M ink"]);
  check("S moss", 0, ["S → S moss out", "M → M sand out"]);
});

test("a variant without a picture shows that of the one most like it", () => {
  const of = (...skus: (string | null)[]) => skus.map((variant_sku) => ({ id: "", alt: "", width: 1, height: 1, variant_sku }));
  const check = (sku: string, images: ReturnType<typeof of>, place: number) => expect(pictureOf(images, SHIRTS, shirt(sku))).toBe(place);
  check("M sand", of(null, "S sand", "M sand"), 2);
  check("M sand", of(null, "S sand"), 1);
  check("M ink", of(null, "S sand"), 0);
  check("M ink", [], 0);
});

const ORDER = { status: "confirmed", fulfilment_status: "unfulfilled", fulfilments: [], created_at: "t0", events: [] } as unknown as Order;

test("how far an order is", () => {
  const parcel = (status: string): Fulfilment[] => [{ status } as Fulfilment];
  const check = (order: Partial<Order>, stage: string) => expect(stageOf({ ...ORDER, ...order })).toBe(stage);
  check({ status: "accepted" }, "accepted");
  check({}, "confirmed");
  check({ fulfilments: parcel("packed") }, "packed");
  check({ fulfilments: [...parcel("packed"), ...parcel("shipped")] }, "sent");
  check({ fulfilments: parcel("delivered") }, "sent");
  check({ fulfilments: parcel("cancelled") }, "confirmed");
  check({ status: "fulfilled", fulfilment_status: "fulfilled" }, "sent");
  expect(reachedAt(ORDER, "accepted")).toBe("t0");
  expect(reachedAt({ ...ORDER, events: [{ kind: "shipped", at: "t3" }] }, "sent")).toBe("t3");
  expect(reachedAt(ORDER, "packed")).toBeUndefined();
});

const ADDRESS = { name: "Ann ", company: "", line1: "1 Street", line2: "", city: "Town", region: "", postal_code: "1", country: "DE" };
const DETAILS: Details = { contact: { name: "Ann", email: "a@b", phone: "" }, address: ADDRESS, billing: null, note: " ", consent: false };

test("no step of the checkout can be skipped", () => {
  expect(firstOpen(DETAILS)).toBe("review");
  expect(firstOpen({ ...DETAILS, contact: { ...DETAILS.contact, email: "a" } })).toBe("contact");
  expect(firstOpen({ ...DETAILS, address: { ...ADDRESS, country: "" } })).toBe("address");
  expect(firstOpen({ ...DETAILS, billing: { ...ADDRESS, city: " " } })).toBe("address");
});

test("an order says what was filled in and nothing else", () => {
  const total = { amount_minor: 5, currency: "EUR" };
  document.documentElement.lang = "de";
  expect(orderRequest([{ sku: "a", quantity: 2, seen_price_minor: 1 }], DETAILS, total)).toEqual({
    items: [{ sku: "a", quantity: 2 }],
    customer: { name: "Ann", email: "a@b" },
    shipping_address: { name: "Ann", line1: "1 Street", city: "Town", postal_code: "1", country: "DE" },
    expected_total: total,
    context: { page: "https://shop.test/", language: "de" },
  });
});

test("what is kept outlives nonsense in its place, and a storage that takes nothing", () => {
  const numbers = () => stored<number[]>("test", (kept) => (Array.isArray(kept) ? kept : []));
  localStorage.setItem("test", "{nonsense");
  const kept = numbers();
  expect(kept.get()).toEqual([]);
  kept.set([1]);
  expect(numbers().get()).toEqual([1]);
  expect(kept.get()).toBe(kept.get());
  localStorage.setItem("test", "[2]");
  expect(kept.get()).toEqual([2]);
  const none = stored<number>(
    "other",
    (value) => (typeof value === "number" ? value : 0),
    () => {
      throw new Error("no storage");
    },
  );
  none.set(7);
  expect(none.get()).toBe(7);
});

const BODY = { items: [{ sku: "mug", quantity: 1 }] };
const sent: [string, string][] = [];
/** The next answers of the server, one for each call. */
function answers(...all: [number, object][]): void {
  localStorage.removeItem("kassa-order");
  sent.length = 0;
  vi.stubGlobal("fetch", (_: string, init: RequestInit) => {
    sent.push([(init.headers as Record<string, string>)["idempotency-key"] ?? "", String(init.body)]);
    const [status, body] = all.shift() ?? [0, {}];
    return status === 0 ? Promise.reject(new TypeError("no network")) : Promise.resolve(new Response(JSON.stringify(body), { status }));
  });
}
afterEach(() => vi.unstubAllGlobals());
const problem = (type: string, more = {}): object => ({ type: `/errors/${type}`, detail: "why", ...more });
const CREATED = { id: "1", link: "/order/1?k=2" };

test("what was sent is sent again as it was, until there is an answer", async () => {
  answers([0, {}], [503, {}], [409, problem("request-in-flight")], [201, CREATED]);
  for (const times of [1, 2, 3]) await expect(place("key", { ...BODY, times })).rejects.toThrow(Unreachable);
  expect(await place("key", null)).toEqual({ is: "placed", link: CREATED.link, skus: ["mug"] });
  expect(new Set(sent.map((one) => one.join())).size).toBe(1);
  // The same page once more: it is ordered already.
  expect(await place("key", BODY)).toEqual({ is: "placed", link: CREATED.link, skus: [] });
  expect(sent.length).toBe(4);
});

test("after a no the checkout goes on: with the same key where nothing stands under it, with another where the no does", async () => {
  const key = (): unknown => (JSON.parse(localStorage.getItem("kassa-order") ?? "{}") as { key: unknown }).key;
  const total = { amount_minor: 2, currency: "EUR" };
  const check = async (answer: [number, object], outcome: object, stays: boolean) => {
    answers(answer);
    expect(await place("key", BODY)).toEqual(outcome);
    expect(key()).toBe(stays ? "key" : null);
  };
  await check([409, problem("total-changed", { total, lines: [] })], { is: "total", total, lines: [] }, true);
  await check([422, problem("insufficient-stock")], { is: "stock" }, false);
  await check([422, problem("unknown-sku")], { is: "stock" }, false);
  await check([422, problem("idempotency-key-reused")], { is: "elsewhere" }, true);
  await check([400, problem("bad-request")], { is: "refused", detail: "why" }, true);
  answers();
  expect(await place("key", null)).toEqual({ is: "nothing" });
});
