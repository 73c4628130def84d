/** What a scanner or somebody at the keys means: a SKU, else a barcode. */
import type { Stock } from "@kassa/client";
import { api, AskError } from "../../server/call";

/** Undefined where nothing is counted under it. */
export async function lookUp(text: string): Promise<Stock | undefined> {
  const bySku = await oneOf(text);
  if (bySku) return bySku;
  const { results } = await api.listStock({ query: { barcode: text, limit: 2 } });
  // Two products with one barcode are neither.
  return results.length === 1 ? results[0] : undefined;
}

async function oneOf(sku: string): Promise<Stock | undefined> {
  try {
    return await api.getStock({ path: { sku } });
  } catch (problem) {
    if (problem instanceof AskError && (problem.status === 404 || problem.status === 400)) return undefined;
    throw problem;
  }
}
