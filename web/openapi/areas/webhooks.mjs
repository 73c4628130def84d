// Webhooks, and the stream of what happens.
import {
  boolean,
  del,
  extended,
  from,
  get,
  integer,
  list,
  MATCH,
  nullable,
  number,
  object,
  page,
  patch,
  post,
  raw,
  ref,
  said,
  string,
  time,
  word,
} from "../shape.mjs";

export const tag = "Webhooks";
export const about =
  "Who is told of what happens to orders and stock: endpoints that get signed requests, and a stream. docs/webhooks.md is for receivers.";

const TYPE = word(
  "OrderAccepted",
  "OrderConfirmed",
  "OrderFailed",
  "OrderEdited",
  "OrderCancelled",
  "OrderFulfilled",
  "OrderRefunded",
  "OrderPaid",
  "OrderShipped",
  "OrderDelivered",
  "OrderFulfilmentCancelled",
  "OrderAmended",
  "OrderNoted",
  "StockLow",
  "StockOut",
  "StockBack",
);
const types = said(nullable(list(TYPE)), "Null: all, also those that are yet to come");
const webhook = object({
  id: string,
  url: string,
  description: nullable(string),
  event_types: types,
  enabled: boolean,
  disabled_reason: nullable(word("asked", "failing", "gone")),
  disabled_at: nullable(time),
  last_delivered_at: nullable(time),
  failing_since: nullable(time),
  last_failure: nullable(object({ at: time, why: string })),
  rotating_until: said(nullable(time), "Until when requests bear the signature of the secret before, too"),
  created_at: time,
  updated_at: time,
  version: integer,
});

export const schemas = {
  Webhook: webhook,
  NewWebhook: extended(webhook, { secret: said(string, "Shown this once") }),
};

const scope = "admin";
const at = { id: "{webhook}" };

// Of types that no other example brings about: its target is nowhere, and how it does would be another thing each time.
export const operations = [
  post("/v1/webhooks", {
    id: "createWebhook",
    says: "Make an endpoint",
    scope,
    body: object({ url: string, "description?": nullable(string), "event_types?": types }),
    answers: { 201: ref("NewWebhook") },
    problems: ["conflict"],
    examples: [
      {
        name: "erp",
        body: { url: "https://erp.example/hooks/kassa", description: "the warehouse", event_types: ["OrderFulfilmentCancelled"] },
        status: 201,
        save: { webhook: "id", webhookSecret: "secret" },
      },
      { name: "private", body: { url: "http://169.254.169.254/latest" }, status: 400 },
    ],
  }),
  get("/v1/webhooks", {
    id: "listWebhooks",
    says: "All endpoints, without their secrets",
    scope,
    answers: { 200: page(ref("Webhook")) },
    examples: [{ name: "all", status: 200 }],
  }),
  get("/v1/webhooks/{id}", {
    id: "getWebhook",
    says: "One endpoint, and how it does",
    more: "Its `ETag` is its `version`, of which how it does is no part.",
    scope,
    answers: { 200: ref("Webhook") },
    examples: [
      { name: "erp", at, status: 200 },
      { name: "unknown", at: { id: "nothing" }, status: 404 },
    ],
  }),
  patch("/v1/webhooks/{id}", {
    id: "changeWebhook",
    says: "Change an endpoint; enabled again, or elsewhere, it begins anew",
    scope,
    headers: MATCH,
    body: object({ "url?": string, "description?": nullable(string), "event_types?": types, "enabled?": boolean }),
    answers: { 200: ref("Webhook") },
    examples: [
      { name: "described", at, body: { description: "the warehouse in Berlin" }, status: 200 },
      { name: "stale", at, headers: { "If-Match": '"1"' }, body: { enabled: false }, status: 412 },
    ],
  }),
  post("/v1/webhooks/{id}/rotate", {
    id: "rotateWebhookSecret",
    says: "Give it another secret; the one before signs as well for some hours",
    scope,
    headers: MATCH,
    body: object({ "keep_hours?": nullable(from(0, 168)) }),
    answers: { 200: ref("NewWebhook") },
    examples: [{ name: "twoHours", at, body: { keep_hours: 2 }, status: 200, save: { webhookSecretNext: "secret" } }],
  }),
  post("/v1/webhooks/{id}/test", {
    id: "testWebhook",
    says: "Send it a `WebhookTest` once and at once",
    scope,
    answers: { 200: object({ delivered: boolean, status: nullable(integer), answer: string, took_ms: number, webhook_id: string }) },
    examples: [{ name: "erp", at, status: 200, shows: "nothing" }],
  }),
  del("/v1/webhooks/{id}", {
    id: "deleteWebhook",
    says: "Remove an endpoint; what waits for it will never arrive",
    scope,
    headers: MATCH,
    answers: { 204: null },
    examples: [{ name: "erp", at, status: 204 }],
  }),
  get("/v1/notifications/stream", {
    id: "streamNotifications",
    says: "What happens, as server-sent events",
    more: "`Last-Event-ID`, as a header or as `last_event_id`, goes on behind that event.",
    scope: "orders",
    query: {
      "types?": [string, "Types of events, with commas between them"],
      "recipient?": [string, "Messages to this name alone"],
      "last_event_id?": [string, "The `id` of the last event that was taken"],
    },
    answers: { 200: raw("text/event-stream") },
    examples: [
      { name: "orders", query: { types: "OrderConfirmed,OrderCancelled" }, status: 200 },
      { name: "noPlace", query: { last_event_id: "1" }, status: 400 },
    ],
  }),
];
