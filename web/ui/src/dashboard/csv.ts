/** What is seen, as a file for a spreadsheet: the server writes it, whole and with cells that no spreadsheet runs. */
import { call } from "../server/call";
import type { Question } from "../server/reports";

/** Fetches the whole report as CSV and lets the browser save it as `name.csv`. */
export async function saveCsv(question: Question, name: string): Promise<void> {
  const text = String(await call("POST", "/v1/query?format=csv", { ...question, pagination: { limit: ROWS_MAX } }));
  const link = document.createElement("a");
  link.href = URL.createObjectURL(new Blob([text], { type: "text/csv;charset=utf-8" }));
  link.download = `${name}.csv`;
  link.click();
  // The browser has begun to read it by then.
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
}

const ROWS_MAX = 10_000;
