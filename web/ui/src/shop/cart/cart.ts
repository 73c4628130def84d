/** What was put in the cart, kept in this browser and shared by its tabs: quantities by SKU, and the price that was seen. Prices and totals are the server's. */
import { useSyncExternalStore } from "react";
import { membersOf, stored } from "../stored";

export interface CartLine {
  sku: string;
  quantity: number;
  /** The unit price that was shown when it was put in, or agreed to since, in the smallest unit. */
  seen_price_minor: number;
}

/** How many of one thing. */
export const QUANTITY_MAX = 99;
const LINES_MAX = 100;

const kept = stored<CartLine[]>("kassa-cart", (value) => {
  return (Array.isArray(value) ? value : []).flatMap((line: unknown) => {
    const { sku, quantity, seen_price_minor: seen } = membersOf(line);
    if (typeof sku !== "string" || !Number.isInteger(quantity) || !Number.isInteger(seen)) return [];
    return [{ sku, quantity: within(quantity as number), seen_price_minor: seen as number }];
  });
});

const within = (quantity: number): number => Math.max(1, Math.min(QUANTITY_MAX, Math.round(quantity)));

export const cartLines = (): CartLine[] => kept.get();
export const useCart = (): CartLine[] => useSyncExternalStore(kept.subscribe, kept.get);

/** Puts so many more in the cart. */
export function addToCart(sku: string, quantity: number, priceMinor: number): void {
  const lines = cartLines();
  const known = lines.find((line) => line.sku === sku);
  const line = { sku, quantity: within((known?.quantity ?? 0) + quantity), seen_price_minor: priceMinor };
  if (known) kept.set(lines.map((one) => (one === known ? line : one)));
  else if (lines.length < LINES_MAX) kept.set([...lines, line]);
}

/** Changes a line: how many, or the price that is agreed to. */
export function changeLine(sku: string, change: Partial<Omit<CartLine, "sku">>): void {
  kept.set(
    cartLines().map((line) => (line.sku === sku ? { ...line, ...change, quantity: within(change.quantity ?? line.quantity) } : line)),
  );
}

export const removeLine = (sku: string): void => kept.set(cartLines().filter((line) => line.sku !== sku));

export const emptyCart = (): void => kept.set([]);
