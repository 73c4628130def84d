/** What is asked of stock: lists with their search, the forecast, and the ledger of one SKU. */
import { keepPreviousData, useInfiniteQuery, useQuery } from "@tanstack/react-query";
import type { Forecast, ProductRow, Stock } from "@kassa/client";
import { api } from "../../server/call";
import { every } from "../again";

const LIMIT = 100;
const FOUND_MAX = 20;
const AGAIN_MS = 15_000;
const FORECAST_MAX = 1_000;
const FORECAST_MS = 60_000;
const LEDGER = 50;

interface Wanted {
  q: string;
  low: boolean;
}

interface Page {
  results: Stock[];
  next_cursor: string | null;
  total?: number;
}

export const useStock = (wanted: Wanted) =>
  useInfiniteQuery({
    queryKey: ["stock", wanted],
    queryFn: ({ pageParam, signal }): Promise<Page> => {
      if (wanted.q) return found(wanted, signal);
      const cursor = pageParam ? { cursor: pageParam } : { total: true };
      return api.listStock({ query: { archived: false, limit: LIMIT, ...(wanted.low && { low: true }), ...cursor } }, { signal });
    },
    initialPageParam: "",
    getNextPageParam: (last) => last.next_cursor ?? undefined,
    placeholderData: keepPreviousData,
    refetchInterval: every(AGAIN_MS),
  });

/** The stock of all variants of the products that are called so. */
async function found({ q, low }: Wanted, signal: AbortSignal): Promise<Page> {
  const products = (await api.listProducts({ query: { q, limit: FOUND_MAX } }, { signal })).results;
  const skus = (await Promise.all(products.map((one) => countedOf(one, signal)))).flat();
  const all = await Promise.all(skus.map((sku) => api.getStock({ path: { sku } }, { signal })));
  return { results: low ? all.filter((one) => one.low) : all, next_cursor: null };
}

/** The SKUs of a product whose stock is counted. */
async function countedOf(product: ProductRow, signal: AbortSignal): Promise<string[]> {
  if (product.sku && product.variant_count <= 1) return product.track_stock ? [product.sku] : [];
  const { variants = [] } = await api.getProduct({ path: { id: String(product.id) } }, { signal });
  return variants.filter((one) => one.track_stock && !one.archived).map((one) => one.sku);
}

export const useOneStock = (sku: string) =>
  useQuery({
    queryKey: ["stock", "one", sku],
    queryFn: ({ signal }) => api.getStock({ path: { sku } }, { signal }),
    refetchInterval: AGAIN_MS,
  });

export const useLedger = (sku: string, enabled: boolean) =>
  useInfiniteQuery({
    queryKey: ["stock", "ledger", sku],
    queryFn: ({ pageParam, signal }) =>
      api.listMovements({ path: { sku }, query: { limit: LEDGER, ...(pageParam && { cursor: pageParam }) } }, { signal }),
    initialPageParam: "",
    getNextPageParam: (last) => last.next_cursor ?? undefined,
    enabled,
  });

/** When each SKU, or one, is sold out at the rate of now; those alone that will be. */
export function useForecast(sku?: string): Map<string, Forecast> {
  const { data } = useQuery({
    queryKey: ["stock", "forecast", sku],
    queryFn: async ({ signal }) => (await api.forecastStock({ query: { limit: FORECAST_MAX, ...(sku && { sku }) } }, { signal })).results,
    refetchInterval: FORECAST_MS,
  });
  return new Map(data?.map((one) => [one.sku, one]));
}
