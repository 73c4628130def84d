// A person's data: given out, or erased.
import { free, from, get, list, nullable, object, post, string, time, uuid, word } from "../shape.mjs";

export const tag = "Privacy";
export const about = "All that is kept of a person as one document, or none of it any more: their orders keep their money.";

const count = from(0);
const erased = object({
  id: uuid,
  kind: word("email", "user"),
  subject: string,
  asked_by: string,
  asked_at: time,
  done_at: nullable(time),
  counts: object({
    orders: count,
    addresses: count,
    parcels: count,
    customers: count,
    waiting: count,
    deliveries: count,
    outbox: count,
    answers: count,
    texts: count,
    events: count,
    records: count,
  }),
});
const who = object({ "email?": nullable(string), "user?": nullable(string) });

export const schemas = {};

const scope = "admin";

export const operations = [
  post("/v1/privacy/export", {
    id: "exportPerson",
    says: "All that is kept of a person",
    scope,
    body: who,
    answers: { 200: object({ customers: list(free), orders: list(free), waiting_lists: list(free), events: list(free) }) },
    examples: [
      { name: "nobody", body: { email: "nobody@shop.example" }, status: 200 },
      { name: "two", body: { email: "nobody@shop.example", user: "42" }, status: 400 },
    ],
  }),
  post("/v1/privacy/erase", {
    id: "erasePerson",
    says: "Take a person out of everything",
    scope,
    body: who,
    answers: { 200: erased },
    examples: [{ name: "nobody", body: { user: "nobody-in-particular" }, status: 200, shows: "nothing" }],
  }),
  get("/v1/privacy/erasures", {
    id: "listErasures",
    says: "What was erased, the newest first",
    scope,
    answers: { 200: object({ results: list(erased) }) },
    examples: [{ name: "all", status: 200, shows: "nothing" }],
  }),
];
