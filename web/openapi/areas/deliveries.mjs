// Deliveries: what is told to whom, and what came of it.
import {
  boolean,
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
  raw,
  ref,
  said,
  string,
  time,
  uuid,
  word,
} from "../shape.mjs";

const part = word("subject", "text", "html");
const template = object({
  name: string,
  language: word("en", "de", "ar"),
  own: said(list(part), "The parts that a file of the shop's own says otherwise"),
  flaws: said(list(object({ part, line: nullable(integer), why: string })), "What of those files is passed over"),
});

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
  Template: template,
  Letter: extended(template, { subject: string, text: string, html: string }),
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
const of = { "language?": [word("en", "de", "ar")], "order_id?": [uuid, "Instead of the example"] };

export const operations = [
  get("/v1/deliveries", {
    id: "listDeliveries",
    says: "Deliveries, the newest first",
    scope,
    query: {
      "state?": [state],
      "channel?": [channel],
      "order_id?": [uuid],
      "target?": [string, "An address, an endpoint or a recipient"],
      ...limit(50, 200),
      ...cursor,
    },
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
  get("/v1/templates", {
    id: "listTemplates",
    says: "Every letter in every language, and what of it is the shop's own",
    scope,
    answers: {
      200: object({
        results: list(ref("Template")),
        folder: said(string, "Where files of one's own go"),
        mailbox: said(boolean, "Letters go to the mailbox, and to no server"),
      }),
    },
    examples: [{ name: "all", status: 200, shows: "nothing" }],
  }),
  get("/v1/templates/{name}", {
    id: "getTemplate",
    says: "A letter as it would be, about an example or an order",
    scope,
    query: of,
    answers: { 200: ref("Letter") },
    examples: [
      { name: "shipped", at: { name: "order-shipped" }, query: { language: "de" }, status: 200, shows: "nothing" },
      { name: "ofOrder", at: { name: "order-confirmed" }, query: { order_id: "{order}" }, status: 200, shows: "nothing" },
      { name: "unknown", at: { name: "nothing" }, status: 404 },
    ],
  }),
  get("/v1/templates/{name}/page", {
    id: "getTemplatePage",
    says: "Its HTML, as a page that runs nothing and loads nothing",
    scope,
    query: of,
    answers: { 200: raw("text/html") },
    examples: [{ name: "shipped", at: { name: "order-shipped" }, status: 200, shows: "nothing" }],
  }),
];
