/** What is another about an order than it was, in words. */
import type { Numbers } from "../../design/numbers";
import type { AdminTexts } from "../../texts/en.admin";
import { changedLines } from "../changing";
import { left, type Order } from "./order";

interface Words {
  a: AdminTexts;
  n: Numbers;
}

export function differences(before: Order, now: Order, { a, n }: Words): string[] {
  const state = (value: string | null): string => a.states[value ?? ""] ?? value ?? "–";
  const all: [title: string, was: string, is: string][] = [
    [a.orders.heads.status, state(before.status), state(now.status)],
    [a.orders.heads.payment, state(before.payment_status), state(now.payment_status)],
    [a.orders.heads.parcels, state(before.fulfilment_status), state(now.fulfilment_status)],
    [a.order.total, n.money(before.total), n.money(now.total)],
    [a.order.left, n.money(left(before)), n.money(left(now))],
    [a.order.lines, unitsOf(before, n), unitsOf(now, n)],
  ];
  return changedLines(all, a.changed.other);
}

const unitsOf = (order: Order, n: Numbers): string =>
  order.items.map((line) => `${n.whole(line.quantity - line.refunded_quantity)} × ${line.name}`).join(", ");
