// Files that come and go: docs/moving-in.md says what their lines hold.
import {
  boolean,
  cursor,
  free,
  from,
  get,
  integer,
  list,
  nullable,
  object,
  page,
  pattern,
  post,
  raw,
  ref,
  said,
  string,
  text,
  time,
  word,
} from "../shape.mjs";

export const tag = "Files";
export const about = "Products, customers, orders and events that are brought in by files, and written. Commands of kassa call these.";

const kind = word("products", "customers", "orders", "events");
const file = said(pattern("^[0-9a-f]{64}$"), "The SHA-256 of the file's bytes");
const item = said(free, "What a line holds, by the kind of the file");
const counts = { made: integer, changed: integer, same: integer, refused: integer };
const lines = list(object({ line: from(1), "item?": item, "refused?": string }), 1_000);

export const schemas = {
  Import: object({
    id: string,
    kind,
    file,
    name: string,
    done_to: said(from(0), "The last line that was taken"),
    ...counts,
    created_at: time,
    finished_at: nullable(time),
    undone_at: nullable(time),
  }),
  RefusedLine: object({ line: integer, why: string }),
  TakenLines: object({ done_to: integer, ...counts, refused_lines: list(ref("RefusedLine")) }),
};

const scope = "admin";
const hash = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08";
const cup = { name: "Cup", variants: [{ sku: "cup-of-a-file", price: { amount_minor: 900, currency: "USD" } }] };

export const operations = [
  get("/v1/admin/imports", {
    id: "listImports",
    says: "The files that were brought in, the newest first",
    scope,
    answers: { 200: object({ results: list(ref("Import"), 200) }) },
    examples: [{ name: "all", status: 200 }],
  }),
  post("/v1/admin/imports", {
    id: "beginImport",
    says: "A file that begins, or goes on where it ended",
    scope,
    body: object({ kind, file, "name?": text(255), "again?": boolean }),
    answers: { 200: ref("Import") },
    problems: ["conflict"],
    examples: [
      { name: "products", body: { kind: "products", file: hash, name: "products.csv" }, status: 200, save: { import: "id" } },
      { name: "no hash", body: { kind: "products", file: "x" }, status: 400 },
    ],
  }),
  post("/v1/admin/imports/check", {
    id: "checkImport",
    says: "What would come of lines; nothing is written",
    scope,
    body: object({ kind, lines }),
    answers: { 200: ref("TakenLines") },
    examples: [
      {
        name: "two",
        body: {
          kind: "products",
          lines: [
            { line: 2, item: cup },
            { line: 3, item: {} },
          ],
        },
        status: 200,
      },
    ],
  }),
  get("/v1/admin/imports/{id}", {
    id: "getImport",
    says: "A file, and how far it has come",
    scope,
    answers: { 200: ref("Import") },
    examples: [
      { name: "products", at: { id: "{import}" }, status: 200 },
      { name: "unknown", at: { id: "products-0" }, status: 404 },
    ],
  }),
  post("/v1/admin/imports/{id}", {
    id: "takeLines",
    says: "Bring in some lines of a file, once",
    scope,
    body: object({ from: from(0), to: from(0), lines, "finished?": boolean }),
    answers: { 200: ref("TakenLines") },
    problems: ["conflict"],
    examples: [
      {
        name: "all",
        at: { id: "{import}" },
        body: {
          from: 0,
          to: 3,
          lines: [
            { line: 2, item: cup },
            { line: 3, refused: "price is missing" },
          ],
          finished: true,
        },
        status: 200,
      },
    ],
  }),
  get("/v1/admin/imports/{id}/refused", {
    id: "listRefusedLines",
    says: "Lines of a file that came to nothing, and why",
    scope,
    query: cursor,
    answers: { 200: page(ref("RefusedLine")) },
    examples: [{ name: "first", at: { id: "{import}" }, status: 200 }],
  }),
  post("/v1/admin/imports/{id}/undo", {
    id: "undoImport",
    says: "Take back some of what a file has made, the last first",
    scope,
    answers: { 200: object({ undone: integer, finished: boolean }) },
    problems: ["conflict"],
    examples: [{ name: "all", at: { id: "{import}" }, status: 200 }],
  }),
  get("/v1/admin/exports/{kind}", {
    id: "writeThings",
    says: "All products, customers or orders, as files have them",
    scope,
    query: cursor,
    answers: { 200: page(item) },
    examples: [
      { name: "products", at: { kind: "products" }, status: 200, shows: "nothing" },
      { name: "unknown", at: { kind: "gold" }, status: 404 },
    ],
  }),
  get("/v1/admin/exports/events", {
    id: "writeEvents",
    says: "All events of a site but the shop's own, a line of JSON each",
    scope,
    query: { "site_id?": [string] },
    answers: { 200: raw("application/x-ndjson") },
    examples: [{ name: "of the shop", status: 200 }],
  }),
];
