/** What the server sends, as docs/api.md describes it, and the data that stands in each page. */
import type { Money } from "../design/numbers";

export type { Money };

/** A picture of ours; `/assets/i/<id>-<width>` are its files. */
export interface Picture {
  id: string;
  alt: string;
  width: number;
  height: number;
  variant_sku?: string | null;
}

export interface Stock {
  available: number;
  low: boolean;
}

/** One thing that can be bought, with its place in each of the product's options. */
export interface Variant {
  sku: string;
  title: string | null;
  options: string[];
  price: Money;
  track_stock: boolean;
  stock: Stock | null;
}

/** A product; in lists without its variants, with the first of its pictures. */
export interface Product {
  id: number;
  slug: string;
  sku: string;
  name: string;
  category: string | null;
  category_slug: string | null;
  description: string | null;
  image_url: string | null;
  images: Picture[];
  price: Money;
  price_from: Money;
  price_to: Money;
  options: string[];
  variants?: Variant[];
  variant_count: number;
  track_stock: boolean;
  stock: Stock | null;
}

export interface Category {
  id: number;
  slug: string;
  name: string;
  parent_id: number | null;
  count: number;
}

/** What the shop's owner has set. */
export interface Shop {
  name: string;
  logo: string | null;
  colour: string | null;
  claim: string | null;
  /** One line on every page. */
  announcement: string | null;
  currency: string;
  languages: string[];
}

/** One page of products. */
export interface List {
  products: Product[];
  total: number;
  total_exact: boolean;
  page: number;
  pages: number;
  sort: Sort;
}

export const SORTS = ["newest", "price", "-price", "name"] as const;
export type Sort = (typeof SORTS)[number];

/** What every page knows. */
export interface Common {
  shop: Shop;
  categories: Category[];
}

/** What stands in the page's data block. */
export type PageData = Common &
  (
    | { page: "home"; new: Product[]; best: Product[] }
    | { page: "category"; category: Category; list: List }
    | { page: "search"; q: string; list: List; best: Product[] }
    | { page: "product"; product: Product; related: Product[] }
    | { page: "imprint"; text: string }
    | { page: "terms"; text: string }
    | { page: "order"; order?: Order }
    | { page: "cart" }
    | { page: "checkout" }
    | { page: "missing" }
    | { page: "failed" }
  );

export type Page<P extends PageData["page"]> = Extract<PageData, { page: P }>;

/** How a line of the cart stands against the catalogue now. */
export type LineState = "ok" | "dearer" | "cheaper" | "short" | "sold_out" | "gone";

/** A line of the cart as the server prices it; one that is gone has no price. */
export interface PricedLine {
  sku: string;
  product_id: number | null;
  slug: string | null;
  name: string | null;
  variant_title: string | null;
  image: Picture | null;
  quantity: number;
  price: Money | null;
  total: Money | null;
  available: number | null;
  state: LineState;
}

export interface Priced {
  lines: PricedLine[];
  total: Money | null;
  changed: boolean;
}

/** Where goods or the invoice go. */
export interface Address {
  name: string;
  company: string;
  line1: string;
  line2: string;
  city: string;
  region: string;
  postal_code: string;
  country: string;
}

export interface OrderLine {
  sku: string;
  name: string;
  variant_title: string | null;
  slug: string | null;
  image: Picture | null;
  quantity: number;
  unit_price: Money;
  total: Money;
}

export interface Fulfilment {
  number: number;
  status: "packed" | "shipped" | "delivered" | "cancelled";
  carrier: string | null;
  tracking_number: string | null;
  tracking_url: string | null;
  lines: { sku: string; quantity: number }[];
}

/** What who has an order's link may see of it. */
export interface Order {
  id: string;
  number: number;
  status: string;
  fail_reason?: string | null;
  payment_status: string | null;
  fulfilment_status: string | null;
  total: Money;
  lines: OrderLine[];
  customer: { name: string | null; email: string | null; phone?: string | null } | null;
  shipping_address: Partial<Address> | null;
  billing_address: Partial<Address> | null;
  note: string | null;
  fulfilments: Fulfilment[];
  events: { kind: string; at: string }[];
  created_at: string;
}
