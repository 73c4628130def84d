// A stand-in for the server in the pages' own tests: serves dist/ under the server's content policy, keeps what is posted, and answers reports
// from made-up but steady numbers. `node e2e/mock.mjs 8099` to look at the pages by hand.
import { MORE } from "./mock_more.mjs";
import { createServer } from "node:http";
import { readFile } from "node:fs/promises";
import { extname, join, normalize } from "node:path";

const UI = join(import.meta.dirname, "../ui/dist");
const KASSA_JS = join(import.meta.dirname, "../tracker/dist/kassa.js");
const OPENAPI = join(import.meta.dirname, "../../docs/openapi.json");
const TYPES = { ".html": "text/html; charset=utf-8", ".js": "text/javascript", ".css": "text/css", ".svg": "image/svg+xml" };
const POLICY = "default-src 'self'; style-src 'self'; object-src 'none'; base-uri 'none'; frame-ancestors 'none'";

/** Starts the stand-in; `set({status, empty, live, session, delay, books, imported})` changes its mood. */
export async function startMock({ port = 0 } = {}) {
  const mood = {
    status: 200,
    empty: false,
    live: 7,
    delay: 0,
    books: true,
    imported: undefined,
    session: { mode: "open", signed_in: true, caller: "open", scopes: ["admin"] },
  };
  const streams = new Set();
  const server = createServer(async (request, response) => {
    const url = new URL(request.url, "http://mock");
    const body = await text(request);
    if (url.pathname === "/v1/session") return session(request, body, mood, response);
    if (url.pathname.startsWith("/v1/") && !mood.session.signed_in) return json(response, 401, { title: "A valid key is required" });
    if (url.pathname === "/v1/query/definitions") return json(response, 200, DEFINITIONS);
    if (url.pathname === "/openapi.json") return json(response, 200, JSON.parse(await readFile(OPENAPI, "utf8")));
    if (url.pathname === "/v1/admin/sites") return json(response, 200, { results: SITES });
    if (/^\/v1\/query(\/batch)?$/.test(url.pathname)) await new Promise((later) => setTimeout(later, mood.delay));
    if (url.pathname === "/v1/query/batch") {
      if (mood.status !== 200) return json(response, mood.status, { title: "Unavailable", detail: "The store is catching up." });
      const results = JSON.parse(body).queries.map((question) => answer(question, mood));
      return json(response, 200, { results, meta: { fresh_at: new Date().toISOString() } });
    }
    if (url.pathname === "/v1/query") {
      if (mood.status !== 200) return json(response, mood.status, { title: "Unavailable", detail: "The store is catching up." });
      return json(response, 200, answer(JSON.parse(body), mood));
    }
    const more = MORE[`${request.method} ${url.pathname}`];
    if (more)
      return json(
        response,
        mood.status,
        mood.status === 200
          ? more({ empty: mood.empty, books: mood.books, url, body: body && JSON.parse(body) })
          : { title: "Unavailable" },
      );
    if (url.pathname === "/v1/realtime/stream") {
      if (mood.status !== 200) return json(response, mood.status, {});
      response.writeHead(200, { "content-type": "text/event-stream", "cache-control": "no-store" });
      streams.add(response);
      request.on("close", () => streams.delete(response));
      return response.write(`event: realtime\ndata: ${JSON.stringify(now(mood))}\n\n`);
    }
    return page(url.pathname, response);
  });
  await new Promise((ready) => server.listen(port, "127.0.0.1", ready));
  return {
    url: `http://127.0.0.1:${server.address().port}`,
    set(change) {
      Object.assign(mood, change);
      for (const stream of streams) stream.write(`event: realtime\ndata: ${JSON.stringify(now(mood))}\n\n`);
    },
    async stop() {
      server.closeAllConnections();
      await new Promise((done) => server.close(done));
    },
  };
}

// As the server does it: the token "right" opens a session, "locked" is one too many.
function session(request, body, mood, response) {
  if (request.method === "DELETE") {
    mood.session = { mode: "closed", signed_in: false, scopes: [] };
    return response.writeHead(204).end();
  }
  if (request.method === "GET") return json(response, 200, mood.session);
  const { token } = JSON.parse(body);
  if (token === "locked") {
    response.setHeader("retry-after", "840");
    return json(response, 429, { title: "Too many requests" });
  }
  if (token !== "right") return json(response, 401, { title: "A valid key is required", detail: "the token is not the admin token" });
  mood.session = { mode: "closed", signed_in: true, caller: "session", scopes: ["admin"] };
  return json(response, 200, mood.session);
}

