/** Orders as a table for spreadsheets, and the file that a browser saves. */
import type { Order } from "./order";

const HEADS = [
  "number",
  "placed_at",
  "status",
  "payment_status",
  "fulfilment_status",
  "customer_name",
  "customer_email",
  "customer_phone",
  "items",
  "total",
  "refunded",
  "currency",
  "source",
  "reference",
  "note",
  "id",
];

/** What a spreadsheet takes for a formula. */
const FORMULA = /^[=+\-@\t\r]/;

/** A cell as RFC 4180 has it. A text that a spreadsheet would compute gets a sign before it that says that it is a text. */
export function cell(value: string | number): string {
  const text = typeof value === "string" && FORMULA.test(value) ? `'${value}` : String(value);
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

export function toCsv(orders: Order[]): string {
  const rows = [HEADS, ...orders.map(rowOf)];
  return rows.map((row) => `${row.map(cell).join(",")}\r\n`).join("");
}

function rowOf(order: Order): (string | number)[] {
  const { customer, total } = order;
  return [
    order.number,
    order.created_at,
    order.status,
    order.payment_status ?? "",
    order.fulfilment_status,
    customer?.name ?? "",
    customer?.email ?? "",
    customer?.phone ?? "",
    order.items.map((line) => `${line.quantity} x ${line.sku}`).join("; "),
    decimal(total.amount_minor, total.currency),
    decimal(order.refunded.amount_minor, total.currency),
    total.currency,
    order.source ?? "",
    order.client_reference ?? "",
    order.note ?? "",
    order.id,
  ];
}

/** An amount with a point, as no language writes it. */
function decimal(minor: number, currency: string): number {
  const digits = new Intl.NumberFormat("en", { style: "currency", currency }).resolvedOptions().maximumFractionDigits ?? 2;
  return Number((minor / 10 ** digits).toFixed(digits));
}

/** Saves a text as a file; with a mark before it by which Excel knows UTF-8. */
export function save(name: string, text: string): void {
  const url = URL.createObjectURL(new Blob(["\uFEFF", text], { type: "text/csv;charset=utf-8" }));
  const link = Object.assign(document.createElement("a"), { href: url, download: name });
  link.click();
  setTimeout(() => URL.revokeObjectURL(url), 60_000);
}
