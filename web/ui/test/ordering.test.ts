import { expect, test } from "vitest";
import { addressOf, isWhole, typedOf } from "../src/admin/orders/addressing";
import { cell, toCsv } from "../src/admin/orders/csv";
import { editedLines, totalOf } from "../src/admin/orders/editing";
import { added, withUnits } from "../src/admin/orders/goods";
import type { Order } from "../src/admin/orders/order";
import { pickedAfter } from "../src/admin/orders/picking";
import { idsOf, printPath, PRINTED_MAX, sortOf } from "../src/admin/orders/printing";
import { queryText } from "../src/admin/orders/Views";
import { newId } from "../src/admin/once";
import { differenceOf, keep, parseEntry, readKept, withEntry, type Counted } from "../src/admin/stock/counting";

const eur = (amount_minor: number) => ({ amount_minor, currency: "EUR" });

const order = (number: number, more: Partial<Order> = {}): Order => ({
  id: `0190a000-0000-7000-8000-00000000000${number}`,
  number,
  status: "confirmed",
  payment_status: "unpaid",
  fulfilment_status: "unfulfilled",
  total: eur(1950),
  refunded: eur(0),
  items: [
    {
      sku: "mug",
      name: "Mug",
      quantity: 2,
      unit_price: eur(975),
      total: eur(1950),
      refunded_quantity: 0,
      refunded: eur(0),
      restocked_quantity: 0,
      fulfilled_quantity: 0,
    },
  ],
  created_at: "2026-11-29T10:00:00Z",
  updated_at: "2026-11-29T10:00:00Z",
  ...more,
});

test("a range is picked from the last one to this, or no longer", () => {
  const orders = [5, 4, 3, 2, 1].map((number) => order(number));
  const numbers = (picked: Map<string, Order>) => [...picked.values()].map(({ number }) => number).sort();
  const one = pickedAfter(new Map(), orders, orders[1] as Order, undefined);
  expect(numbers(one)).toEqual([4]);
  const range = pickedAfter(one, orders, orders[3] as Order, orders[1]?.id);
  expect(numbers(range)).toEqual([2, 3, 4]);
  expect(numbers(pickedAfter(range, orders, orders[2] as Order, orders[3]?.id))).toEqual([4]);
  // The last one has left the list.
  expect(numbers(pickedAfter(one, orders, orders[0] as Order, "gone"))).toEqual([4, 5]);
});

test.each([
  ["plain", "plain"],
  [12.5, "12.5"],
  [-3, "-3"],
  ["=1+1", "'=1+1"],
  ["+49 30 1", "'+49 30 1"],
  ["-x", "'-x"],
  ["@SUM(A1)", "'@SUM(A1)"],
  ["\t=1", "'\t=1"],
  ['say "hi", you', '"say ""hi"", you"'],
  ["=a,b", `"'=a,b"`],
  ["two\nlines", '"two\nlines"'],
])("the cell of %j is %j", (value, expected) => {
  expect(cell(value)).toBe(expected);
});

test("an order is a line of a table", () => {
  const csv = toCsv([order(7, { customer: { name: "=cmd()", email: "a@b.test" }, note: "Ring, twice" })]);
  const [head, row] = csv.split("\r\n");
  expect(head?.split(",").slice(0, 3)).toEqual(["number", "placed_at", "status"]);
  expect(row).toContain(`7,2026-11-29T10:00:00Z,confirmed,unpaid,unfulfilled,'=cmd(),a@b.test,,2 x mug,19.5,0,EUR,,,"Ring, twice",`);
  expect(toCsv([order(1, { total: { amount_minor: 500, currency: "JPY" } })])).toContain(",500,0,JPY,");
});

test("an edited line keeps its price, a new one has today's, and all have where that is asked", () => {
  const priced = [
    { sku: "mug", quantity: 1, name: "Mug", variant_title: null, price: eur(1000), total: eur(1000), available: 5, state: "ok" },
    { sku: "cup", quantity: 1, name: "Cup", variant_title: null, price: eur(300), total: eur(300), available: 5, state: "ok" },
  ];
  const items = added(added([{ sku: "mug", quantity: 1 }], "mug"), "cup");
  expect(items).toEqual([
    { sku: "mug", quantity: 2 },
    { sku: "cup", quantity: 1 },
  ]);
  expect(totalOf(editedLines(order(1), items, priced, false), "EUR")).toEqual(eur(2250));
  expect(totalOf(editedLines(order(1), items, priced, true), "EUR")).toEqual(eur(2300));
  expect(totalOf(editedLines(order(1), items, [], false), "EUR")).toBeUndefined();
  expect(withUnits(items, "mug", 0)).toEqual([{ sku: "cup", quantity: 1 }]);
});

test("an address is sent without what is empty", () => {
  const typed = { ...typedOf(undefined), name: " Ann ", line1: "Street 1", city: "Leeds", country: "GB" };
  expect(addressOf(typed)).toEqual({ name: "Ann", line1: "Street 1", city: "Leeds", country: "GB" });
  expect(isWhole(typed)).toBe(true);
  expect(isWhole({ ...typed, country: "G" })).toBe(false);
  expect(isWhole({ ...typed, city: " " })).toBe(false);
});

test("an address of a page names what is printed", () => {
  const ids = Array.from({ length: 120 }, () => newId());
  const query = new URLSearchParams(printPath([...ids, ids[0] as string], "receipt").split("?")[1]);
  expect(sortOf(query)).toBe("receipt");
  expect(idsOf(query)).toEqual(ids.slice(0, PRINTED_MAX));
  expect(idsOf(new URLSearchParams("id=../x&id=7"))).toEqual([]);
  expect(sortOf(new URLSearchParams("what=else"))).toBe("slip");
});

test("a view is what is searched for and narrowed down", () => {
  expect(queryText(new URLSearchParams("status=confirmed&q=a+b&payment_status="))).toBe("q=a+b&status=confirmed");
});

test.each<[string, ReturnType<typeof parseEntry>]>([
  ["mug-1", { text: "mug-1", units: undefined }],
  [" mug-1 12 ", { text: "mug-1", units: 12 }],
  ["mug-1 ٠", { text: "mug-1", units: 0 }],
  ["4006381333931", { text: "4006381333931", units: undefined }],
  ["big mug 3", { text: "big mug", units: 3 }],
  ["mug-1 -3", { text: "mug-1 -3", units: undefined }],
  ["  ", undefined],
])("%j is counted as %j", (typed, expected) => {
  expect(parseEntry(typed)).toEqual(expected);
});

test("a scan adds one, a number sets; what is counted stays in the browser", () => {
  const line = (sku: string, on_hand: number): Counted => ({ sku, name: null, counted: 0, on_hand, key: `k-${sku}` });
  let all = withEntry([], line("a", 3), undefined);
  all = withEntry(all, line("b", 1), 12);
  all = withEntry(all, { ...line("a", 4), key: "another" }, undefined);
  expect(all.map(({ sku, counted, on_hand, key }) => [sku, counted, on_hand, key])).toEqual([
    ["a", 2, 4, "k-a"],
    ["b", 12, 1, "k-b"],
  ]);
  expect(all.map(differenceOf)).toEqual([-2, 11]);
  keep(all);
  expect(readKept()).toEqual(all);
  localStorage.setItem("kassa-count", '[{"sku":1},7,null]');
  expect(readKept()).toEqual([]);
  localStorage.setItem("kassa-count", "{");
  expect(readKept()).toEqual([]);
  keep([]);
  expect(localStorage.getItem("kassa-count")).toBeNull();
});
