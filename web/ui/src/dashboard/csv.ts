/** What is seen, as a file for a spreadsheet: the server writes it, whole and with cells that no spreadsheet runs. */
import { api } from "../server/call";
import type { Question } from "../server/reports";

const ROWS_MAX = 10_000;
// The browser has begun to read the file by then.
const KEPT_MS = 10_000;

/** Fetches the report to its end as CSV, and lets the browser save it as `name.csv`. */
export async function saveCsv(question: Question, name: string): Promise<void> {
  const text = String(await api.query({ body: { ...question, pagination: { limit: ROWS_MAX }, format: "csv" } }));
  const link = document.createElement("a");
  link.href = URL.createObjectURL(new Blob([text], { type: "text/csv;charset=utf-8" }));
  link.download = `${name}.csv`;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), KEPT_MS);
}
