/** What is typed into the form of a product, and the change of it that this is. */
import { parseAmount } from "../orders/refunding";
import { digitsOf, isPlain, sold, typed, type Category, type Product, type Seen, type Variant } from "./product";

export type Picture = Product["images"][number];

/** The texts of the form; those of the only variant where there is one. */
export interface Fields {
  name: string;
  slug: string;
  description: string;
  /** The slug of its category; empty: none. */
  category: string;
  status: Product["status"];
  release_date: string;
  price: string;
  cost: string;
  barcode: string;
  weight_g: string;
  track_stock: boolean;
  images: Picture[];
}

export type Name = keyof Fields;
export type Edits = Partial<Fields>;

/** What of a variant is typed. */
export const VARIANT_NAMES = ["price", "cost", "barcode", "weight_g", "track_stock"] as const;
export type VariantFields = Pick<Fields, (typeof VARIANT_NAMES)[number]>;

export const EMPTY: Fields = {
  name: "",
  slug: "",
  description: "",
  category: "",
  status: "draft",
  release_date: "",
  price: "",
  cost: "",
  barcode: "",
  weight_g: "",
  track_stock: true,
  images: [],
};

export function variantFields(variant: Variant | undefined): VariantFields {
  const { price, cost, barcode, weight_g, track_stock } = EMPTY;
  if (!variant) return { price, cost, barcode, weight_g, track_stock };
  return {
    price: typed(variant.price),
    cost: variant.cost ? typed(variant.cost) : "",
    barcode: variant.barcode ?? "",
    weight_g: variant.weight_g == null ? "" : String(variant.weight_g),
    track_stock: variant.track_stock,
  };
}

export function fieldsOf(seen: Seen): Fields {
  const { product } = seen;
  return {
    name: product.name,
    slug: product.slug,
    description: product.description ?? "",
    category: product.category_slug ?? "",
    status: product.status,
    release_date: product.release_date ?? "",
    images: product.images,
    ...variantFields(sold(seen)[0]),
  };
}

/** The edits without what is as it was. */
export function differing(fields: Fields, edits: Edits): Edits {
  const names = Object.keys(edits) as Name[];
  return Object.fromEntries(names.filter((name) => !same(fields[name], edits[name])).map((name) => [name, edits[name]]));
}

const same = (one: unknown, other: unknown): boolean => JSON.stringify(one) === JSON.stringify(other);

export type Wrong = Partial<Record<Name, "missing" | "amount" | "whole" | "slug">>;

/** What cannot be sent so. */
export function wrongIn(fields: Fields, currency: string): Wrong {
  const wrong: Wrong = {};
  if (!fields.name.trim()) wrong.name = "missing";
  if (fields.slug && !/^[a-z0-9-]{1,80}$/.test(fields.slug)) wrong.slug = "slug";
  return { ...wrong, ...wrongInVariant(fields, currency) };
}

export function wrongInVariant(fields: VariantFields, currency: string): Wrong {
  const wrong: Wrong = {};
  if (!fields.price.trim()) wrong.price = "missing";
  else if (amount(fields.price, currency) === undefined) wrong.price = "amount";
  if (fields.cost.trim() && amount(fields.cost, currency) === undefined) wrong.cost = "amount";
  if (fields.weight_g.trim() && !/^\d{1,9}$/.test(fields.weight_g.trim())) wrong.weight_g = "whole";
  return wrong;
}

const amount = (text: string, currency: string): number | undefined =>
  /^\s*[-−]/.test(text) ? undefined : parseAmount(text, digitsOf(currency));

const orNull = (text: string): string | null => text.trim() || null;

/** The body that asks for these edits. */
export function bodyOf(edits: Edits, seen: Seen, categories: Category[]): object {
  const { product } = seen;
  const variant = isPlain(seen) ? variantBody(edits, product.price.currency) : {};
  const sku = sold(seen)[0]?.sku ?? product.sku;
  return {
    ...productBody(edits, categories),
    ...(Object.keys(variant).length > 0 && { variants: [{ sku, ...variant }] }),
  };
}

export function productBody(edits: Edits, categories: Category[]): Record<string, unknown> {
  const body: Record<string, unknown> = {};
  if (edits.name !== undefined) body["name"] = edits.name.trim();
  if (edits.slug) body["slug"] = edits.slug;
  if (edits.description !== undefined) body["description"] = orNull(edits.description);
  if (edits.category !== undefined) body["category_id"] = categories.find(({ slug }) => slug === edits.category)?.id ?? null;
  if (edits.status !== undefined) body["status"] = edits.status;
  if (edits.release_date !== undefined) body["release_date"] = orNull(edits.release_date);
  if (edits.images) body["images"] = edits.images.map(({ id, alt, variant_sku }) => ({ id, alt, variant_sku }));
  return body;
}

/** What is said of a variant. */
export function variantBody(edits: Partial<VariantFields>, currency: string): Record<string, unknown> {
  const body: Record<string, unknown> = {};
  const money = (text: string) => ({ amount_minor: amount(text, currency) ?? 0, currency });
  if (edits.price !== undefined) body["price"] = money(edits.price);
  if (edits.cost !== undefined) body["cost"] = edits.cost.trim() ? money(edits.cost) : null;
  if (edits.barcode !== undefined) body["barcode"] = orNull(edits.barcode);
  if (edits.weight_g !== undefined) body["weight_g"] = edits.weight_g.trim() ? Number(edits.weight_g) : null;
  if (edits.track_stock !== undefined) body["track_stock"] = edits.track_stock;
  return body;
}
