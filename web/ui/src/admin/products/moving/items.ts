/** Products as lines of a file, in kassa's own CSV or as JSON Lines: docs/moving-in.md says what they hold. */
import { parseAmount } from "../../orders/refunding";
import { digitsOf, typed } from "../product";
import { parseCsv, safe, unsafe, writeCsv, type CsvRow } from "./csv";

/** A line that can be brought in, or why it cannot. */
export type Line = { line: number; item: object } | { line: number; refused: string };

/** What the API writes of a product. */
export type Item = Record<string, unknown> & { variants?: Record<string, unknown>[] };

const TEXTS = ["slug", "name", "status", "category"] as const;
const MORE = ["description", "release_date", "image_url"] as const;
const LISTS = ["options", "attributes", "images"] as const;
const NUMBERS = ["weight_g", "on_hand", "low_stock_at"] as const;
const FLAGS = ["track_stock", "archived"] as const;
export const COLUMNS = [
  ...TEXTS,
  "category_path",
  ...MORE,
  ...LISTS,
  ...["sku", "option1", "option2", "option3", "title", "price", "currency", "cost", "barcode"],
  ...["weight_g", "track_stock", "archived", "on_hand", "low_stock_at"],
];

/** The lines of a file; an error where it is none of products. */
export function linesOf(text: string, currency: string): Line[] {
  return text.trimStart().startsWith("{") ? jsonLines(text) : csvLines(text, currency);
}

function jsonLines(text: string): Line[] {
  return text.split("\n").flatMap((one, index): Line[] => {
    if (!one.trim()) return [];
    const line = index + 1;
    try {
      const item: unknown = JSON.parse(one);
      return [typeof item === "object" && item && !Array.isArray(item) ? { line, item } : { line, refused: "it is no object" }];
    } catch (error) {
      return [{ line, refused: `it is no JSON: ${(error as Error).message}` }];
    }
  });
}

class NoColumn extends Error {}

/** Rows that follow each other with the same slug are one product. */
function csvLines(text: string, currency: string): Line[] {
  const [header, ...rows] = parseCsv(text);
  const names = header?.cells.map((name) => name.trim()) ?? [];
  for (const name of ["name", "price"]) if (!names.includes(name)) throw new NoColumn(name);
  const of = (row: CsvRow, name: string): string => (row.cells[names.indexOf(name)] ?? "").trim();
  const groups: CsvRow[][] = [];
  for (const row of rows) {
    const [last] = groups.at(-1) ?? [];
    if (last && of(row, "slug") && of(last, "slug") === of(row, "slug")) groups.at(-1)?.push(row);
    else groups.push([row]);
  }
  return groups.map((group): Line => {
    const line = group[0]?.line ?? 0;
    try {
      return { line, item: product(group, of, currency) };
    } catch (error) {
      return { line, refused: (error as Error).message };
    }
  });
}

type Of = (row: CsvRow, name: string) => string;

function product(rows: CsvRow[], of: Of, currency: string): object {
  const first = rows[0] as CsvRow;
  const texts = [...TEXTS, ...MORE].flatMap((name) => (of(first, name) ? [[name, unsafe(of(first, name))]] : []));
  const parsed = ["category_path", ...LISTS].flatMap((name) => (of(first, name) ? [[name, json(of(first, name), name)]] : []));
  return { ...Object.fromEntries([...texts, ...parsed]), variants: rows.map((row) => variant(row, of, currency)) };
}

function json(text: string, name: string): unknown {
  try {
    return JSON.parse(unsafe(text));
  } catch {
    throw new Error(`${name} is no JSON`);
  }
}

function variant(row: CsvRow, of: Of, fallback: string): object {
  const currency = of(row, "currency") || fallback;
  const options = ["option1", "option2", "option3"].map((name) => unsafe(of(row, name))).filter(Boolean);
  const texts = ["sku", "title", "barcode"].flatMap((name) => (of(row, name) ? [[name, unsafe(of(row, name))]] : []));
  const numbers = NUMBERS.flatMap((name) => (of(row, name) ? [[name, whole(of(row, name), name)]] : []));
  const flags = FLAGS.flatMap((name) => (of(row, name) ? [[name, flag(of(row, name), name)]] : []));
  const cost = of(row, "cost") ? { cost: money(of(row, "cost"), "cost", currency) } : {};
  if (!of(row, "price")) throw new Error("price is missing");
  return { ...Object.fromEntries([...texts, ...numbers, ...flags]), options, price: money(of(row, "price"), "price", currency), ...cost };
}

function money(text: string, name: string, currency: string): object {
  const digits = /^[A-Z]{3}$/.test(currency) ? digitsOf(currency) : undefined;
  const amount_minor = digits === undefined || !/^\d+([.,]\d+)?$/.test(text) ? undefined : parseAmount(text, digits);
  if (amount_minor === undefined) throw new Error(`${name}: ${text} is no amount of ${currency}`);
  return { amount_minor, currency };
}

function whole(text: string, name: string): number {
  if (!/^-?\d+(\.0*)?$/.test(text)) throw new Error(`${name}: ${text} is no integer`);
  return Number.parseInt(text, 10);
}

function flag(text: string, name: string): boolean {
  if (/^(true|yes|1)$/i.test(text)) return true;
  if (/^(false|no|0)$/i.test(text)) return false;
  throw new Error(`${name}: ${text} is neither true nor false`);
}

export const isNoColumn = (error: unknown): error is NoColumn => error instanceof NoColumn;

/** Products as a file. */
export const asJsonLines = (items: Item[]): string => items.map((item) => `${JSON.stringify(item)}\n`).join("");

export const asCsv = (items: Item[]): string => writeCsv([COLUMNS, ...items.flatMap(rowsOf)]);

/** A row for each variant, of which the first says all that is the product's. */
function rowsOf(item: Item): string[][] {
  const own = [...TEXTS.map((name) => text(item[name])), list(item["category_path"])];
  const more = [...MORE.map((name) => text(item[name])), ...LISTS.map((name) => list(item[name]))];
  const empty = [text(item["slug"]), ...Array.from({ length: own.length + more.length - 1 }, () => "")];
  return (item.variants ?? []).map((one, index) => [...(index === 0 ? [...own, ...more] : empty), ...cells(one)]);
}

function cells(one: Record<string, unknown>): string[] {
  const options = (one["options"] as string[] | undefined) ?? [];
  const price = one["price"] as { amount_minor: number; currency: string } | null;
  const cost = one["cost"] as { amount_minor: number; currency: string } | null;
  return [
    text(one["sku"]),
    ...[0, 1, 2].map((place) => text(options[place])),
    text(one["title"]),
    price ? typed(price) : "",
    price?.currency ?? "",
    cost ? typed(cost) : "",
    text(one["barcode"]),
    ...["weight_g", "track_stock", "archived", "on_hand", "low_stock_at"].map((name) => list(one[name])),
  ];
}

const text = (value: unknown): string => (typeof value === "string" ? safe(value) : "");

/** A number, a list or an object; empty for nothing. */
function list(value: unknown): string {
  if (value === null || value === undefined) return "";
  if (typeof value === "object" && Object.keys(value).length === 0) return "";
  return JSON.stringify(value);
}
