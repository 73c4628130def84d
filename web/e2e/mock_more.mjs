// What the stand-in answers beside reports: orders, stock, demand, funnels and their like, made up but steady.

const euros = (amount_minor) => ({ amount_minor, currency: "EUR" });
const at = (minutes) => new Date(Date.now() - minutes * 60_000).toISOString();
const day = (back) => at(back * 1440).slice(0, 10);
const page = (results) => ({ results, next_cursor: null });

const EVENTS = Array.from({ length: 40 }, (_, index) => ({
  id: `m-${index}`,
  name: ["page_view", "Product Viewed", "click"][index % 3],
  page: ["/", "/p/stoneware-mug", "/cart"][index % 3],
  occurred_at: at(index),
  received_at: at(index),
  bot: false,
  visit: { source: index % 2 ? "Google" : null, device: "mobile", country: "DE" },
}));

const STEPS = [
  ["/", 1000, 0],
  ["Product Viewed", 620, 40],
  ["Product Added", 180, 95],
  ["Checkout Started", 90, 60],
  ["Order Completed", 62, 140],
];

function funnel() {
  const results = STEPS.map(([name, visitors, seconds], index) => {
    const before = STEPS[index - 1]?.[1];
    const drop = before === undefined ? 0 : before - visitors;
    const step = {
      step: index + 1,
      name,
      visitors,
      from_first: visitors / 10,
      from_previous: before === undefined ? null : Math.round((1000 * visitors) / before) / 10,
      drop,
      median_seconds: index ? seconds : null,
      average_seconds: index ? seconds * 1.4 : null,
      value: euros(visitors * 350),
    };
    if (name === "Order Completed")
      step.causes = [
        { reason: "sold_out", visitors: 9 },
        { reason: "left", visitors: drop - 9 },
      ];
    return step;
  });
  const trend = Array.from({ length: 7 }, (_, index) => ({ time: day(6 - index), visitors: [140 + index, 90, 30, 14, 6 + index] }));
  return { results, trend, meta: { entered: 1000, completed: 62, conversion_rate: 6.2 }, query: {} };
}

function retention() {
  const results = Array.from({ length: 8 }, (_, row) => {
    const rates = Array.from({ length: 8 - row }, (_, column) => (column ? Math.round(300 / (column + 1 + row / 4)) / 10 : 100));
    return { period: day((7 - row) * 7), size: 400 - row * 20, returned: rates.map((rate) => Math.round(rate * 4)), rates };
  });
  return {
    results,
    averages: results[0].rates,
    meta: { partial_period: results.at(-1).period },
    query: { date_range: [at(80 * 1440), at(0)] },
  };
}

function paths() {
  const nodes = (all) => all.map(([kind, name, visits]) => ({ kind, name, visits, share: visits / 10 }));
  const results = [
    nodes([["page", "/", 1000]]),
    nodes([
      ["page", "/p/stoneware-mug", 420],
      ["page", "/c/kitchen", 260],
      ["other", "(other)", 120],
      ["end", "(end)", 200],
    ]),
    nodes([
      ["event", "Product Added", 160],
      ["page", "/cart", 120],
      ["end", "(end)", 520],
    ]),
  ].map((all, index) => ({ step: index + 1, nodes: all }));
  return { results, edges: [], meta: { visits: 1000, longer: 40 }, query: {} };
}

const PRODUCTS = [
  ["stoneware-mug", "Stoneware Mug", 520, 60, 24, 43_200, 0, 0, 0],
  ["desk-lamp", "Desk Lamp", 300, 12, 4, 35_600, 36.5, 44, 12_300],
  ["field-notebook", "Field Notebook", 12, 1, 0, 0, 0, 0, 0],
].map(([sku, name, views, adds, units, net, hours_sold_out, views_sold_out, lost]) => ({
  sku,
  name,
  category: "Kitchen",
  views,
  viewers: views,
  adds,
  orders: units,
  units,
  net: euros(net),
  conversion_rate: Math.round((1000 * units) / views) / 10,
  hours_sold_out,
  views_sold_out,
  viewers_sold_out: views_sold_out,
  lost_revenue: euros(lost),
}));

const KEPT = {
  segments: [{ id: "s-1", name: "Germany", filters: [["is", "visit:country", ["DE"]]] }],
  goals: [{ id: "g-1", name: "Signup", filters: [["is", "event:name", ["signup"]]] }],
  shares: [{ id: "l-1", name: "Agency", segment: null, panels: ["pages"], expires_at: null }],
  rules: [{ id: "r-1", name: "orders", enabled: true, position: 1, path: { pattern: "/order/:id" } }],
  alerts: [
    {
      id: "a-1",
      name: "No orders",
      enabled: true,
      watch: { query: { metric: "orders", filters: [], window_minutes: 60 } },
      when: { is: "below", percent: 50, weeks: 4 },
      state: { status: "firing", since: at(20), value: 1, expected: 6 },
    },
  ],
  annotations: [
    { id: "n-1", at: at(0), source: "manual", text: "Newsletter" },
    {
      id: "n-2",
      at: at(90),
      source: "price_changed",
      sku: "mug",
      name: "Stoneware Mug",
      detail: { before: euros(1800), after: euros(2000) },
      text: null,
    },
  ],
};

