/** Tells the tracker what happened in the shop. Before /kassa.js has loaded the calls wait in an array; if it is blocked they stay there. */
import type { Product } from "./products";

type Call = ["track", string, Record<string, unknown>];

declare global {
  interface Window {
    kassa?: { push(call: Call): void };
  }
}

export function trackProduct(name: "Product Viewed" | "Product Added" | "Product Removed", product: Product): void {
  const { slug, category, cents } = product;
  const properties = { product_id: slug, sku: slug, name: product.name, category, price: cents / 100, currency: "USD", quantity: 1 };
  track(name, properties);
}

/** What was looked for, and how many things were found. */
export function trackSearch(query: string, results: number): void {
  track("Products Searched", { query, results });
}

export function track(name: string, properties: Record<string, unknown>): void {
  const queue: Call[] = [];
  (window.kassa ??= queue).push(["track", name, properties]);
}
