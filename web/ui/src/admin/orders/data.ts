/** What is asked of orders: lists with their search, one order with its state's tag, and what belongs to it. */
import { keepPreviousData, useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { api, read } from "../../server/call";
import { every } from "../again";
import type { Order, Parcel, Payment, Seen } from "./order";

const LIMIT = 50;
const EVERY_LIMIT = 200;
const AGAIN_MS = 15_000;

/** Which orders are listed. */
export interface Wanted {
  q: string;
  status: string;
  payment_status: string;
  fulfilment_status: string;
}

interface Page {
  results: Order[];
  next_cursor: string | null;
  total?: number;
  total_exact?: boolean;
}

export function useOrders(wanted: Wanted) {
  return useInfiniteQuery({
    queryKey: ["orders", wanted],
    queryFn: ({ pageParam, signal }) => readPage(wanted, pageParam, signal),
    initialPageParam: "",
    getNextPageParam: (last) => last.next_cursor ?? undefined,
    placeholderData: keepPreviousData,
    refetchInterval: every(AGAIN_MS),
  });
}

/** Orders by what is known of them: a number, a name, an address, a SKU. */
export const findOrders = async (q: string, signal: AbortSignal): Promise<Order[]> =>
  (await readPage({ q, status: "", payment_status: "", fulfilment_status: "" }, "", signal)).results;

/** All of a list, a page after the other; says how many it has. */
export async function everyOrder(wanted: Wanted, signal: AbortSignal, has: (count: number) => void): Promise<Order[]> {
  const orders: Order[] = [];
  let cursor: string | null = "";
  while (cursor !== null) {
    const page: Page = await list({ ...wanted, limit: EVERY_LIMIT, cursor }, signal);
    orders.push(...page.results);
    has(orders.length);
    cursor = page.next_cursor;
  }
  return orders;
}

const readPage = (wanted: Wanted, cursor: string, signal: AbortSignal): Promise<Page> =>
  list({ ...wanted, limit: LIMIT, cursor, total: cursor === "" && !wanted.q }, signal);

/** The newest first, each once. */
export const merged = (...lists: Order[][]): Order[] =>
  [...new Map(lists.flat().map((order) => [order.id, order])).values()].sort((a, b) => b.number - a.number);

type Query = Parameters<typeof api.listOrders>[0];

/** What is empty is not asked for. */
function list(params: Record<string, string | number | boolean>, signal: AbortSignal): Promise<Page> {
  const query = Object.fromEntries(Object.entries(params).filter(([, value]) => value !== "" && value !== false));
  return api.listOrders({ query } as Query, { signal }) as Promise<Page>;
}

export async function readOrder(id: string, signal?: AbortSignal): Promise<Seen> {
  const { value, etag } = await read<Order>(`/v1/orders/${encodeURIComponent(id)}`, signal);
  return { order: value, etag: etag ?? "*" };
}

export const useOrder = (id: string) =>
  useQuery({ queryKey: ["order", id], queryFn: ({ signal }) => readOrder(id, signal), refetchInterval: AGAIN_MS });

export const useParcels = (id: string) =>
  useQuery({
    queryKey: ["order", id, "parcels"],
    queryFn: async ({ signal }) => (await api.listFulfilments({ path: { id } }, { signal })).results as Parcel[],
  });

export const usePayments = (id: string) =>
  useQuery({
    queryKey: ["order", id, "payments"],
    queryFn: async ({ signal }) => (await api.listPayments({ path: { id } }, { signal })).results as Payment[],
  });

export const useTimeline = (id: string) =>
  useQuery({
    queryKey: ["order", id, "timeline"],
    queryFn: ({ signal }) => api.getTimeline({ path: { id } }, { signal }),
    refetchInterval: AGAIN_MS,
  });

/** How many of a SKU can be sold now; undefined where its stock is not counted, null while it is not known. */
export function useAvailable(skus: string[]): (sku: string) => number | undefined | null {
  const { data } = useQuery({
    queryKey: ["available", skus],
    queryFn: async ({ signal }) => {
      const found = await Promise.all(skus.map((sku) => available(sku, signal)));
      return new Map(skus.map((sku, index) => [sku, found[index]]));
    },
    staleTime: 0,
  });
  return (sku) => (data ? data.get(sku) : null);
}

async function available(sku: string, signal: AbortSignal): Promise<number | undefined | null> {
  try {
    const product = await api.getProduct({ path: { id: `sku:${sku}` } }, { signal });
    const one = product.variants?.find((variant) => variant.sku === sku) ?? product;
    return one.track_stock ? (one.stock?.available ?? null) : undefined;
  } catch (problem) {
    if (signal.aborted) throw problem;
    return null;
  }
}