/** Answers by method and path, each of `{ empty, url, body }`. */
export const MORE = {
  "GET /v1/orders": ({ empty }) => ({ ...page([]), total: empty ? 0 : 7, total_exact: true }),
  "GET /v1/inventory": ({ empty }) => page(empty ? [] : [{ sku: "desk-lamp", product: { name: "Desk Lamp" }, available: 0, low: true }]),
  "GET /v1/products": ({ url }) =>
    page(PRODUCTS.filter(({ name }) => name.toLowerCase().includes((url.searchParams.get("q") ?? "").toLowerCase()))),
  "GET /v1/trust": ({ books }) => ({
    fresh_at: at(0),
    lag: { records: 0, seconds: 0 },
    books: { ok: books, complete: true, violations: books ? 0 : 2, checked_at: at(1) },
  }),
  "GET /v1/admin/audit": ({ books }) => ({
    ok: books,
    complete: true,
    at: at(0),
    invariants: Array.from({ length: 7 }, (_, index) => ({
      id: index + 1,
      title: "what it says",
      ok: books || index > 0,
      checked: 60,
      pending: 0,
      violations_total: books || index ? 0 : 2,
      violations: books || index ? [] : [{ about: "desk-lamp", what: "7 are on hand, and the ledger adds up to 6" }],
      unchecked: [],
    })),
  }),
  "GET /v1/events": ({ empty }) => page(empty ? [] : EVENTS),
  "GET /v1/drops": ({ empty }) => ({
    results: empty
      ? []
      : [
          { day: day(0), outcome: "bot", country: "DE", events: 40 },
          { day: day(1), outcome: "bot", country: null, events: 12 },
          { day: day(1), outcome: "rejected", reason: "invalid_time", events: 3 },
          { day: day(2), outcome: "duplicate", events: 4 },
        ],
    meta: { stored: empty ? 0 : 4100, dropped: empty ? 0 : 59 },
  }),
  "GET /v1/where": ({ url }) => ({
    id: url.searchParams.get("id"),
    status: "counted",
    records: [
      {
        event: EVENTS[0],
        day: day(0),
        visit_day: day(0),
        metrics: ["events", "pageviews"],
        dimensions: { "event:page": "/", "visit:source": "Google" },
      },
    ],
    rejected: [],
    waiting: null,
  }),
  "POST /v1/query/rows": () => ({
    of: "events",
    results: EVENTS,
    next_cursor: null,
    not_counted: [{ outcome: "bot", country: "DE", events: 40 }],
  }),
  ...Object.fromEntries(Object.entries(KEPT).map(([kind, all]) => [`GET /v1/${kind}`, ({ empty }) => page(empty ? [] : all)])),
  "POST /v1/shares": ({ body }) => ({ id: "l-2", ...body, token: "kl_made", path: "/share/kl_made" }),
  "POST /v1/annotations": ({ body }) => ({ id: "n-3", ...body }),
  "POST /v1/alerts/evaluate": () => ({ checked: 720, fired: 3, times: [{ at: at(600) }, { at: at(3000) }, { at: at(9000) }] }),
  "POST /v1/rules/preview": () => ({
    before: { visits: 100, visitors: 90, orders: 4 },
    after: { visits: 69, visitors: 60, orders: 4 },
    paths: [],
  }),
  "POST /v1/funnel": funnel,
  "POST /v1/retention": retention,
  "POST /v1/paths": paths,
  "POST /v1/products/performance": ({ empty }) => ({
    results: empty ? [] : PRODUCTS,
    totals: { views: 832, adds: 73, units: 28, net: euros(78_800), views_sold_out: 44, lost_revenue: euros(12_300) },
    meta: { total_rows: PRODUCTS.length },
    query: {},
  }),
  "POST /v1/demand": ({ empty }) => ({
    searches: {
      results: empty
        ? []
        : [
            { term: "teapot", searches: 14, without_result: 9, without_click: 12 },
            { term: "mug", searches: 11, without_result: 0, without_click: 2 },
          ],
      total_rows: 2,
      totals: { searches: 25, without_result: 9, without_click: 14 },
    },
    sold_out: {
      results: empty
        ? []
        : [{ sku: "desk-lamp", name: "Desk Lamp", category: "Desk", views: 44, viewers: 31, hours: 36.5, lost_revenue: euros(12_300) }],
      total_rows: 1,
    },
    meta: {},
    query: {},
  }),
};