async function text(request) {
  const parts = [];
  for await (const part of request) parts.push(part);
  return Buffer.concat(parts).toString();
}

function json(response, status, value) {
  response.writeHead(status, { "content-type": "application/json", "access-control-allow-origin": "*" });
  response.end(JSON.stringify(value));
}

async function page(path, response) {
  const file =
    path === "/kassa.js"
      ? KASSA_JS
      : join(
          UI,
          path === "/_states"
            ? "states.html"
            : path === "/dashboard/definitions"
              ? "definitions.html"
              : path === "/docs/api"
                ? "api.html"
                : path.startsWith("/dashboard") || path.startsWith("/share/")
                  ? "dashboard.html"
                  : path === "/login"
                    ? "login.html"
                    : normalize(path),
        );
  try {
    let content = await readFile(file);
    if (file.endsWith(".html")) content = content.toString().replaceAll("__KASSA_SITE__", "demo");
    response.writeHead(200, { "content-type": TYPES[extname(file)] ?? "application/octet-stream", "content-security-policy": POLICY });
    response.end(content);
  } catch {
    json(response, 404, { title: "Not found" });
  }
}

const SITES = [
  { id: "demo", timezone: "UTC" },
  { id: "second", timezone: "Europe/Berlin" },
];

const wave = (index, base) => Math.max(0, Math.round(base * (1 + 0.35 * Math.sin(index / 2.1) + 0.2 * Math.sin(index * 1.7))));

function now({ live, empty }) {
  const start = Date.UTC(2026, 10, 21, 0, 31);
  const minutes = Array.from({ length: 30 }, (_, index) => {
    const pageviews = empty ? 0 : wave(index, 14);
    return {
      time: new Date(start + index * 60_000).toISOString(),
      visitors: Math.round(pageviews / 2.2),
      pageviews,
      events: pageviews * 3,
    };
  });
  return { site_id: "demo", current_visitors: empty ? 0 : live, minutes, top_pages: [], top_sources: [] };
}

const TOPS = {
  "event:page": [
    ["/", 812, 1904],
    ["/p/stoneware-mug", 341, 520],
    ["/c/kitchen", 290, 411],
    ["/p/everyday-pack", 214, 300],
    ["/cart", 160, 244],
    ["/p/wall-clock-with-a-really-long-name-that-does-not-fit-into-a-narrow-panel-at-all", 84, 96],
  ],
  "event:name": [
    ["page_view", 4112, 1204],
    ["click", 2950, 820],
    ["time_on_page", 2214, 1100],
    ["Product Viewed", 1320, 611],
    ["Product Added", 214, 160],
    ["Checkout Started", 61, 58],
  ],
  "event:goal": [["Signup", 120, 10]],
  "visit:entry_page": [
    ["/", 702, 41],
    ["/p/stoneware-mug", 141, 120],
  ],
  "visit:exit_page": [
    ["/cart", 402, 410],
    ["/", 361, 380],
  ],
  "visit:channel": [["Direct", 512]],
  "visit:utm_campaign": Array.from({ length: 230 }, (_, index) => [`campaign ${index + 1}`, 230 - index]),
  "visit:country": [["DE", 640]],
  "product:name": [
    ["Stoneware Mug", 432, 24],
    ["Desk Lamp", 356, 4],
  ],
  "product:category": [["Kitchen", 432, 24]],
  "visit:source": [
    ["(none)", 512],
    ["Google", 388],
    ["Instagram", 142],
    ["newsletter", 98],
    ["news.ycombinator.com", 44],
  ],
  "visit:device": [
    ["mobile", 702],
    ["desktop", 461],
    ["tablet", 41],
  ],
  "visit:browser": [
    ["Chrome", 602],
    ["Mobile Safari", 361],
    ["Firefox", 141],
  ],
  "visit:os": [
    ["iOS", 502],
    ["Android", 331],
    ["Windows", 211],
    ["Mac OS X", 120],
  ],
};

