/** A product as the API shows it to who may change it, and small things that follow from it. */
import type { Category, Product, ProductRow, Variant } from "@kassa/client";
import type { Money } from "../../design/numbers";

export type { Category, Product, Variant };

/** A row of a list; who may change products sees what is there of all variants. */
export type Row = ProductRow & { stock_of_all?: { available: number; low: boolean } };

export type Status = Product["status"];
export const STATUSES: readonly Status[] = ["active", "draft", "archived"];

/** A product as it was read, with all its variants, archived ones too. */
export interface Seen {
  product: Product;
  /** Archived ones, too, where the caller may see them. */
  variants: Variant[];
  etag: string;
}

export const pathOf = (product: { id: number }): string => `/admin/products/${product.id}`;

/** What there is of a row: of all its variants where that is known. */
export const stockOf = (row: Row) => row.stock_of_all ?? (row.variant_count <= 1 ? row.stock : undefined);

/** `€10.00`, or `€10.00 – €20.00`. */
export function priceText({ price_from, price_to }: Pick<Row, "price_from" | "price_to">, money: (value: Money) => string): string {
  const [from, to] = [money(price_from), money(price_to)];
  return from === to ? from : `${from} – ${to}`;
}

/** How many digits an amount of this currency has behind its point. */
export const digitsOf = (currency: string): number =>
  new Intl.NumberFormat("en", { style: "currency", currency }).resolvedOptions().maximumFractionDigits ?? 2;

/** An amount as it is typed: `12.5`. */
export const typed = ({ amount_minor, currency }: Money): string => (amount_minor / 10 ** digitsOf(currency)).toFixed(digitsOf(currency));

/** Its variants that are sold. */
export const sold = (seen: Seen): Variant[] => seen.variants.filter((one) => !one.archived);

/** Whether it is sold in one way only, so that price and the like are the product's. */
export const isPlain = (seen: Seen): boolean => sold(seen).length <= 1 && seen.product.options.length === 0;

/** Categories in their order, each with how deep it is in others. */
export function inTree(all: Category[]): { category: Category; depth: number }[] {
  const found: { category: Category; depth: number }[] = [];
  const walk = (parent: number | null, depth: number): void => {
    for (const category of all.filter((one) => one.parent_id === parent)) {
      found.push({ category, depth });
      walk(category.id, depth + 1);
    }
  };
  walk(null, 0);
  return found;
}
