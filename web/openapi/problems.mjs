// Which problems an operation may answer: those that it names, and those that come with what it is (docs/problems.json has them all).
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { either, object, ref, said, string } from "./shape.mjs";

const ALL = JSON.parse(readFileSync(join(import.meta.dirname, "../../docs/problems.json"), "utf8"));
const BY_NAME = new Map(ALL.map((problem) => [problem.name, problem]));

/** [status, the problems with this status], by status. */
export function problemsOf(operation) {
  const names = new Set([...(operation.problems ?? []), ...common(operation)]);
  const byStatus = new Map();
  for (const { name, status } of ALL) if (names.delete(name)) byStatus.set(status, [...(byStatus.get(status) ?? []), name]);
  if (names.size) throw new Error(`${operation.id}: no problem is called ${[...names]}`);
  return [...byStatus].sort(([a], [b]) => a - b);
}

function common({ method, scope, body, headers = {}, ingest, dialect, probe }) {
  // What is wrong with the request itself is told the same to everybody.
  const names = ["bad-request", "url-too-long", "internal"];
  if (probe) return names;
  const takes = method !== "get" && method !== "delete";
  if (takes) names.push("timeout", "body-too-large");
  if (ingest) return names;
  names.push("foreign-origin", "unknown-host", "too-many-requests", "unavailable");
  if (body) names.push("unsupported-media-type");
  if (dialect) return names;
  names.push("timeout", "body-too-large", "unsupported-media-type");
  if (body) names.push("invalid-json");
  if (scope !== undefined) names.push("unauthorized", "forbidden", "forwarded", "not-found");
  if (headers["Idempotency-Key?"]) names.push("request-in-flight", "idempotency-key-reused");
  if (headers["Idempotency-Key"]) names.push("missing-idempotency-key", "request-in-flight", "idempotency-key-reused");
  if (headers["If-Match?"]) names.push("precondition-failed");
  return names;
}

/** The answer with `status` that is one of the problems `names`. */
export function responseOf(status, names) {
  const schemas = names.map((name) => ref(schemaName(name)));
  const content = { "application/problem+json": { schema: schemas.length === 1 ? schemas[0] : either(...schemas) } };
  const waits = names.some((name) => ["too-many-requests", "unavailable", "request-in-flight", "illegal-transition"].includes(name));
  const headers = { "Retry-After": { description: "Seconds, where it is known", schema: { type: "integer" } } };
  return { description: names.map((name) => `\`${name}\``).join(", "), ...(waits && { headers }), content };
}

const schemaName = (name) => `${name.replaceAll(/(?:^|[-_])(\w)/g, (_, letter) => letter.toUpperCase())}Problem`;

/** A schema for each problem. */
export const PROBLEMS = Object.fromEntries(
  ALL.map(({ name, status, means, members }) => {
    const more = Object.fromEntries(Object.entries(members).map(([member, schema]) => [`${member}?`, schema]));
    const problem = object({ type: { const: `/errors/${name}` }, title: string, status: { const: status }, "detail?": string, ...more });
    return [schemaName(name), said(problem, means)];
  }),
);
