/** What was put in the cart: quantities by slug, kept in the browser. */
import { PRODUCTS, type Product } from "./products";

/** A product and how many of it. */
export interface Line {
  product: Product;
  quantity: number;
}

const KEY = "kassa-demo-cart";
let quantities: Record<string, number> = load();
const listeners: (() => void)[] = [];

function load(): Record<string, number> {
  try {
    return (JSON.parse(localStorage.getItem(KEY) ?? "{}") as Record<string, number> | null) ?? {};
  } catch {
    return {};
  }
}

export const cartLines = (): Line[] =>
  PRODUCTS.map((product) => ({ product, quantity: quantities[product.slug] ?? 0 })).filter((line) => line.quantity > 0);

export const cartCount = (): number => cartLines().reduce((sum, line) => sum + line.quantity, 0);

export function changeCart(product: Product, by: number): void {
  quantities[product.slug] = Math.max(0, Math.min(99, (quantities[product.slug] ?? 0) + by));
  save();
}

export function emptyCart(): void {
  quantities = {};
  save();
}

export function onCartChange(listener: () => void): void {
  listeners.push(listener);
}

function save(): void {
  try {
    localStorage.setItem(KEY, JSON.stringify(quantities));
  } catch {
    // Then it lasts as long as the page.
  }
  for (const listener of listeners) listener();
}
