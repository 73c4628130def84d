import { expect, test } from "vitest";
import type { Category, Seen, Variant } from "../src/admin/products/product";
import { inTree, priceText, typed } from "../src/admin/products/product";
import { bodyOf, differing, EMPTY, fieldsOf, wrongIn } from "../src/admin/products/draft";
import { combinations, combined, optionsOf, skuOf, valuesOf } from "../src/admin/products/variants/combine";
import { differences, isIn, placesAfter } from "../src/admin/products/categories/tree";
import { daysOf, labels } from "../src/admin/products/life/days";
import { moved } from "../src/admin/products/pictures/order";
import { admin as en } from "../src/texts/en.admin";

const eur = (amount_minor: number) => ({ amount_minor, currency: "EUR" });

const variant = (sku: string, options: string[], more: Partial<Variant> = {}): Variant => ({
  id: 1,
  sku,
  title: options.join(" / ") || null,
  options,
  price: eur(1000),
  barcode: null,
  track_stock: true,
  stock: { available: 3, low: false },
  cost: null,
  weight_g: null,
  position: 1,
  archived: false,
  ...more,
});

const seen = (variants: Variant[], more: Partial<Seen["product"]> = {}): Seen => ({
  etag: '"1"',
  variants,
  product: {
    id: 1,
    slug: "mug",
    sku: variants[0]?.sku ?? "",
    name: "Mug",
    category: null,
    category_slug: null,
    description: null,
    release_date: null,
    image_url: null,
    images: [],
    price: eur(1000),
    price_from: eur(1000),
    price_to: eur(1000),
    options: [],
    variant_count: variants.length,
    status: "active",
    attributes: {},
    track_stock: true,
    stock: null,
    version: 1,
    created_at: "2026-11-29T10:00:00Z",
    updated_at: "2026-11-29T10:00:00Z",
    variants,
    ...more,
  },
});

const category = (id: number, parent_id: number | null, position: number): Category => ({
  id,
  slug: `c-${id}`,
  name: `C ${id}`,
  parent_id,
  position,
  version: 1,
  count: 0,
});

test("an amount is typed in its currency's own digits", () => {
  expect(typed(eur(1250))).toBe("12.50");
  expect(typed({ amount_minor: 1250, currency: "JPY" })).toBe("1250");
  expect(typed({ amount_minor: 1250, currency: "KWD" })).toBe("1.250");
  const money = ({ amount_minor }: { amount_minor: number }): string => String(amount_minor);
  expect(priceText({ price_from: eur(1), price_to: eur(1) }, money)).toBe("1");
  expect(priceText({ price_from: eur(1), price_to: eur(2) }, money)).toBe("1 – 2");
});

test("only what differs is sent, and what is emptied is null", () => {
  const mug = seen([variant("mug", [], { barcode: "4006381333931", cost: eur(500) })]);
  const base = fieldsOf(mug);
  const edits = differing(base, { name: "Mug", description: "", price: "12,5", barcode: "", category: "c-2", cost: " " });
  expect(Object.keys(edits).sort()).toEqual(["barcode", "category", "cost", "price"]);
  expect(bodyOf(edits, mug, [category(2, null, 0)])).toEqual({
    category_id: 2,
    variants: [{ sku: "mug", price: eur(1250), cost: null, barcode: null }],
  });
  expect(bodyOf({ slug: "new-mug", release_date: "2026-12-01" }, mug, [])).toEqual({ slug: "new-mug", release_date: "2026-12-01" });
});

test.each<[string, object, object]>([
  ["nothing", { name: "Mug", price: "1" }, {}],
  ["no name", { name: " ", price: "1" }, { name: "missing" }],
  ["no price", { name: "Mug" }, { price: "missing" }],
  ["no amount", { name: "Mug", price: "abc", cost: "-2" }, { price: "amount", cost: "amount" }],
  ["an address", { name: "Mug", price: "1", slug: "A b" }, { slug: "slug" }],
  ["a weight", { name: "Mug", price: "1", weight_g: "1.5" }, { weight_g: "whole" }],
])("what is wrong with %s", (_, fields, wrong) => {
  expect(wrongIn({ ...EMPTY, ...fields }, "EUR")).toEqual(wrong);
});

