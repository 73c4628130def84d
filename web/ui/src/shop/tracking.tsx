/** Tells the tracker what happens in the shop, in the words of Segment's e-commerce events. `Order Completed` comes from the server. */
import { EventTracker, TrackerProvider } from "@kassa/tracker/react";
import { createContext, useContext, useMemo, type ReactNode } from "react";
import type { Money, PricedLine, Product, Variant } from "./types";

type Properties = Record<string, unknown>;

/** What the shop tells. */
export interface Tracking {
  listed(id: string, products: Product[], category?: string): void;
  searched(query: string, results: number): void;
  clicked(product: Product, position: number, list: string): void;
  viewed(product: Product, variant: Variant): void;
  added(goods: Goods, quantity: number): void;
  removed(goods: Goods, quantity: number): void;
  cartViewed(lines: PricedLine[], total: Money | null): void;
  checkoutStarted(lines: PricedLine[], total: Money | null): void;
  stepViewed(step: number): void;
  stepCompleted(step: number): void;
}

/** What is told of something that is put in the cart or taken out. */
export interface Goods {
  product_id?: string | undefined;
  sku: string;
  name?: string | undefined;
  category?: string | undefined;
  variant?: string | undefined;
  price: Money;
}

export const goodsOf = (product: Product, variant: Variant): Goods => ({
  product_id: String(product.id),
  sku: variant.sku,
  name: product.name,
  category: product.category ?? undefined,
  variant: variant.title ?? undefined,
  price: variant.price,
});

export const goodsOfLine = ({ product_id: id, sku, name, variant_title: variant, price }: PricedLine & { price: Money }): Goods => ({
  product_id: id === null ? undefined : String(id),
  sku,
  name: name ?? undefined,
  variant: variant ?? undefined,
  price,
});

function createTracking(major: (money: Money) => number): Tracking {
  const tell = (event_type: string, properties: Properties): void => EventTracker.getInstance().trackEvent({ event_type, ...properties });
  const flat = ({ price, ...goods }: Goods): Properties => ({ ...goods, price: major(price), currency: price.currency });
  const listed = (product: Product, position: number): Properties => ({
    product_id: String(product.id),
    sku: product.sku,
    name: product.name,
    category: product.category ?? undefined,
    price: major(product.price_from),
    currency: product.price_from.currency,
    position: position + 1,
  });
  const whole = (lines: PricedLine[], total: Money | null): Properties => ({
    ...(total && { value: major(total), currency: total.currency }),
    products: lines.flatMap((line) =>
      line.price ? [{ ...flat(goodsOfLine({ ...line, price: line.price })), quantity: line.quantity }] : [],
    ),
  });
  return {
    listed: (list_id, products, category) => tell("Product List Viewed", { list_id, category, products: products.map(listed) }),
    searched: (query, results) => tell("Products Searched", { query, results }),
    clicked: (product, position, list_id) => tell("Product Clicked", { ...listed(product, position), list_id }),
    viewed: (product, variant) => tell("Product Viewed", flat(goodsOf(product, variant))),
    added: (goods, quantity) => tell("Product Added", { ...flat(goods), quantity }),
    removed: (goods, quantity) => tell("Product Removed", { ...flat(goods), quantity }),
    cartViewed: (lines, total) => tell("Cart Viewed", whole(lines, total)),
    checkoutStarted: (lines, total) => tell("Checkout Started", whole(lines, total)),
    stepViewed: (step) => tell("Checkout Step Viewed", { step }),
    stepCompleted: (step) => tell("Checkout Step Completed", { step }),
  };
}

const Context = createContext<Tracking | undefined>(undefined);

/** Counts the pages, the first of which may be that of what was not found, and lets `useTracking` work there. */
export function Tracked({ major, notFound, children }: { major: (money: Money) => number; notFound: boolean; children: ReactNode }) {
  const tracking = useMemo(() => createTracking(major), [major]);
  const writeKey = document.documentElement.dataset["site"];
  return (
    <TrackerProvider config={{ endpointUrl: `${location.origin}/v1/batch`, writeKey, flushInterval: 100, appName: "shop", notFound }}>
      <Context.Provider value={tracking}>{children}</Context.Provider>
    </TrackerProvider>
  );
}

export function useTracking(): Tracking {
  const tracking = useContext(Context);
  if (!tracking) throw new Error("no Tracked around");
  return tracking;
}
