/** What can be ordered: found by a name or a SKU, each variant by itself; and what it costs now. */
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import type { ProductRow } from "@kassa/client";
import type { Money } from "../../design/numbers";
import { api } from "../../server/call";

const PRODUCTS_MAX = 6;
const GOODS_MAX = 20;

export interface Good {
  sku: string;
  name: string;
  title: string | null;
  price: Money;
}

export interface Item {
  sku: string;
  quantity: number;
}

export interface PricedItem extends Item {
  name: string | null;
  variant_title: string | null;
  price: Money | null;
  total: Money | null;
  available: number | null;
  state: string;
}

export interface Priced {
  lines: PricedItem[];
  total: Money | null;
}

export const titleOf = ({ name, title }: { name: string; title: string | null }): string => [name, title].filter(Boolean).join(", ");

/** Goods of which a word begins so, or whose SKU it is. */
export function useGoods(q: string) {
  return useQuery({
    queryKey: ["goods", q],
    queryFn: async ({ signal }): Promise<Good[]> => {
      const { results } = await api.listProducts({ query: { q, limit: PRODUCTS_MAX } }, { signal });
      const goods = (await Promise.all(results.map((product) => goodsOf(product, signal)))).flat();
      const exact = goods.filter(({ sku }) => sku.toLowerCase() === q.toLowerCase());
      return [...exact, ...goods.filter((good) => !exact.includes(good))].slice(0, GOODS_MAX);
    },
    enabled: q !== "",
    placeholderData: keepPreviousData,
  });
}

async function goodsOf(product: ProductRow, signal: AbortSignal): Promise<Good[]> {
  if (product.sku && product.variant_count <= 1) return [{ sku: product.sku, name: product.name, title: null, price: product.price }];
  const { variants = [] } = await api.getProduct({ path: { id: String(product.id) } }, { signal });
  return variants.filter(({ archived }) => !archived).map(({ sku, title, price }) => ({ sku, name: product.name, title, price }));
}

/** What these cost now, and how many of each are left; as it was until the next answer. */
export function usePrices(items: Item[]) {
  return useQuery({
    queryKey: ["priced", items],
    queryFn: async ({ signal }): Promise<Priced> =>
      api.priceCart({ body: { lines: items.map(({ sku, quantity }) => ({ sku, quantity })) } }, { signal }),
    enabled: items.length > 0,
    placeholderData: keepPreviousData,
    staleTime: 0,
  });
}

/** The items with so many more of one. */
export function added(items: Item[], sku: string, quantity = 1): Item[] {
  const known = items.some((item) => item.sku === sku);
  return known
    ? items.map((item) => (item.sku === sku ? { sku, quantity: item.quantity + quantity } : item))
    : [...items, { sku, quantity }];
}

/** The items with so many of one; of none it is left out. */
export const withUnits = (items: Item[], sku: string, quantity: number): Item[] =>
  quantity > 0 ? items.map((item) => (item.sku === sku ? { sku, quantity } : item)) : items.filter((item) => item.sku !== sku);
