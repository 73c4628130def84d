// Whether it runs, and the description of all this.
import { boolean, either, free, get, map, number, object, raw, ref, string, time, word } from "../shape.mjs";

export const tag = "Health";
export const about = "Probes, metrics, and the description of the API itself.";

const check = object({ status: word("up", "degraded", "down"), needed: boolean, latency_ms: number, "detail?": string });
const checks = map(ref("Check"));
const deep = either(
  object({ status: word("ok", "failed"), ok: boolean, service: string, checks }),
  object({ service: string, status: word("healthy", "degraded"), timestamp: time, checks: map(word("up", "down")) }),
);

export const schemas = { Check: check };

const ready = object({ status: word("ready", "not ready"), ready: boolean, checks });

export const operations = [
  get("/livez", {
    id: "getLiveness",
    says: "The process runs",
    probe: true,
    answers: { 200: raw("text/plain") },
    examples: [{ name: "ok", status: 200 }],
  }),
  get("/readyz", {
    id: "getReadiness",
    says: "What it needs is there",
    probe: true,
    answers: { 200: ready, 503: ready },
    examples: [{ name: "ready", status: 200 }],
  }),
  get("/health", {
    id: "getHealth",
    says: "A summary",
    more: "On the ports 4001 and 4002 the text `OK`.",
    probe: true,
    answers: {
      200: [
        object({ status: word("ok"), ok: boolean, service: string, checks: either(checks, map(word("up", "down"))) }),
        raw("text/plain"),
      ],
    },
    examples: [{ name: "ok", status: 200 }],
  }),
  get("/health/deep", {
    id: "getDeepHealth",
    says: "A real round trip to each dependency",
    more: "For the admin with latencies; for who may use dialect D names and words alone.",
    dialect: "D",
    session: true,
    scope: "read",
    answers: { 200: deep, 503: deep },
    problems: ["unauthorized", "forbidden", "forwarded"],
    examples: [
      { name: "words", status: 200 },
      { name: "admin", as: "admin", status: 200 },
    ],
  }),
  get("/metrics", {
    id: "getMetrics",
    says: "Prometheus or OpenMetrics text",
    scope: "admin",
    answers: { 200: [raw("text/plain"), raw("application/openmetrics-text")] },
    examples: [{ name: "text", status: 200, shows: "nothing" }],
  }),
  get("/openapi.json", {
    id: "getDescription",
    says: "This document",
    probe: true,
    answers: { 200: free },
    examples: [{ name: "all", status: 200, shows: "nothing" }],
  }),
];
