/** What became of a product, day by day: made of reports, the ledger and the prices it had. */
import type { Money, Value } from "../../../design/numbers";
import { addDays, localTime } from "../../../dashboard/ranges";
import type { Row } from "../../../server/reports";

/** One day; `undefined` where it is not known. */
export interface Day {
  label: string;
  views: number;
  orders: number;
  units: number;
  revenue: Money | undefined;
  /** What was there when the day ended. */
  stock: number | undefined;
  /** What it cost when the day ended. */
  price: Money | undefined;
  /** It cost something else the day before. */
  changed: boolean;
}

export interface Movement {
  quantity: number;
  created_at: string;
}

export interface PriceSince {
  price: Money;
  since: string;
}

/** What is known, of the whole range or, of the ledger, of as much as was read. */
export interface Known {
  views: Row[];
  sales: Row[];
  /** What is on hand now, and the movements read, the newest first; `whole`: there are none before. */
  stock: { onHand: number; movements: Movement[]; whole: boolean } | undefined;
  prices: PriceSince[];
}

export const labels = (last: string, count: number): string[] =>
  Array.from({ length: count }, (_, index) => addDays(last, index + 1 - count));

export function daysOf(all: string[], known: Known, zone: string): Day[] {
  const dayOf = (time: string): string => localTime(new Date(time), zone).slice(0, 10);
  const of = (rows: Row[]) => new Map(rows.map((row) => [row.dimensions[0]?.slice(0, 10), row.metrics]));
  const [views, sales] = [of(known.views), of(known.sales)];
  const stock = stockByDay(all, known.stock, dayOf);
  const prices = [...known.prices].reverse().map(({ price, since }) => ({ price, day: dayOf(since) }));
  const priceAt = (day: string): Money | undefined => prices.filter((one) => one.day <= day).at(-1)?.price;
  return all.map((label) => {
    const [orders, units, revenue] = sales.get(label) ?? [];
    const [price, before] = [priceAt(label), priceAt(addDays(label, -1))];
    return {
      label,
      views: count(views.get(label)?.[0]),
      orders: count(orders),
      units: count(units),
      revenue: isMoney(revenue) ? revenue : undefined,
      stock: stock.get(label),
      price,
      changed: before !== undefined && price?.amount_minor !== before.amount_minor,
    };
  });
}

const isMoney = (value: Value): value is Money => typeof value === "object" && value !== null;
const count = (value: Value): number => (typeof value === "number" ? value : 0);

/** Back from what is there now: the end of a day is the end of the next without what came and went on that. */
function stockByDay(all: string[], stock: Known["stock"], dayOf: (time: string) => string): Map<string, number> {
  const found = new Map<string, number>();
  if (!stock) return found;
  const moves = new Map<string, number>();
  for (const one of stock.movements) moves.set(dayOf(one.created_at), (moves.get(dayOf(one.created_at)) ?? 0) + one.quantity);
  const oldest = stock.movements.at(-1);
  // Of the day of the oldest movement that was read, earlier ones may be missing: its end is known, and nothing before.
  const known = stock.whole ? "" : oldest ? dayOf(oldest.created_at) : (all.at(-1) ?? "");
  let there = stock.onHand;
  for (const label of [...all].reverse()) {
    if (label < known) break;
    found.set(label, there);
    there -= moves.get(label) ?? 0;
  }
  return found;
}
