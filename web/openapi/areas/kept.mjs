// What is kept for reports: segments, goals, annotations, rules, alerts and share links, each with its versions.
import {
  boolean,
  cursor,
  del,
  either,
  extended,
  free,
  from,
  get,
  integer,
  limit,
  list,
  nullable,
  number,
  object,
  partly,
  post,
  put,
  ref,
  said,
  string,
  text,
  time,
  word,
} from "../shape.mjs";

export const tag = "Kept";
export const about =
  "Segments, goals, annotations, rules, alerts and share links. Reading takes the scope `read`, changing `admin`; every version is kept.";

const filters = list(ref("Filter"), 50);
const money = nullable(ref("Money"));
const watch = either(
  object({ query: object({ metric: string, "filters?": nullable(filters), "window_minutes?": nullable(word_of(5, 10, 15, 20, 30, 60)) }) }),
  object({ stock: object({ sku: string }) }),
  object({ lag: object({}) }),
  object({ audit: object({}) }),
);
const when = either(
  object({ is: word("below", "above"), bound: number }),
  object({ is: word("below", "above"), percent: number, "weeks?": nullable(from(1, 12)) }),
);
const path = object({ pattern: string, "as?": nullable(string) });
const exclude = object({ filters });

function word_of(...numbers) {
  return { type: "integer", enum: numbers };
}

// Of each kind: what is sent of it, what is shown of it besides, its example, and another version.
const KINDS = [
  {
    kind: "Segment",
    route: "segments",
    sent: { name: text(255), filters, "personal?": boolean },
    shown: { name: string, filters, personal: boolean },
    example: { name: "Germany", filters: [["is", "visit:country", ["DE"]]] },
    changed: { name: "Germany and Austria", filters: [["is", "visit:country", ["DE", "AT"]]] },
  },
  {
    kind: "Goal",
    route: "goals",
    link: true,
    sent: { name: text(255), filters, "value?": money },
    shown: { name: string, filters, value: money },
    example: { name: "Signup", filters: [["is", "event:name", ["signup"]]], value: { amount_minor: 500, currency: "USD" } },
    changed: { name: "Signup", filters: [["is", "event:name", ["signup"]]] },
  },
  {
    kind: "Annotation",
    route: "annotations",
    link: true,
    sent: { at: time, text: string },
    shown: { at: time, text: string, source: word("manual") },
    listed: either(ref("Annotation"), ref("Note")),
    example: { at: "2025-11-29T10:00:00Z", text: "Newsletter" },
    changed: { at: "2025-11-29T11:00:00Z", text: "Newsletter" },
  },
  {
    kind: "Rule",
    route: "rules",
    sent: { name: text(255), "enabled?": boolean, "position?": integer, "path?": path, "exclude?": exclude },
    shown: { name: string, enabled: boolean, position: integer, "path?": path, "exclude?": exclude },
    example: { name: "orders", path: { pattern: "/order/:id", as: "/order/…" } },
    changed: { name: "orders", enabled: false, path: { pattern: "/order/:id" } },
  },
  {
    kind: "Alert",
    route: "alerts",
    sent: { name: text(255), "enabled?": boolean, watch, when },
    shown: { name: string, enabled: boolean, watch, when, "state?": ref("AlertState") },
    example: {
      name: "no sales",
      watch: { query: { metric: "revenue", window_minutes: 60 } },
      when: { is: "below", percent: 50, weeks: 4 },
    },
    changed: { name: "few mugs", watch: { stock: { sku: "mug" } }, when: { is: "below", bound: 10 } },
  },
  {
    kind: "Share",
    route: "shares",
    seen: "admin",
    sent: {
      name: text(255),
      "segment?": nullable(string),
      "panels?": nullable(list(string)),
      "expires_at?": nullable(time),
      "password?": string,
    },
    shown: {
      name: string,
      segment: nullable(string),
      panels: nullable(list(string)),
      expires_at: nullable(time),
      has_password: boolean,
      last_used_at: nullable(time),
    },
    example: { name: "Agency", panels: ["pages"], expires_at: "2099-01-01T00:00:00Z", password: "a password" },
    changed: { name: "Agency", panels: ["pages", "sources"] },
  },
];

const common = {
  id: string,
  site_id: string,
  version: integer,
  created_at: time,
  "created_by?": said(string, "`admin`, `open` or `key:<id>`; not for who has a share link"),
  changed_at: time,
  "changed_by?": string,
};

export const schemas = {
  AlertState: object({
    status: word("ok", "firing", "unknown", "disabled"),
    "since?": time,
    "checked_at?": time,
    "value?": nullable(number),
    "expected?": nullable(number),
    "reason?": nullable(string),
  }),
  Note: said(
    object({
      id: string,
      site_id: string,
      at: time,
      text: { type: "null" },
      source: said(string, "What made itself: a change of price, stock, publishing, a discount, a start, chaos"),
      sku: nullable(string),
      name: nullable(string),
      detail: said(nullable(free), "Such as the price before and after"),
    }),
    "An annotation that nobody has written",
  ),
  NewShareLink: extended(object({ ...common, ...KINDS[5].shown }), { token: said(string, "Shown this once"), path: string }),
  ...Object.fromEntries(
    KINDS.flatMap(({ kind, sent, shown }) => [
      [kind, object({ ...common, ...shown })],
      [`New${kind}`, object({ site_id: string, ...sent })],
      [
        `${kind}Change`,
        object({ "site_id?": string, ...sent, "version?": said(nullable(integer), "409 if it is not the newest any more") }),
      ],
      [
        `${kind}Version`,
        extended(partly(object({ ...shown, id: string })), {
          "site_id?": string,
          version: integer,
          removed: boolean,
          changed_at: time,
          changed_by: string,
          "created_at?": time,
          "created_by?": string,
        }),
      ],
    ]),
  ),
};