test("all combinations, with those that are there and those that come back", () => {
  expect(valuesOf("S, M ,s;É, e\nL")).toEqual(["S", "M", "É", "L"]);
  expect(
    combinations([
      { name: "Size", values: ["S", "M"] },
      { name: "Colour", values: ["red", "blue"] },
    ]),
  ).toEqual([
    ["S", "red"],
    ["S", "blue"],
    ["M", "red"],
    ["M", "blue"],
  ]);
  const options = [
    { name: "Size", values: ["S", "M"] },
    { name: "Colour", values: ["red"] },
  ];
  const there = combined(options, [variant("a", ["s"]), variant("b", ["M", "RED"], { archived: true })]);
  expect(there.map((one) => [one.values.join("/"), one.variant?.sku])).toEqual([
    ["S/red", "a"],
    ["M/red", "b"],
  ]);
  expect(combined(options, [variant("only", [])])[0]?.variant?.sku).toBe("only");
  expect(optionsOf(seen([variant("a", ["S"]), variant("b", ["M"])], { options: ["Size"] }))).toEqual([
    { name: "Size", values: ["S", "M"] },
  ]);
  expect(skuOf("shirt", ["Größe 2", "tiefrot"])).toBe("shirt-gro-e-2-tiefrot");
});

test("categories stand in their tree, go by a step, and never into themselves", () => {
  const all = [category(1, null, 0), category(2, null, 0), category(3, 1, 0), category(4, 3, 0)];
  const [one, two, , four] = all as [Category, Category, Category, Category];
  expect(inTree(all).map(({ category: { id }, depth }) => [id, depth])).toEqual([
    [1, 0],
    [3, 1],
    [4, 2],
    [2, 0],
  ]);
  expect(isIn(all, four, one)).toBe(true);
  expect(isIn(all, one, four)).toBe(false);
  expect(placesAfter(all, two, -1)).toEqual([{ category: one, position: 1 }]);
  expect(placesAfter(all, two, 1)).toEqual([]);
});

test("what another did to a category is told in words", () => {
  const [one, before] = [category(1, null, 0), category(2, null, 1)];
  const now = { ...before, parent_id: 1, position: 0, name: "Two", slug: "two" };
  expect(differences(before, now, [one, now], en)).toEqual(["Name: C 2 → Two", "Address: c-2 → two", "In: At the top · 2 → C 1 · 1"]);
  expect(differences(before, before, [one], en)).toEqual([en.changed.other]);
});

test("stock is told backwards from now, as far as the ledger was read", () => {
  const row = (day: string, ...metrics: number[]) => ({ dimensions: [day], metrics });
  const known = {
    views: [row("2026-11-29", 5)],
    sales: [row("2026-11-30", 1, 2)],
    prices: [
      { price: eur(900), since: "2026-11-30T08:00:00Z" },
      { price: eur(1000), since: "2026-11-01T08:00:00Z" },
    ],
    stock: {
      onHand: 7,
      whole: false,
      movements: [
        { quantity: -2, created_at: "2026-11-30T09:00:00Z" },
        { quantity: 9, created_at: "2026-11-29T09:00:00Z" },
      ],
    },
  };
  const days = daysOf(labels("2026-11-30", 3), known, "UTC");
  expect(days.map(({ label, views, units, stock, price, changed }) => [label, views, units, stock, price?.amount_minor, changed])).toEqual([
    ["2026-11-28", 0, 0, undefined, 1000, false],
    ["2026-11-29", 5, 0, 9, 1000, false],
    ["2026-11-30", 0, 2, 7, 900, true],
  ]);
  const whole = daysOf(labels("2026-11-30", 3), { ...known, stock: { ...known.stock, whole: true } }, "UTC");
  expect(whole[0]?.stock).toBe(0);
  expect(daysOf(labels("2026-11-30", 1), { ...known, stock: undefined }, "UTC")[0]?.stock).toBeUndefined();
});

test("a picture is moved", () => {
  expect(moved(["a", "b", "c"], 0, 2)).toEqual(["b", "c", "a"]);
  expect(moved(["a", "b", "c"], 2, 0)).toEqual(["c", "a", "b"]);
});
