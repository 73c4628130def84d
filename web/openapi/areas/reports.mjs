// Reports: what visitors did, what the shop sold, and what lies behind the numbers.
import {
  anything,
  boolean,
  cursor,
  day,
  either,
  free,
  from,
  get,
  integer,
  limit,
  list,
  map,
  nullable,
  number,
  object,
  post,
  raw,
  ref,
  said,
  string,
  time,
  tuple,
  word,
} from "../shape.mjs";

export const tag = "Reports";
export const about = `Questions about events, visits, orders and money. A site is one or a list of them; days are those of its time zone. A question that
takes longer than \`store.query_timeout_s\` is 504.`;

const strings = list(string);
const values = list(nullable(string));
const moneyOrNull = nullable(ref("Money"));
const echo = said(free, "The question as it was understood");
const site_id = either(string, list(string, 50));
const date_range = said(either(string, list(string, 2)), "`realtime`, `day`, `24h`, `Nd`, `Nmo`, `month`, `year`, `all`, or two ends");
const filters = list(ref("Filter"), 50);
const include = object({
  "bots?": boolean,
  "time_labels?": boolean,
  "comparisons?": nullable(object({ mode: word("previous_period", "year_over_year", "custom"), "date_range?": list(string, 2) })),
});
const order_by = list(list(string, 2));
const pagination = object({ "limit?": from(1, 10_000), "offset?": from(0) });
const format = word("json", "csv");
const timezone = said(string, "Such as `Europe/Berlin`");
const about_visits = { site_id, date_range, "filters?": filters, "timezone?": timezone, "include?": object({ "bots?": boolean }) };
const shown = {
  metrics: list(string),
  "dimensions?": strings,
  "order_by?": order_by,
  "pagination?": pagination,
  "include?": include,
  "format?": format,
};
const question = { site_id, date_range, "filters?": filters, "timezone?": timezone, ...shown };
const metricValues = list(ref("MetricValue"));
const visit = object({
  started_at: time,
  entry_page: nullable(string),
  hostname: nullable(string),
  source: nullable(string),
  referrer: nullable(string),
  utm_source: nullable(string),
  utm_medium: nullable(string),
  utm_campaign: nullable(string),
  utm_term: nullable(string),
  utm_content: nullable(string),
  device: nullable(string),
  browser: nullable(string),
  os: nullable(string),
  country: nullable(string),
});
const texts = [
  ...["visitor", "session", "user", "hostname", "page", "title", "referrer", "source", "utm_source", "utm_medium", "utm_campaign"],
  ...["utm_term", "utm_content", "device", "browser", "os", "country"],
];
const definition = object({
  name: string,
  definition: string,
  "example?": object({
    events: list(object({ time: string, visitor: string, does: string })),
    asked_at: string,
    query: free,
    gives: anything,
    "route?": string,
    "member?": string,
  }),
});
const step = {
  "page?": either(string, list(anything, 2)),
  "event?": string,
  "goal?": string,
  "filters?": filters,
  "name?": string,
};
const product = {
  sku: nullable(string),
  name: nullable(string),
  category: nullable(string),
};

