/** What is asked of products: lists with their search, one product with its state's tag, categories, and what the shop sells in. */
import { keepPreviousData, useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { api, read } from "../../server/call";
import { every } from "../again";
import type { Category, Product, Row, Seen, Variant } from "./product";

const LIMIT = 100;
const AGAIN_MS = 30_000;

/** Which products are listed. */
export interface Wanted {
  q: string;
  category: string;
  /** Empty: what buyers know. */
  status: string;
  sort: string;
}

interface Page {
  results: Row[];
  next_cursor: string | null;
  total?: number;
  total_exact?: boolean;
}

type Query = Parameters<typeof api.listProducts>[0];

export function listProducts(
  wanted: Wanted,
  more: { cursor?: string; limit?: number; total?: boolean },
  signal?: AbortSignal,
): Promise<Page> {
  const query = Object.fromEntries(Object.entries({ ...wanted, ...more }).filter(([, value]) => value));
  return api.listProducts({ query } as Query, signal && { signal }) as Promise<Page>;
}

export const useProducts = (wanted: Wanted, limit = LIMIT) =>
  useInfiniteQuery({
    queryKey: ["products", wanted, limit],
    queryFn: ({ pageParam, signal }) => listProducts(wanted, { limit, ...(pageParam ? { cursor: pageParam } : { total: true }) }, signal),
    initialPageParam: "",
    getNextPageParam: (last) => last.next_cursor ?? undefined,
    placeholderData: keepPreviousData,
    refetchInterval: every(AGAIN_MS),
  });

/** A product with all its variants; archived ones of them, and archived products, are for who may change them. */
export async function readProduct(id: string, full: boolean, signal?: AbortSignal): Promise<Seen> {
  const { value, etag } = await read<Product>(`/v1/products/${encodeURIComponent(id)}`, signal);
  const all = full ? (await api.listVariants({ path: { id } }, signal && { signal })).results : (value.variants ?? []);
  return { product: value, variants: all as Variant[], etag: etag ?? "*" };
}

export const useProduct = (id: string, full: boolean) =>
  useQuery({ queryKey: ["product", id, full], queryFn: ({ signal }) => readProduct(id, full, signal), refetchInterval: AGAIN_MS });

export const useCategories = () =>
  useQuery({
    queryKey: ["categories"],
    queryFn: async ({ signal }): Promise<Category[]> => (await api.listCategories({}, { signal })).results,
    staleTime: 30_000,
  });

/** The currency in which the shop sells. */
export function useCurrency(): string | undefined {
  const { data } = useQuery({
    queryKey: ["storefront"],
    queryFn: async ({ signal }) => (await api.getStorefront({}, { signal })).currency,
    staleTime: Infinity,
  });
  return data;
}

export const usePrices = (id: string, enabled: boolean) =>
  useInfiniteQuery({
    queryKey: ["product", id, "prices"],
    queryFn: ({ pageParam, signal }) => api.listPrices({ path: { id }, query: pageParam ? { cursor: pageParam } : {} }, { signal }),
    initialPageParam: "",
    getNextPageParam: (last) => last.next_cursor ?? undefined,
    enabled,
  });
