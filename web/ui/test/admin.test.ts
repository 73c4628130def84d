import { expect, test } from "vitest";
import type { Line, Order } from "../src/admin/orders/order";
import { actsOf } from "../src/admin/orders/order";
import { isAsked, parseAmount } from "../src/admin/orders/refunding";
import { admin as ar } from "../src/texts/ar.admin";
import { admin as de } from "../src/texts/de.admin";
import { admin as en } from "../src/texts/en.admin";

const eur = (amount_minor: number) => ({ amount_minor, currency: "EUR" });

const line = (sku: string, quantity: number, total: number, more: Partial<Line> = {}): Line => ({
  sku,
  name: sku,
  quantity,
  unit_price: eur(Math.floor(total / quantity)),
  total: eur(total),
  refunded_quantity: 0,
  refunded: eur(0),
  restocked_quantity: 0,
  fulfilled_quantity: 0,
  ...more,
});

const order = (items: Line[], more: Partial<Order> = {}): Order => ({
  id: "o",
  number: 1,
  status: "confirmed",
  payment_status: "paid",
  fulfilment_status: "unfulfilled",
  total: eur(items.reduce((sum, one) => sum + one.total.amount_minor, 0)),
  refunded: eur(items.reduce((sum, one) => sum + one.refunded.amount_minor, 0)),
  items,
  created_at: "2026-11-29T10:00:00Z",
  updated_at: "2026-11-29T10:00:00Z",
  ...more,
});

test.each<[string, number, number | undefined]>([
  ["39", 2, 3900],
  ["39.00", 2, 3900],
  ["39,00", 2, 3900],
  ["39.5", 2, 3950],
  ["€39.00", 2, 3900],
  ["39,00 €", 2, 3900],
  ["1,250.50", 2, 125050],
  ["1.250,50", 2, 125050],
  ["1,250", 2, 125000],
  ["1.250", 2, 125000],
  ["٣٩٫٥٠", 2, 3950],
  ["1250", 0, 1250],
  ["1,250", 0, 1250],
  ["0.001", 3, 1],
  ["", 2, undefined],
  ["thirty", 2, undefined],
  ["99999999999999999", 2, undefined],
])("%s with %i digits is %s minor units", (text, digits, minor) => {
  expect(parseAmount(text, digits)).toBe(minor);
});

test("an empty form asks the server nothing", () => {
  expect(isAsked({ lines: [] })).toBe(false);
  expect(isAsked({ amount_minor: 0 })).toBe(false);
  expect(isAsked({ lines: [{ sku: "mug", quantity: 1, restock: false }] })).toBe(true);
  expect(isAsked({ amount_minor: 1 })).toBe(true);
});

test.each<[string, Order, string[]]>([
  ["confirmed and unpaid", order([line("mug", 1, 5)], { payment_status: "unpaid" }), ["pack", "pay", "refund", "edit", "cancel"]],
  ["partly packed", order([line("mug", 2, 5, { fulfilled_quantity: 1 })]), ["pack", "refund"]],
  ["handed over", order([line("mug", 1, 5, { fulfilled_quantity: 1 })], { status: "fulfilled" }), ["refund"]],
  ["with an edit on its way", order([line("mug", 1, 5)], { edit_pending: true }), []],
  ["cancelled", order([line("mug", 1, 5)], { status: "cancelled" }), []],
])("an order that is %s", (_, one, acts) => {
  expect(actsOf(one)).toEqual(acts);
});

test("every language has every text", () => {
  const keys = (texts: object): string[] =>
    Object.entries(texts).flatMap(([key, value]) =>
      typeof value === "object" ? keys(value as object).map((one) => `${key}.${one}`) : [key],
    );
  expect(keys(de)).toEqual(keys(en));
  expect(keys(ar)).toEqual(keys(en));
});