export const schemas = {
  Filter: either(
    tuple(word("is", "is_not", "contains", "contains_not", "matches"), string, list(string, 100)),
    tuple(word("and", "or"), list(ref("Filter"))),
    tuple(word("not"), ref("Filter")),
  ),
  MetricValue: either(number, { type: "null" }, ref("Money")),
  Query: object(question),
  Imported: object({
    included: boolean,
    days: tuple(string, string),
    "metrics?": strings,
    "reason?": word("filters", "dimensions", "metrics", "time", "timezone", "rows", "unavailable"),
    note: string,
  }),
  QueryAnswer: object({
    results: list(
      object({
        dimensions: values,
        metrics: metricValues,
        "comparison?": nullable(object({ dimensions: values, metrics: metricValues, change: list(nullable(number)) })),
      }),
    ),
    meta: object({
      total_rows: integer,
      "time_labels?": strings,
      "comparison_date_range?": strings,
      "imported?": ref("Imported"),
      "comparison_imported?": ref("Imported"),
    }),
    query: echo,
  }),
  StoredEvent: object({
    id: string,
    site_id: string,
    name: string,
    name_sent: string,
    occurred_at: time,
    received_at: time,
    ...Object.fromEntries(texts.map((name) => [name, nullable(string)])),
    bot: boolean,
    component: nullable(string),
    location_type: nullable(string),
    target: nullable(string),
    order: said(nullable(free), "A record of money"),
    visit: nullable(visit),
    dialect: string,
    props: nullable(free),
  }),
  Dropped: object({
    "day?": day,
    outcome: word("rejected", "duplicate", "excluded", "bot"),
    "reason?": string,
    "country?": nullable(string),
    events: integer,
  }),
  Visit: object({
    session: string,
    started_at: time,
    ...Object.fromEntries(
      ["entry_page", "exit_page", "source", "channel", "utm_campaign", "referrer", "country", "device", "browser", "os"].map((name) => [
        name,
        nullable(string),
      ]),
    ),
    pageviews: integer,
    duration_seconds: number,
    bounced: boolean,
  }),
  Step: said(object(step), "One of `page`, `event`, `filters` and `goal`"),
  Definition: definition,
  Realtime: object({
    site_id: string,
    measured_at: time,
    current_visitors: integer,
    minutes: list(object({ time, visitors: integer, pageviews: integer, events: integer })),
    top_pages: list(free),
    top_sources: list(free),
  }),
};

const scope = "read";
const asked = { scope, link: true };
const problems = ["invalid-query", "query-timeout"];
const withMoney = [...problems, "mixed_currencies"];
const one = { site_id: "default", date_range: "all" };
const atSite = { site_id: [string, "The site"] };

