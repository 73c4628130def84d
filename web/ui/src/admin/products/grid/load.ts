/** The rows of the grid: products of a list, or those that were chosen, each with its variants and from how many on they are low. */
import { api } from "../../../server/call";
import { tagOf } from "../../changing";
import { listProducts, readProduct, type Wanted } from "../data";
import { listed } from "../listed";
import { sold, type Product, type Row, type Seen } from "../product";
import type { GridRow } from "./columns";

const LIMIT = 50;
const AT_ONCE = 6;

export interface Part {
  rows: GridRow[];
  next: string | undefined;
}

export async function loadPart(wanted: Wanted, ids: string[], cursor: string, mayStock: boolean, signal: AbortSignal): Promise<Part> {
  const page = ids.length ? undefined : await listProducts(wanted, { limit: LIMIT, ...(cursor && { cursor }) }, signal);
  const products = page?.results ?? (await each(ids, (id) => chosen(id, signal)));
  const found = await each(products, (product) => rowsOfListed(product, mayStock, signal));
  return { rows: found.flat(), next: page?.next_cursor ?? undefined };
}

const chosen = async (id: string, signal: AbortSignal): Promise<Row> =>
  listed.get(Number(id)) ?? ((await readProduct(id, false, signal)).product as Row);

/** A list says of a product all but its variants. */
async function rowsOfListed(product: Row, mayStock: boolean, signal: AbortSignal): Promise<GridRow[]> {
  const variants = (await api.listVariants({ path: { id: String(product.id) } }, { signal })).results;
  return rowsOf({ product: product as Product, variants, etag: tagOf(product.version) }, mayStock, signal);
}

/** The rows of a product as it is now. */
export async function loadRows(id: string, mayStock: boolean, signal?: AbortSignal): Promise<GridRow[]> {
  return rowsOf(await readProduct(id, false, signal), mayStock, signal);
}

/** The rows of a product that a change of it was answered with. */
export const rowsOfAnswer = (product: Product, mayStock: boolean): Promise<GridRow[]> =>
  rowsOf({ product, variants: product.variants ?? [], etag: tagOf(product.version) }, mayStock);

async function rowsOf(seen: Seen, mayStock: boolean, signal?: AbortSignal): Promise<GridRow[]> {
  const variants = sold(seen);
  const lows = await Promise.all(
    variants.map(async ({ sku, track_stock }) =>
      mayStock && track_stock ? (await api.getStock({ path: { sku } }, signal && { signal })).low_stock_at : undefined,
    ),
  );
  return variants.map((variant, index) => ({ sku: variant.sku, seen, variant, lead: index === 0, low: lows[index] }));
}

/** All answers in order, so many at once. */
async function each<T, R>(all: T[], ask: (one: T) => Promise<R>): Promise<R[]> {
  const answers: R[] = [];
  let next = 0;
  const work = async (): Promise<void> => {
    for (let at = next++; at < all.length; at = next++) answers[at] = await ask(all[at] as T);
  };
  await Promise.all(Array.from({ length: AT_ONCE }, work));
  return answers;
}
