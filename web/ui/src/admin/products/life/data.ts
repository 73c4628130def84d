/** What is asked for a product's life: its views and sales as reports, its ledger, and the prices it had. */
import { useQuery } from "@tanstack/react-query";
import { today } from "../../../dashboard/ranges";
import { api } from "../../../server/call";
import { ask, type Question } from "../../../server/reports";
import { shopSite, zoneName } from "../../when";
import { sold, type Seen } from "../product";
import { daysOf, labels, type Day, type Known, type Movement, type PriceSince } from "./days";

const AGAIN_MS = 60_000;
const PAGE = 200;
const PAGES_MAX = 10;
const SKUS_MAX = 100;

export function useLife(seen: Seen, days: number, mayStock: boolean) {
  const skus = sold(seen)
    .map((one) => one.sku)
    .slice(0, SKUS_MAX);
  return useQuery({
    queryKey: ["product", seen.product.id, "life", days, skus, mayStock],
    queryFn: ({ signal }): Promise<Day[]> => readLife(seen, skus, { days, mayStock }, signal),
    refetchInterval: AGAIN_MS,
  });
}

async function readLife(seen: Seen, skus: string[], { days, mayStock }: { days: number; mayStock: boolean }, signal: AbortSignal) {
  // Days are those of the reader's own clock, as all times of the admin are.
  const zone = zoneName();
  const all = labels(today({ zone, now: new Date() }), days);
  const asked = {
    site_id: shopSite(),
    date_range: [all[0] ?? "", all.at(-1) ?? ""] as [string, string],
    dimensions: ["time:day"],
    timezone: zone,
  };
  const of: Question["filters"] = [["is", "item:sku", skus]];
  const limit = { pagination: { limit: days } };
  const [views, sales, stock, prices] = await Promise.all([
    ask({ ...asked, ...limit, metrics: ["events"], filters: [...of, ["is", "event:name", ["Product Viewed"]]] }, signal),
    ask({ ...asked, ...limit, metrics: ["orders", "units", "revenue"], filters: of }, signal),
    mayStock ? readStock(seen, all[0] ?? "", signal) : undefined,
    readPrices(skus[0] ?? seen.product.sku, signal),
  ]);
  return daysOf(all, { views: views.results, sales: sales.results, stock, prices }, zone);
}

/** Of all its variants together. */
async function readStock(seen: Seen, from: string, signal: AbortSignal): Promise<Known["stock"]> {
  const counted = sold(seen).filter((one) => one.track_stock);
  if (!counted.length) return undefined;
  const each = await Promise.all(counted.map(({ sku }) => readLedger(sku, from, signal)));
  const cut = each.filter(({ whole }) => !whole).map(({ movements }) => movements.at(-1)?.created_at ?? "");
  // Where the ledger of one was not read to its end, nothing is known of all before that.
  const since = cut.reduce((last, one) => (one > last ? one : last), "");
  const movements = each.flatMap((one) => one.movements).filter((one) => one.created_at >= since);
  movements.sort((one, other) => (one.created_at < other.created_at ? 1 : -1));
  return { onHand: each.reduce((sum, one) => sum + one.onHand, 0), movements, whole: cut.length === 0 };
}

async function readLedger(sku: string, from: string, signal: AbortSignal) {
  const stock = await api.getStock({ path: { sku } }, { signal });
  const movements: Movement[] = [];
  let cursor: string | null = null;
  for (let page = 0; page < PAGES_MAX; page++) {
    const query: { limit: number; cursor?: string } = { limit: PAGE, ...(cursor && { cursor }) };
    const answer: { results: Movement[]; next_cursor: string | null } = await api.listMovements({ path: { sku }, query }, { signal });
    movements.push(...answer.results);
    cursor = answer.next_cursor;
    // A day more than is shown, whatever the zone.
    if (!cursor || (movements.at(-1)?.created_at ?? "") < from) break;
  }
  return { onHand: stock.on_hand, movements, whole: !cursor };
}

async function readPrices(sku: string, signal: AbortSignal): Promise<PriceSince[]> {
  return (await api.listPrices({ path: { id: `sku:${sku}` }, query: { limit: PAGE } }, { signal })).results;
}