export const operations = [
  post("/v1/query", {
    ...asked,
    id: "query",
    says: "Metrics by dimensions, as Plausible's Stats API v2 asks",
    more: "`GET /v1/query/definitions` names all metrics and dimensions. Amounts are Money; ratios have one decimal, and over nothing are null.",
    body: ref("Query"),
    answers: { 200: [ref("QueryAnswer"), raw("text/csv")] },
    problems: withMoney,
    examples: [
      {
        name: "byPage",
        drained: true,
        body: {
          ...one,
          metrics: ["visitors", "pageviews"],
          dimensions: ["event:page"],
          filters: [["is", "event:page", ["/p/mug", "/p/1"]]],
          order_by: [["event:page", "asc"]],
        },
        status: 200,
      },
      { name: "revenue", body: { ...one, metrics: ["revenue", "orders", "units"], dimensions: ["product:sku"] }, status: 200 },
      { name: "csv", body: { ...one, metrics: ["events"], dimensions: ["event:name"], format: "csv" }, status: 200 },
      { name: "unknownMetric", body: { ...one, metrics: ["happiness"] }, status: 400 },
    ],
  }),
  post("/v1/query/batch", {
    ...asked,
    id: "queryBatch",
    says: "1 to 20 queries of one moment",
    body: object({
      "site_id?": site_id,
      "date_range?": date_range,
      "filters?": filters,
      "timezone?": timezone,
      queries: list(object({ "site_id?": site_id, "date_range?": date_range, "filters?": filters, "timezone?": timezone, ...shown }), 20),
    }),
    answers: {
      200: object({
        results: list(
          either(ref("QueryAnswer"), object({ error: object({ type: string, title: string, status: integer, "detail?": string }) })),
        ),
        meta: object({ fresh_at: nullable(time) }),
      }),
    },
    problems,
    examples: [
      {
        name: "two",
        body: { ...one, queries: [{ metrics: ["visitors"] }, { metrics: ["visitors"], dimensions: ["visit:colour"] }] },
        status: 200,
      },
    ],
  }),
  post("/v1/query/rows", {
    scope,
    id: "queryRows",
    says: "What lies behind a row of an answer",
    body: object({ ...question, row: values, "of?": word("events", "visits", "orders"), "limit?": from(1), "cursor?": string }),
    answers: {
      200: object({
        of: word("events", "visits", "orders"),
        date_range: strings,
        results: list(either(ref("StoredEvent"), ref("Visit"))),
        next_cursor: nullable(string),
        "not_counted?": nullable(list(ref("Dropped"))),
      }),
    },
    problems,
    examples: [
      {
        name: "visits",
        body: { ...one, metrics: ["visits"], dimensions: ["event:page"], row: ["/p/mug"], of: "visits", limit: 1 },
        status: 200,
      },
      {
        name: "events",
        body: { ...one, metrics: ["events"], dimensions: ["event:page"], row: ["/p/mug"], of: "events", limit: 1 },
        status: 200,
      },
    ],
  }),
  get("/v1/query/definitions", {
    ...asked,
    id: "listDefinitions",
    says: "What every metric, dimension and word means",
    answers: { 200: object({ metrics: list(ref("Definition")), dimensions: list(ref("Definition")), others: list(ref("Definition")) }) },
    problems: ["invalid-query"],
    examples: [{ name: "all", shows: "nothing", status: 200 }],
  }),
  post("/v1/funnel", {
    ...asked,
    id: "funnel",
    says: "How far visitors come, step by step",
    body: object({
      ...about_visits,
      steps: list(ref("Step"), 12),
      "window?": said(string, "Such as `30m`, `24h`, `7d`"),
      "interval?": word("hour", "day", "week", "month"),
      "currency?": string,
    }),
    answers: {
      200: object({
        results: list(
          object({
            step: integer,
            name: string,
            visitors: integer,
            from_first: nullable(number),
            from_previous: nullable(number),
            drop: integer,
            median_seconds: nullable(number),
            average_seconds: nullable(number),
            value: moneyOrNull,
            "causes?": list(object({ reason: string, visitors: integer })),
          }),
        ),
        "trend?": list(object({ time: string, visitors: list(integer) })),
        meta: object({ entered: integer, completed: integer, conversion_rate: nullable(number) }),
        query: echo,
      }),
    },
    problems: withMoney,
    examples: [{ name: "toOrder", body: { ...one, steps: [{ page: "/p/mug" }, { event: "Order Completed" }] }, status: 200 }],
  }),
  post("/v1/retention", {
    ...asked,
    id: "retention",
    says: "Who comes back",
    body: object({ ...about_visits, "of?": word("visitors", "customers"), "period?": word("day", "week", "month"), "currency?": string }),
    answers: {
      200: object({
        results: list(
          object({
            period: string,
            size: integer,
            returned: list(integer),
            rates: list(nullable(number)),
            "repeat?": object({ customers: integer, rate: nullable(number) }),
            "revenue?": list(moneyOrNull),
          }),
        ),
        averages: list(nullable(number)),
        meta: object({ partial_period: nullable(string) }),
        query: echo,
      }),
    },
    problems: withMoney,
    examples: [{ name: "customers", body: { site_id: "default", date_range: "day", of: "customers", period: "day" }, status: 200 }],
  }),
  post("/v1/paths", {
    ...asked,
    id: "paths",
    says: "Which way visits go",
    body: object({ ...about_visits, "from?": ref("Step"), "to?": ref("Step"), "steps?": from(2, 20), "nodes?": from(1, 50) }),
    answers: {
      200: object({
        results: list(
          object({
            step: integer,
            nodes: list(
              object({ kind: word("page", "event", "other", "start", "end"), name: string, visits: integer, share: nullable(number) }),
            ),
          }),
        ),
        edges: list(object({ step: integer, from: integer, to: integer, visits: integer })),
        meta: object({ visits: integer, longer: integer }),
        query: echo,
      }),
    },
    problems,
    examples: [{ name: "fromMug", body: { ...one, from: { page: "/p/mug" }, steps: 2 }, status: 200 }],
  }),
  post("/v1/products/performance", {
    ...asked,
    id: "productPerformance",
    says: "Products by what visitors and stock did with them",
    body: object({
      ...about_visits,
      "group_by?": word("sku", "name", "category"),
      "search?": string,
      "currency?": string,
      "order_by?": order_by,
      "pagination?": pagination,
      "format?": format,
    }),
    answers: {
      200: [
        object({
          results: list(
            object({
              ...product,
              views: integer,
              viewers: integer,
              adds: integer,
              orders: integer,
              units: integer,
              net: moneyOrNull,
              conversion_rate: nullable(number),
              hours_sold_out: number,
              views_sold_out: integer,
              viewers_sold_out: integer,
              lost_revenue: moneyOrNull,
            }),
          ),
          totals: object({
            views: integer,
            adds: integer,
            units: integer,
            net: moneyOrNull,
            views_sold_out: integer,
            lost_revenue: moneyOrNull,
          }),
          meta: object({ total_rows: integer }),
          query: echo,
        }),
        raw("text/csv"),
      ],
    },
    problems: withMoney,
    examples: [
      { name: "bySku", body: { site_id: "default", date_range: "28d", group_by: "sku", order_by: [["sku", "asc"]] }, status: 200 },
    ],
  }),
  post("/v1/demand", {
    ...asked,
    id: "demand",
    says: "What people looked for, and what they saw sold out",
    body: object({ ...about_visits, "currency?": string, "order_by?": order_by, "pagination?": pagination, "format?": format }),
    answers: {
      200: [
        object({
          searches: object({
            results: list(object({ term: string, searches: integer, without_result: integer, without_click: integer })),
            total_rows: integer,
            totals: object({ searches: integer, without_result: integer, without_click: integer }),
          }),
          sold_out: object({
            results: list(object({ ...product, views: integer, viewers: integer, hours: number, lost_revenue: moneyOrNull })),
            total_rows: integer,
          }),
          meta: object({ total_rows: integer }),
          query: echo,
        }),
        raw("text/csv"),
      ],
    },
    problems: withMoney,
    examples: [{ name: "month", body: { site_id: "default", date_range: "28d" }, status: 200 }],
  }),
  get("/v1/events", {
    scope,
    id: "listEvents",
    says: "Events with all their columns, the newest received first",
    query: {
      ...atSite,
      ...limit(100, 1000),
      ...cursor,
      "name?": [string],
      "page?": [string],
      "user?": [string],
      "visitor?": [string, "As an event shows it: hexadecimal"],
      "id?": [string],
      "from?": [string, "RFC 3339 or a date"],
      "to?": [string, "RFC 3339 or a date"],
      "include_bots?": [boolean],
    },
    answers: { 200: object({ results: list(ref("StoredEvent")), next_cursor: nullable(string) }) },
    problems,
    examples: [{ name: "searches", query: { site_id: "default", name: "Products Searched", id: "m-2", limit: 1 }, status: 200 }],
  }),
  get("/v1/export", {
    scope,
    id: "exportEvents",
    says: "All events of a range as CSV, read while it is sent",
    query: {
      ...atSite,
      "format?": [word("csv")],
      "from?": [string, "RFC 3339 or a date"],
      "to?": [string, "RFC 3339 or a date"],
      "cells?": [word("safe", "raw"), "`safe`: what a spreadsheet would run as a formula is made harmless"],
    },
    answers: { 200: raw("text/csv") },
    problems,
    examples: [{ name: "all", query: { site_id: "default" }, shows: "nothing", status: 200 }],
  }),
  get("/v1/where", {
    scope,
    id: "findEvent",
    says: "What became of an event or an order",
    query: { ...atSite, id: [string, "By the id that its client gave it; of an order its id or number"] },
    answers: {
      200: object({
        id: string,
        status: word("counted", "bot", "excluded", "rejected", "waiting", "unknown"),
        records: list(
          object({ event: ref("StoredEvent"), day, visit_day: nullable(day), metrics: strings, dimensions: map(nullable(string)) }),
        ),
        rejected: list(object({ id: string, received_at: time, reason: string })),
        waiting: nullable(object({ received_at: time })),
      }),
    },
    problems,
    examples: [
      { name: "search", query: { site_id: "default", id: "m-2" }, status: 200 },
      { name: "unknown", query: { site_id: "default", id: "nothing" }, status: 200 },
    ],
  }),
  get("/v1/drops", {
    scope,
    id: "listDrops",
    says: "What was not counted, by day",
    query: { ...atSite, "from?": [string, "A date"], "to?": [string, "A date"] },
    answers: { 200: object({ results: list(ref("Dropped")), meta: object({ stored: integer, dropped: integer }) }) },
    problems,
    examples: [{ name: "month", query: { site_id: "default" }, status: 200 }],
  }),
  get("/v1/trust", {
    scope,
    id: "getTrust",
    says: "Until when reports are complete, and whether the books agree",
    answers: {
      200: object({
        fresh_at: nullable(time),
        lag: nullable(object({ records: integer, seconds: number })),
        books: nullable(object({ ok: boolean, complete: boolean, violations: integer, checked_at: time })),
      }),
    },
    problems: ["invalid-query"],
    examples: [{ name: "now", status: 200, shows: "nothing" }],
  }),
  get("/v1/realtime", {
    ...asked,
    id: "getRealtime",
    says: "Who is there now",
    query: atSite,
    answers: { 200: ref("Realtime") },
    problems,
    examples: [{ name: "now", query: { site_id: "default" }, shows: "nothing", status: 200 }],
  }),
  get("/v1/realtime/stream", {
    scope,
    id: "streamRealtime",
    says: "The same as server-sent events",
    query: atSite,
    answers: { 200: raw("text/event-stream") },
    problems,
    examples: [{ name: "now", query: { site_id: "default" }, status: 200 }],
  }),
  get("/stats", {
    dialect: "E",
    scope,
    id: "getStats",
    says: "System E's views, users and paths of a day",
    query: { site_id: [string], "date?": [day] },
    answers: {
      200: object({
        site_id: string,
        date: nullable(day),
        total_views: integer,
        unique_users: integer,
        top_paths: list(object({ path: string, views: integer }), 10),
      }),
      ...Object.fromEntries([400, 401, 403, 404, 503, 504].map((status) => [status, ref("Refusal")])),
    },
    examples: [
      { name: "day", query: { site_id: "default", date: "2025-11-12" }, status: 200 },
      { name: "noSite", status: 400 },
    ],
  }),
  get("/events", {
    dialect: "B",
    scope,
    id: "listBatchEvents",
    says: "System B's events, the newest first",
    query: {
      "event_type?": [string],
      "location_type?": [string],
      "component_name?": [string],
      "page_path?": [string],
      "site_id?": [string],
      ...limit(30, 1000),
    },
    answers: {
      200: list(
        object({
          event_id: string,
          event_type: string,
          location_type: nullable(string),
          component_name: nullable(string),
          page_path: nullable(string),
          page_title: nullable(string),
          timestamp: time,
          user_metadata: nullable(free),
          full_event_data: free,
          received_at: time,
        }),
      ),
      ...Object.fromEntries([400, 401, 403, 404, 503, 504].map((status) => [status, ref("Refusal")])),
    },
    examples: [{ name: "clicks", query: { event_type: "CLICK", component_name: "BuyButton", limit: 1 }, status: 200 }],
  }),
];
