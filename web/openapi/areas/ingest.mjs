// Where events come in, in every dialect.
import { boolean, either, free, get, integer, list, nullable, number, object, post, raw, ref, said, string, word } from "../shape.mjs";

export const tag = "Ingest";
export const about = `Takes events from any page, whatever their Content-Type. An answer of success means that they are on disk; an event that is
bad on its own becomes a dead letter, and its neighbours are taken. A site's write key comes as HTTP Basic user name, \`X-Write-Key\`, \`?writeKey=\` or \`writeKey\` in the body.`;

const events = { type: "object", additionalProperties: true };
const refused = object({ error: string });

export const schemas = {
  FlatEvent: said(
    {
      ...events,
      properties: { eventType: string, page: string, timestamp: string, sessionId: string, target: string, seconds: number },
      required: ["eventType"],
    },
    "System A's; other members are properties",
  ),
  EventBatch: said(
    { ...events, properties: { events: list(free, 10_000), appName: string, appVersion: string }, required: ["events"] },
    "System B's",
  ),
  CounterEvent: said({ ...events, properties: { type: string }, required: ["type"] }, "System C's"),
  SiteEvent: said(
    {
      ...events,
      properties: { site_id: string, event_type: string, path: string, user_id: nullable(string), timestamp: nullable(string) },
      required: ["site_id", "event_type", "path"],
    },
    "System E's",
  ),
  SegmentMessage: said(
    {
      ...events,
      properties: {
        messageId: string,
        userId: nullable(string),
        anonymousId: nullable(string),
        event: string,
        name: string,
        properties: free,
        traits: free,
        context: free,
        timestamp: string,
        sentAt: string,
        writeKey: string,
      },
    },
    "Segment's",
  ),
  SegmentBatch: said(
    { ...events, properties: { batch: list(free, 10_000), sentAt: string, context: free, writeKey: string }, required: ["batch"] },
    "Segment's",
  ),
};

const query = { "writeKey?": [string, "The site's write key"] };
const taken = object({ success: boolean, "accepted?": integer, "rejected?": integer });
const unread = object({ success: boolean, error: string });
const segment = { 200: taken, 400: unread, 429: unread, 503: unread };
const open = { ingest: true, query };

/** A message of Segment's by its name, its short form, and both below /analytics. */
function segmentRoutes(name, short, body, says, example) {
  const about = { ...open, says, body, answers: segment };
  const id = name === "batch" ? "sendBatch" : `send${name[0].toUpperCase()}${name.slice(1)}`;
  return ["", "/analytics"].flatMap((prefix) =>
    [name, short].map((path) =>
      post(`${prefix}/v1/${path}`, {
        ...about,
        id: `${id}${path === short ? "Short" : ""}${prefix ? "Analytics" : ""}`,
        examples: [
          { name: "one", body: { ...example, writeKey: "{writeKey}" }, status: 200 },
          ...(name === path ? [{ name: "noKey", body: example, status: 200 }] : []),
        ],
      }),
    ),
  );
}

const message = ref("SegmentMessage");
const who = { anonymousId: "a-1" };

const track = {
  ...open,
  says: "Events of the systems A (one) and B (`events`)",
  body: either(ref("FlatEvent"), ref("EventBatch")),
  answers: {
    200: object({ status: word("ok"), "accepted?": integer, "rejected?": integer }),
    201: object({ message: string }),
    400: refused,
    429: refused,
    503: refused,
  },
};
const event = {
  ...open,
  says: "Events of the systems C (`type`) and E (`site_id`)",
  body: either(ref("CounterEvent"), ref("SiteEvent")),
  answers: {
    200: raw("text/plain"),
    202: object({ status: string, message: string }),
    400: [either(object({ errors: list(string) }), refused), raw("text/plain")],
    429: [either(object({ errors: list(string) }), refused), raw("text/plain")],
    503: [either(object({ errors: list(string) }), refused), raw("text/plain")],
  },
};
const click = { eventType: "click", page: "/shop", timestamp: "2025-01-01 12:00:00", sessionId: "abc123", target: "Buy" };
const batch = {
  appName: "shop",
  appVersion: "1.0.0",
  events: [
    {
      timestamp: 1735732800000,
      event_id: "6f1c",
      event_type: "CLICK",
      location_type: "COMPONENT",
      component_name: "BuyButton",
      page_path: "/shop",
      page_title: "Shop",
      dom_info: { tag: "BUTTON", id: "buy", className: "btn", text: "Buy" },
      user_metadata: { userId: 7 },
    },
  ],
};
const view = { site_id: "default", event_type: "page_view", path: "/p/1", user_id: "u1", timestamp: "2025-11-12T19:30:01Z" };
const keyed = { query: { writeKey: "{writeKey}" } };

export const operations = [
  post("/track", {
    ...track,
    id: "track",
    examples: [
      { name: "A", ...keyed, body: click, status: 201 },
      { name: "B", ...keyed, body: batch, status: 200 },
      { name: "noType", ...keyed, body: { page: "/shop" }, status: 400 },
    ],
  }),
  post("/analytics/track", { ...track, id: "trackAnalytics", examples: [{ name: "A", ...keyed, body: click, status: 201 }] }),
  post("/event", {
    ...event,
    id: "event",
    examples: [
      { name: "C", ...keyed, body: { type: "purchase" }, status: 200 },
      { name: "E", ...keyed, body: view, status: 202 },
      { name: "noPath", ...keyed, body: { site_id: "default" }, status: 400 },
    ],
  }),
  post("/analytics/event", {
    ...event,
    id: "eventAnalytics",
    examples: [{ name: "C", ...keyed, body: { type: "purchase" }, status: 200 }],
  }),
  ...segmentRoutes("track", "t", message, "Something happened", {
    ...who,
    event: "Product Viewed",
    properties: { sku: "mug", name: "Mug", price: 9.5 },
  }),
  ...segmentRoutes("page", "p", message, "A page was viewed", {
    ...who,
    name: "Mug",
    properties: { path: "/p/mug", url: "https://shop.test/p/mug" },
  }),
  ...segmentRoutes("identify", "i", message, "Who a visitor is", { ...who, userId: "u-1", traits: { plan: "gold" } }),
  ...segmentRoutes("screen", "s", message, "A screen of an app was viewed", { ...who, name: "Home" }),
  ...segmentRoutes("group", "g", message, "To which group a user belongs", { userId: "u-1", groupId: "team-1" }),
  ...segmentRoutes("alias", "a", message, "Two ids are one user", { userId: "u-1", previousId: "a-1" }),
  ...segmentRoutes("batch", "b", ref("SegmentBatch"), "Many messages at once", {
    batch: [
      { type: "page", messageId: "m-1", anonymousId: "a-2", properties: { path: "/", url: "https://shop.test/?utm_source=news" } },
      { type: "track", messageId: "m-2", anonymousId: "a-2", event: "Products Searched", properties: { query: "mugs", results: 1 } },
    ],
  }),
  get("/kassa.js", {
    id: "getTracker",
    says: "The browser tracker",
    probe: true,
    answers: { 200: raw("text/javascript"), 404: raw("text/plain") },
    examples: [{ name: "script", shows: "nothing", status: 200 }],
  }),
];