const scope = "admin";
const problems = ["invalid-query", "conflict"];

/** Of which time notes are. */
const within = { "from?": [string, "A day, or a time"], "to?": [string, "A day, or a time"] };

function routesOf({ kind, route, link, seen = "read", listed = ref(kind), example, changed }) {
  const [name, saved] = [kind.toLowerCase(), `{${kind.toLowerCase()}}`];
  const at = { id: [string, "Its id"] };
  const made = kind === "Share" ? { 201: ref("NewShareLink") } : { 201: ref(kind) };
  return {
    first: [
      post(`/v1/${route}`, {
        id: `create${kind}`,
        says: `Make a ${name}`,
        scope,
        body: ref(`New${kind}`),
        answers: made,
        problems,
        examples: [
          {
            name: "one",
            body: { site_id: "default", ...example },
            status: 201,
            save: { [name]: "id", ...(kind === "Share" && { shareToken: "token" }) },
          },
        ],
      }),
      get(`/v1/${route}`, {
        id: `list${kind}s`,
        says: `The ${name}s of a site`,
        scope: seen,
        link,
        query: { site_id: [string, "The site"], ...limit(100, 1000), ...cursor, ...(kind === "Annotation" && within) },
        answers: { 200: object({ results: list(listed), next_cursor: nullable(string) }) },
        problems: ["invalid-query"],
        examples: [{ name: "all", query: { site_id: "default" }, ...(kind === "Annotation" && { shows: "nothing" }), status: 200 }],
      }),
      get(`/v1/${route}/{id}`, {
        id: `get${kind}`,
        says: `One ${name}`,
        scope: seen,
        link,
        at,
        answers: { 200: ref(kind) },
        problems: ["invalid-query"],
        examples: [
          { name: "that", at: { id: saved }, status: 200 },
          { name: "unknown", at: { id: "nothing" }, status: 404 },
        ],
      }),
      put(`/v1/${route}/{id}`, {
        id: `change${kind}`,
        says: `The next version of a ${name}`,
        scope,
        at,
        body: ref(`${kind}Change`),
        answers: { 200: ref(kind) },
        problems,
        examples: [
          { name: "next", at: { id: saved }, body: changed, status: 200 },
          { name: "stale", at: { id: saved }, body: { ...changed, version: 1 }, status: 409 },
        ],
      }),
      get(`/v1/${route}/{id}/versions`, {
        id: `list${kind}Versions`,
        says: `Every version of a ${name}, the newest first`,
        scope,
        at,
        answers: { 200: object({ results: list(ref(`${kind}Version`), 100), next_cursor: { type: "null" } }) },
        problems: ["invalid-query"],
        examples: [{ name: "that", at: { id: saved }, status: 200 }],
      }),
    ],
    last: [
      del(`/v1/${route}/{id}`, {
        id: `delete${kind}`,
        says: `Remove a ${name}`,
        scope,
        at,
        answers: { 204: null },
        problems,
        examples: [{ name: "that", at: { id: saved }, status: 204 }],
      }),
    ],
  };
}

const counted = object({
  visitors: integer,
  visits: integer,
  pageviews: integer,
  events: integer,
  orders: integer,
  revenue: list(ref("Money")),
});
const routes = KINDS.map(routesOf);

export const operations = [
  ...routes.flatMap(({ first }) => first),
  post("/v1/shares/open", {
    id: "openShare",
    says: "Open a share link that has a password",
    body: object({ token: string, password: string }),
    answers: { 200: object({ token: string, expires_at: time }) },
    problems: ["unauthorized"],
    examples: [
      { name: "right", body: { token: "{shareToken}", password: "a password" }, status: 200, save: { opened: "token" } },
      { name: "wrong", body: { token: "{shareToken}", password: "a guess" }, status: 401 },
    ],
  }),
  post("/v1/rules/preview", {
    id: "previewRules",
    says: "As it would be with these rules",
    scope,
    body: object({
      site_id: string,
      date_range: either(string, list(string, 2)),
      rules: list(object({ "name?": string, "enabled?": boolean, "position?": integer, "path?": path, "exclude?": exclude })),
    }),
    answers: {
      200: object({
        before: counted,
        after: counted,
        paths: list(object({ path: string, pages: integer, pageviews: integer })),
        query: said(free, "The question as it was understood"),
      }),
    },
    problems: ["invalid-query", "query-timeout"],
    examples: [
      { name: "products", body: { site_id: "default", date_range: "all", rules: [{ path: { pattern: "/p/:slug" } }] }, status: 200 },
    ],
  }),
  post("/v1/alerts/evaluate", {
    id: "evaluateAlert",
    says: "How often it would have fired",
    scope,
    body: object({ site_id: string, watch, when, "days?": from(1, 90) }),
    answers: {
      200: object({
        checked: integer,
        fired: integer,
        times: list(object({ at: time, until: time, value: nullable(number), expected: nullable(number) })),
      }),
    },
    problems: ["invalid-query", "query-timeout"],
    examples: [
      {
        name: "day",
        body: { site_id: "default", watch: { query: { metric: "visitors" } }, when: { is: "above", bound: 1000 }, days: 1 },
        status: 200,
        shows: "nothing",
      },
    ],
  }),
  ...routes.flatMap(({ last }) => last),
];