function answer(question, { empty, imported }) {
  const [dimension] = question.dimensions ?? [];
  const all = !dimension
    ? [total(question, empty)]
    : dimension === "order:currency"
      ? empty
        ? []
        : [{ ...total(question, empty), dimensions: ["EUR"] }]
      : dimension.startsWith("time")
        ? series(question, dimension, empty)
        : empty
          ? []
          : tops(question, dimension);
  const compared = question.include?.comparisons && { comparison_date_range: ["2026-11-14T00:00:00Z", "2026-11-14T17:31:00Z"] };
  const { limit = 1000, offset = 0 } = question.pagination ?? {};
  const totals = imported && { imported: question.filters?.length ? { ...imported, included: false, reason: "filters" } : imported };
  return { results: all.slice(offset, offset + limit), meta: { total_rows: all.length, ...compared, ...totals }, query: question };
}

const euros = (amount_minor) => ({ amount_minor, currency: "EUR" });

// What a whole period gives, and with it the time before and the change.
const TOTALS = {
  visitors: [1204, 1090, 10],
  visits: [1390, 1401, -1],
  pageviews: [4112, 3650, 13],
  bounce_rate: [41.2, 38, 3.2],
  visit_duration: [155, 155, 0],
  conversion_rate: [3.2, 3.3, -0.1],
  revenue: [euros(1_234_567), euros(1_100_000), 12],
  orders: [38, 35, 9],
};

function total({ metrics, include }, empty) {
  const of = (index) => metrics.map((metric) => (empty && index === 0 ? nothing(metric) : TOTALS[metric]?.[index]));
  const row = { dimensions: [], metrics: of(0) };
  if (include?.comparisons && !empty) row.comparison = { dimensions: [], metrics: of(1), change: of(2) };
  return row;
}

const nothing = (metric) => (["bounce_rate", "visit_duration", "conversion_rate"].includes(metric) ? null : 0);

function tops({ metrics, filters = [] }, dimension) {
  const search = filters.find(([test, of]) => test === "contains" && of === dimension)?.[2][0] ?? "";
  return (TOPS[dimension] ?? [])
    .filter(([name]) => name.toLowerCase().includes(search.toLowerCase()))
    .map(([name, first, second = first]) => ({
      dimensions: dimension.startsWith("product:") ? [name, "EUR"] : [name],
      metrics: metrics.map((metric, index) => value(metric, index ? second : first)),
    }));
}

function value(metric, number) {
  if (metric === "revenue") return euros(number * 100);
  if (["bounce_rate", "conversion_rate", "percentage"].includes(metric)) return Math.round((number % 83) * 10) / 10;
  return number;
}

function series({ metrics, dimensions, date_range, include }, dimension, empty) {
  const count = dimension === "time:hour" ? 18 : date_range === "7d" ? 7 : 30;
  const money = dimensions.length > 1 ? ["EUR"] : [];
  const label = (index, weeks) => {
    const day = (back) => new Date(Date.now() - (back + weeks * 7) * 86_400_000).toISOString().slice(0, 10);
    return dimension === "time:hour" ? `${day(0)} ${String(index).padStart(2, "0")}:00:00` : day(count - 1 - index);
  };
  return Array.from({ length: count }, (_, index) => {
    const of = (base) => metrics.map((metric) => value(metric, empty ? 0 : wave(index, base)));
    const row = { dimensions: [label(index, 0), ...money], metrics: of(60) };
    if (include?.comparisons) row.comparison = { dimensions: [label(index, 1), ...money], metrics: of(52), change: metrics.map(() => 15) };
    return row;
  });
}

const EXAMPLE = {
  events: [10, 11, 12, 13, 14].map((hour) => ({ time: `Fri ${hour}:00`, visitor: "Anna", does: "views /mugs" })),
  asked_at: "Friday, 20 November 2026, 12:00:30 UTC",
  query: { metrics: ["visitors"], date_range: "7d" },
  gives: 1,
};

const DEFINITIONS = {
  metrics: ["visitors", "visits", "pageviews", "bounce_rate", "visit_duration"].map((name) => ({
    name,
    definition: `Made-up words that say what ${name} means, at some length so that the bubble has two or three lines.`,
    example: EXAMPLE,
  })),
  dimensions: ["event:page", "event:name", "visit:source", "visit:device"].map((name) => ({
    name,
    definition: `What ${name} is.`,
    example: {
      ...EXAMPLE,
      query: { ...EXAMPLE.query, dimensions: [name] },
      gives: [
        ["one", 3],
        ["two", 1],
      ],
    },
  })),
  others: [{ name: "current visitors", definition: "Distinct visitors of the last 5 minutes." }],
};

if (process.argv[1] === import.meta.filename) console.log((await startMock({ port: Number(process.argv[2] ?? 8099) })).url);
