// Deliveries: what is told to whom, and what came of it.
import {
  cursor,
  extended,
  free,
  get,
  integer,
  limit,
  list,
  nullable,
  object,
  page,
  post,
  ref,
  string,
  time,
  uuid,
  word,
} from "../shape.mjs";

export const tag = "Deliveries";
export const about = "What is told to customers, staff and programs of what happened: mails, webhooks, and messages on the stream.";

const state = word("waiting", "sent", "dead");
const channel = word("email", "webhook", "push");
const delivery = object({
  id: uuid,
  event_id: string,
  event_type: string,
  channel,
  target: string,
  template: nullable(string),
  order_id: nullable(uuid),
  state,
  attempts: integer,
  next_at: nullable(time),
  created_at: time,
  done_at: nullable(time),
});

export const schemas = {
  Delivery: delivery,
  WholeDelivery: extended(delivery, {
    payload: free,
    tried: list(
      object({
        number: integer,
        at: time,
        took_us: integer,
        outcome: word("done", "later", "never"),
        status: nullable(integer),
        answer: string,
      }),
    ),
  }),
};

const scope = "orders";

export const operations = [
  get("/v1/deliveries", {
    id: "listDeliveries",
    says: "Deliveries, the newest first",
    scope,
    query: { "state?": [state], "channel?": [channel], "order_id?": [uuid], ...limit(50, 200), ...cursor },
    answers: { 200: page(ref("Delivery")) },
    examples: [
      { name: "mail", query: { channel: "email", state: "sent", limit: 1 }, status: 200, awaited: true, save: { mail: "results.0.id" } },
      { name: "pushed", query: { channel: "push", limit: 1 }, status: 200, awaited: true, save: { pushed: "results.0.id" } },
    ],
  }),
  get("/v1/deliveries/{id}", {
    id: "getDelivery",
    says: "One delivery, with what it says and every attempt",
    scope,
    answers: { 200: ref("WholeDelivery") },
    examples: [
      { name: "mail", at: { id: "{mail}" }, status: 200 },
      { name: "unknown", at: { id: "nothing" }, status: 404 },
    ],
  }),
  post("/v1/deliveries/{id}/replay", {
    id: "replayDelivery",
    says: "Send it again, under the same id",
    scope,
    answers: { 200: ref("Delivery") },
    problems: ["conflict"],
    examples: [
      { name: "mail", at: { id: "{mail}" }, status: 200 },
      { name: "pushed", at: { id: "{pushed}" }, status: 409 },
      { name: "unknown", at: { id: "nothing" }, status: 404 },
    ],
  }),
];
