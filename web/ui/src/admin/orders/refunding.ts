/** What a refund comes to, by the arithmetic of the server: the preview says what will happen. */
import { keptMinor, keptUnits, left, type Line, type Order } from "./order";

/** Units of a line that go back. */
export interface Back {
  sku: string;
  quantity: number;
  restock: boolean;
}

export type Ask = { lines: Back[] } | { amount_minor: number };

export interface Preview {
  amount_minor: number;
  /** Refunded of the whole order after it. */
  refunded_minor: number;
  /** What is left of the order's money after it. */
  left_minor: number;
  /** Units that go back into stock, if their stock is counted. */
  stock: { sku: string; quantity: number }[];
  /** The order is then refunded as a whole. */
  whole: boolean;
}

/** The part of what is left of a line that belongs to so many of its units. In whole numbers: a product of the two may be larger than a number holds. */
export function partOf(line: Line, quantity: number): number {
  const [rest, units] = [BigInt(keptMinor(line)), BigInt(keptUnits(line))];
  const stays = units > 0n ? (rest * (units - BigInt(quantity))) / units : 0n;
  return Number(rest - stays);
}

/** Undefined where the server would refuse. */
export function previewOf(order: Order, ask: Ask): Preview | undefined {
  const parts = "lines" in ask ? ask.lines.map((back) => partFor(order, back)) : [ask.amount_minor];
  if (!parts.length || parts.some((part) => part === undefined)) return undefined;
  const amount_minor = parts.reduce<number>((sum, part) => sum + (part ?? 0), 0);
  const rest = left(order).amount_minor;
  if ("amount_minor" in ask && (amount_minor < 1 || amount_minor > rest)) return undefined;
  const refunded_minor = order.refunded.amount_minor + amount_minor;
  const lines = "lines" in ask ? ask.lines : [];
  const total = order.total.amount_minor;
  const allUnits = order.items.every((line) => keptUnits(line) === (lines.find(({ sku }) => sku === line.sku)?.quantity ?? 0));
  return {
    amount_minor,
    refunded_minor,
    left_minor: rest - amount_minor,
    stock: lines.filter(({ restock }) => restock).map(({ sku, quantity }) => ({ sku, quantity })),
    whole: refunded_minor === total && (total > 0 || allUnits),
  };
}

function partFor(order: Order, { sku, quantity }: Back): number | undefined {
  const line = order.items.find((one) => one.sku === sku);
  if (!line || !Number.isInteger(quantity) || quantity < 1 || quantity > keptUnits(line)) return undefined;
  return partOf(line, quantity);
}

/**
 * An amount as somebody types it, in minor units: `1,250.50`, `1.250,50` or `1250.5`; undefined where it is none. What stands last, before as many
 * digits as the currency has or fewer, is the decimal sign.
 */
export function parseAmount(text: string, digits: number): number | undefined {
  const plain = text
    .replace(/[٠-٩]/g, (digit) => String(digit.charCodeAt(0) - 0x660))
    .replaceAll("٫", ".")
    .replaceAll("٬", "")
    .replace(/[^\d.,]/g, "");
  const found = new RegExp(`^([\\d.,]*?)(?:[.,](\\d{1,${Math.max(1, digits)}}))?$`).exec(plain);
  if (!found || !/\d/.test(plain)) return undefined;
  const whole = (found[1] ?? "").replace(/[.,]/g, "");
  const fraction = found[2] ?? "";
  if (fraction && digits === 0) return undefined;
  const minor = Number(`${whole || "0"}${fraction.padEnd(digits, "0")}`);
  return Number.isSafeInteger(minor) ? minor : undefined;
}
