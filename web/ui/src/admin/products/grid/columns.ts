/** The columns of the grid: what a cell holds, what may be typed into it, and what is asked of the server for it. */
import { productBody, variantBody, variantFields, wrongInVariant, type VariantFields } from "../draft";
import type { Category, Seen, Status, Variant } from "../product";

export const COLUMNS = ["name", "status", "category", "price", "cost", "low", "barcode", "weight_g"] as const;
export type Column = (typeof COLUMNS)[number];

/** A variant, the product that it is of, and from how many on its stock is low. */
export interface GridRow {
  sku: string;
  seen: Seen;
  variant: Variant;
  /** The first of its product, in which what is the product's stands. */
  lead: boolean;
  low: number | undefined;
}

/** What is typed and not saved, by column. */
export type RowEdits = Partial<Record<Column, string>>;
export type RowErrors = Partial<Record<Column | "row", string>>;

/** What is the product's, not the variant's. */
const OF_PRODUCT: readonly Column[] = ["name", "status", "category"];
const OF_VARIANT = ["price", "cost", "barcode", "weight_g"] as const;
export const NUMBERS: readonly Column[] = ["price", "cost", "low", "weight_g"];
/** What is empty where there is none. */
const MAY_BE_EMPTY: readonly Column[] = ["category", "cost", "barcode", "weight_g"];

export const isOfProduct = (column: Column): boolean => OF_PRODUCT.includes(column);

/** What a cell holds as the server knows it: the slug of a category, the name of a status. */
export function valueOf(row: GridRow, column: Column): string {
  const { product } = row.seen;
  if (column === "name") return product.name;
  if (column === "status") return product.status;
  if (column === "category") return product.category_slug ?? "";
  if (column === "low") return row.low === undefined ? "" : String(row.low);
  return variantFields(row.variant)[column];
}

export const isEditable = (row: GridRow, column: Column, mayStock: boolean): boolean => {
  if (isOfProduct(column)) return row.lead;
  return column !== "low" || (mayStock && row.low !== undefined);
};

interface Known {
  categories: Category[];
  statuses: Record<Status, string>;
}

/** What was typed or pasted, as the server knows it: a category by its name or slug, a status by its name or word. */
export function meant(column: Column, text: string, { categories, statuses }: Known): string {
  const plain = text.trim();
  const is = (word: string): boolean => word.toLowerCase() === plain.toLowerCase();
  if (column === "category") return (categories.find(({ slug }) => is(slug)) ?? categories.find(({ name }) => is(name)))?.slug ?? plain;
  if (column === "status") return (["active", "draft", "archived"] as const).find((one) => is(one) || is(statuses[one])) ?? plain;
  return plain;
}

/** What is wrong with a value; undefined where nothing is. */
export function wrongIn(row: GridRow, column: Column, value: string, categories: Category[]): string | undefined {
  if (!value && !MAY_BE_EMPTY.includes(column)) return "missing";
  if (column === "status") return value === "active" || value === "draft" ? undefined : "status";
  if (column === "category") return !value || categories.some(({ slug }) => slug === value) ? undefined : "category";
  if (column === "low") return /^\d{1,9}$/.test(value) ? undefined : "whole";
  if (column === "name") return undefined;
  const fields: VariantFields = { ...variantFields(row.variant), [column]: value };
  return wrongInVariant(fields, row.variant.price.currency)[column];
}

/** The body that asks for all edits of a product's rows; nothing where all are of stock. */
export function bodyOf(rows: [GridRow, RowEdits][], categories: Category[]): object | undefined {
  const product = rows.reduce<RowEdits>((all, [, edits]) => ({ ...all, ...pick(edits, OF_PRODUCT) }), {});
  const variants = rows.flatMap(([row, edits]) => {
    const body = variantBody(pick(edits, OF_VARIANT), row.variant.price.currency);
    return Object.keys(body).length > 0 ? [{ sku: row.sku, ...body }] : [];
  });
  const body = { ...productBody(product as object, categories), ...(variants.length > 0 && { variants }) };
  return Object.keys(body).length > 0 ? body : undefined;
}

const pick = (edits: RowEdits, columns: readonly Column[]): RowEdits =>
  Object.fromEntries(columns.filter((column) => edits[column] !== undefined).map((column) => [column, edits[column]]));

/** The column that a refusal of the server is about: it names the field first. */
export function columnOf(message: string): Column | "row" {
  const field = /^(?:variants\.)?(\w+)/.exec(message)?.[1] ?? "";
  const found = field === "category_id" ? "category" : field;
  return COLUMNS.find((column) => column === found) ?? "row";
}
