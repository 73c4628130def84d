// What whoever runs kassa asks: the log, refused events, the audit, backups.
import { anything, boolean, from, get, integer, list, nullable, object, post, raw, ref, string, time, uuid, word } from "../shape.mjs";

export const tag = "Admin";
export const about = "The log, refused events, counts, the audit, replays and backups. What takes long answers lines of JSON.";

const bytes = from(0);
const lines = raw("application/x-ndjson");
const damage = list(
  object({ file: string, at: integer, why: string, lost: nullable(object({ start: integer, end: integer })), known: boolean }),
);

export const schemas = {
  DeadLetter: object({
    id: string,
    site_id: string,
    received_at: time,
    reason: string,
    detail: nullable(string),
    dialect: string,
    original: string,
  }),
  LogStatus: object({
    log_id: uuid,
    partitions: list(
      object({
        partition: integer,
        first: integer,
        end: integer,
        records: integer,
        bytes: nullable(integer),
        groups: list(object({ group: string, next: integer, lag_records: integer })),
      }),
    ),
  }),
  Invariant: object({
    id: from(1, 7),
    title: string,
    ok: boolean,
    checked: integer,
    pending: integer,
    violations_total: integer,
    violations: list(object({ about: string, what: string }), 100),
    unchecked: list(string),
    notes: list(string),
  }),
  Audit: object({ ok: boolean, complete: boolean, at: time, invariants: list(ref("Invariant")) }),
};

const scope = "admin";

export const operations = [
  get("/v1/admin/dead-letters", {
    id: "listDeadLetters",
    says: "Refused events, the newest first",
    scope,
    query: { "site_id?": [string], "reason?": [string], "limit?": [from(1)] },
    answers: { 200: object({ results: list(ref("DeadLetter")) }) },
    problems: ["invalid-query"],
    examples: [{ name: "newest", query: { limit: 1 }, status: 200, save: { letter: "results.0.id" } }],
  }),
  get("/v1/admin/dead-letters/{id}", {
    id: "getDeadLetter",
    says: "One refused event",
    scope,
    answers: { 200: ref("DeadLetter") },
    problems: ["invalid-query"],
    examples: [
      { name: "newest", at: { id: "{letter}" }, status: 200 },
      { name: "unknown", at: { id: "nothing" }, status: 404 },
    ],
  }),
  get("/v1/admin/counts", {
    id: "listCounts",
    says: "How many events came to which end",
    scope,
    query: { "site_id?": [string] },
    answers: { 200: object({ results: list(object({ site_id: string, outcome: string, reason: nullable(string), count: integer })) }) },
    problems: ["invalid-query"],
    examples: [{ name: "all", status: 200, shows: "nothing" }],
  }),
  get("/v1/admin/log", {
    id: "getLog",
    says: "What the log holds, and where each group stands",
    scope,
    answers: { 200: object({ events: ref("LogStatus"), orders: ref("LogStatus") }) },
    examples: [{ name: "now", status: 200, shows: "nothing" }],
  }),
  get("/v1/admin/log/inspect", {
    id: "inspectLog",
    says: "The log's files, their frames and offsets",
    scope,
    answers: {
      200: object({
        dir: string,
        log_id: uuid,
        partitions: list(
          object({
            stream: word("events", "orders"),
            partition: integer,
            first: integer,
            end: integer,
            segments: list(
              object({
                file: string,
                base: integer,
                end: integer,
                frames: integer,
                records: integer,
                bytes,
                sealed: boolean,
                poisoned: boolean,
                torn_bytes: bytes,
                first_time: nullable(integer),
                last_time: nullable(integer),
              }),
            ),
            groups: list(object({ group: string, epoch: integer, next: integer })),
          }),
        ),
        damage,
      }),
    },
    examples: [{ name: "now", status: 200, shows: "nothing" }],
  }),
  get("/v1/admin/log/verify", {
    id: "verifyLog",
    says: "Every frame of the log, read and checked",
    scope,
    answers: {
      200: object({ log_id: uuid, segments: integer, frames: integer, records: integer, bytes, torn_bytes: bytes, damage }),
    },
    examples: [{ name: "now", status: 200, shows: "nothing" }],
  }),
  get("/v1/admin/fingerprint", {
    id: "getFingerprint",
    says: "A hash over all rows of the event store",
    scope,
    answers: { 200: object({ fingerprint: string }) },
    examples: [{ name: "now", status: 200, shows: "nothing" }],
  }),
  get("/v1/admin/status", {
    id: "getStatus",
    says: "Which version and roles answer, and what is not in the log yet",
    scope,
    answers: { 200: object({ version: string, roles: list(string), unpublished: nullable(bytes) }) },
    examples: [{ name: "now", status: 200, shows: "nothing" }],
  }),
  get("/v1/admin/audit", {
    id: "getAudit",
    says: "Whether the books agree",
    scope,
    answers: { 200: ref("Audit") },
    examples: [{ name: "now", status: 200, shows: "nothing" }],
  }),
  post("/v1/admin/audit", {
    id: "audit",
    says: "The same, told while it goes on",
    scope,
    answers: { 200: lines },
    examples: [{ name: "now", status: 200 }],
  }),
  post("/v1/admin/audit/answers", {
    id: "auditAnswers",
    says: "Compare what clients were answered with the orders",
    scope,
    body: object({
      answers: list(object({ key: string, status: integer, "order_id?": nullable(string), "body?": anything })),
    }),
    answers: { 200: lines },
    examples: [{ name: "one", body: { answers: [{ key: "cart-1", status: 201, order_id: "{order}" }] }, status: 200 }],
  }),
  post("/v1/admin/replay", {
    id: "replayLog",
    says: "Fold the log into a new store in a new folder below the data folder",
    scope,
    body: object({ into: string }),
    answers: { 200: lines },
    problems: ["conflict"],
    examples: [
      { name: "again", body: { into: "again" }, status: 200 },
      { name: "elsewhere", body: { into: "../again" }, status: 400 },
    ],
  }),
  post("/v1/admin/backup", {
    id: "makeBackup",
    says: "Make a backup below `exports/` of the data folder",
    scope,
    answers: { 200: lines },
    problems: ["conflict"],
    examples: [{ name: "now", status: 200 }],
  }),
];
