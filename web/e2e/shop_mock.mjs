// A stand-in for the shop's server in the storefront's own tests: writes the pages as the binary does, with their data, and answers the API in its
// shapes, from goods in memory. `node e2e/shop_mock.mjs 8098` to look at the shop by hand; KASSA_SHOP_DIST names another build than ui/dist.
import { randomUUID } from "node:crypto";
import { createServer } from "node:http";
import { readFile } from "node:fs/promises";
import { extname, join, normalize } from "node:path";
import { CATEGORIES, listed, makeProducts, setStock, shown } from "./shop_goods.mjs";

const TYPES = { ".html": "text/html; charset=utf-8", ".js": "text/javascript", ".css": "text/css", ".svg": "image/svg+xml" };
const POLICY = "default-src 'self'; style-src 'self'; img-src 'self' data:; frame-ancestors 'none'; base-uri 'none'; form-action 'self'";
const PAGE_SIZE = 24;
const SHOP = {
  name: "Corner Goods",
  logo: null,
  colour: "#8a3b12",
  claim: "Things made to be used",
  announcement: null,
  currency: "EUR",
  languages: ["en", "de", "ar"],
};

/**
 * Starts the stand-in. `mood` may be changed: `silent` so many orders are taken and their answer breaks off, `busy` so many are answered 503 and not taken, `slow` ms
 * before an order is answered, `accept` orders are 202 until `decide()`. `orders` and `posts` are what came; `variant(sku)` is to be changed.
 */
export async function startShop({ port = 0, dist = process.env.KASSA_SHOP_DIST ?? join(import.meta.dirname, "../ui/dist") } = {}) {
  const shop = {
    mood: { silent: 0, busy: 0, slow: 0, accept: false },
    products: makeProducts(),
    orders: [],
    answers: new Map(),
    posts: [],
    notes: [],
    dist,
    variant: (sku) => shop.products.flatMap(({ variants }) => variants).find((one) => one.sku === sku),
    stock: (sku, available) => setStock(shop.variant(sku), available),
  };
  const server = createServer((request, response) => {
    answer(shop, request, response).catch((error) => json(response, 500, { title: "Broken", detail: String(error) }));
  });
  await new Promise((ready) => server.listen(port, "127.0.0.1", ready));
  shop.url = `http://127.0.0.1:${server.address().port}`;
  shop.stop = async () => {
    server.closeAllConnections();
    await new Promise((done) => server.close(done));
  };
  return shop;
}

async function answer(shop, request, response) {
  const url = new URL(request.url, "http://shop");
  const { pathname: path } = url;
  const body = await text(request);
  if (path === "/v1/batch") {
    shop.posts.push(...JSON.parse(body).batch);
    return json(response, 200, { success: true });
  }
  if (path === "/v1/products/suggest")
    return json(response, 200, {
      results: search(shop, url.searchParams.get("q") ?? "")
        .slice(0, 6)
        .map(listed),
    });
  if (path === "/v1/carts/price") return json(response, 200, price(shop, JSON.parse(body).lines));
  if (path === "/v1/orders" && request.method === "POST") return order(shop, request, response, body);
  const notify = /^\/v1\/products\/sku:([^/]+)\/notify-me$/.exec(path);
  if (notify) {
    shop.notes.push({ sku: decodeURIComponent(notify[1]), ...JSON.parse(body) });
    return json(response, 202, {});
  }
  const status = /^\/v1\/orders\/([^/]+)\/status$/.exec(path);
  if (status) return follow(shop, status[1], url, request, response);
  const picture = /^\/assets\/i\/(.+)-\d+$/.exec(path);
  if (picture) return draw(picture[1], response);
  if (path === "/p/old-mug") return response.writeHead(301, { location: "/p/stoneware-mug" }).end();
  return (await page(shop, url, response)) || file(shop, path, response);
}

const words = (value) => value.toLowerCase().normalize("NFD").replace(/\p{M}/gu, "").split(/\s+/).filter(Boolean);

function search(shop, q) {
  const all = words(q);
  return shop.products.filter(({ name, category }) => all.every((word) => words(`${name} ${category}`).join(" ").includes(word)));
}

function dataOf(shop, url) {
  const { pathname: path, searchParams: query } = url;
  const [, kind, slug] = path.split("/");
  const categories = CATEGORIES.map((one) => ({ ...one, position: 0, count: inCategory(shop, one).length }));
  const common = { shop: SHOP, categories };
  const best = shop.products.slice(0, 8).map(listed);
  if (path === "/") return { page: "home", ...common, new: shop.products.slice(8, 16).map(listed), best };
  if (path === "/search") {
    const q = query.get("q")?.trim() ?? "";
    const list = listOf(q ? search(shop, q) : [], query);
    return { page: "search", ...common, q, list, best: list.total ? [] : best };
  }
  if (path === "/imprint" || path === "/terms")
    return { page: path.slice(1), ...common, text: "Corner Goods\nCorner Street 1\n\nSecond paragraph." };
  if (kind === "cart" || kind === "checkout" || kind === "order") return { page: kind, ...common };
  const category = kind === "c" && categories.find((one) => one.slug === slug);
  if (category) return { page: "category", ...common, category, list: listOf(inCategory(shop, category), query) };
  const product = kind === "p" && shop.products.find((one) => one.slug === slug);
  if (product) {
    const related = shop.products.filter((one) => one.category === product.category && one !== product).slice(0, 4);
    return { page: "product", ...common, product: shown(product), related: related.map(listed) };
  }
  return kind === "c" || kind === "p" ? { page: "missing", ...common } : undefined;
}

const inCategory = (shop, { id }) => {
  const slugs = CATEGORIES.filter((one) => one.id === id || one.parent_id === id).map((one) => one.slug);
  return shop.products.filter((one) => slugs.includes(one.category_slug));
};

function listOf(products, query) {
  const sort = query.get("sort") ?? "newest";
  const price = (one) => one.variants[0].price.amount_minor;
  const by = {
    newest: () => 0,
    price: (a, b) => price(a) - price(b),
    "-price": (a, b) => price(b) - price(a),
    name: (a, b) => a.name.localeCompare(b.name),
  };
  const page = Number(query.get("page") ?? 1);
  const shownNow = [...products].sort(by[sort]).slice((page - 1) * PAGE_SIZE, page * PAGE_SIZE);
  const { length: total } = products;
  return { products: shownNow.map(listed), total, total_exact: true, page, pages: Math.ceil(total / PAGE_SIZE), sort };
}

const escape = (value) => value.replace(/[&<>"]/g, (one) => `&#${one.charCodeAt(0)};`);

async function page(shop, url, response) {
  const data = dataOf(shop, url);
  if (!data) return false;
  const named = data.product?.name ?? data.category?.name ?? (data.page === "missing" ? "Not found" : SHOP.claim);
  const title = `${named} · ${SHOP.name}`;
  const template = await readFile(join(shop.dist, "shop.html"), "utf8");
  const html = template
    .replaceAll("__KASSA_SITE__", "demo")
    .replaceAll("__KASSA_LANG__", "en")
    .replaceAll("__KASSA_DIR__", "ltr")
    .replace("<!--kassa:head-->", () => `<title>${escape(title)}</title><link rel="canonical" href="${escape(url.pathname)}">`)
    .replace("<!--kassa:root-->", () => `<main class="wrap"><h1>${escape(named)}</h1></main>`)
    .replace("<!--kassa:data-->", () => JSON.stringify(data).replaceAll("<", "\\u003c"));
  response.writeHead(data.page === "missing" ? 404 : 200, { "content-type": TYPES[".html"], "content-security-policy": POLICY });
  response.end(html);
  return true;
}

function priced(shop, { sku, quantity, seen_price_minor: seen }) {
  const product = shop.products.find(({ variants }) => variants.some((one) => one.sku === sku));
  if (!product)
    return {
      sku,
      product_id: null,
      slug: null,
      name: null,
      variant_title: null,
      image: null,
      quantity,
      price: null,
      total: null,
      available: null,
      state: "gone",
    };
  const variant = shop.variant(sku);
  const { available } = variant.stock;
  const counted = Math.min(quantity, available);
  const by = seen === undefined ? 0 : Math.sign(variant.price.amount_minor - seen);
  const state = available === 0 ? "sold_out" : available < quantity ? "short" : by > 0 ? "dearer" : by < 0 ? "cheaper" : "ok";
  const total = { ...variant.price, amount_minor: variant.price.amount_minor * counted };
  const image = product.images.find((one) => one.variant_sku === sku) ?? product.images[0];
  const { id: product_id, slug, name } = product;
  return { sku, product_id, slug, name, variant_title: variant.title, image, quantity, price: variant.price, total, available, state };
}

function price(shop, lines) {
  const all = lines.map((line) => priced(shop, line));
  const amount_minor = all.reduce((sum, { total }) => sum + (total?.amount_minor ?? 0), 0);
  return { lines: all, total: { amount_minor, currency: "EUR" }, changed: all.some(({ state }) => state !== "ok") };
}

async function order(shop, request, response, body) {
  const key = request.headers["idempotency-key"];
  if (!key) return problem(response, 400, "missing-idempotency-key", "an Idempotency-Key is needed");
  if (shop.mood.busy > 0) {
    shop.mood.busy--;
    return problem(response, 503, "unavailable", "the shop is busy");
  }
  const known = shop.answers.get(key);
  if (known && known.body !== body) return problem(response, 422, "idempotency-key-reused", "the key has another body");
  if (known?.running) return problem(response, 409, "request-in-flight", "the first is still running");
  const made = known ?? take(shop, key, body);
  if (shop.mood.slow && !known) {
    made.running = true;
    await new Promise((later) => setTimeout(later, shop.mood.slow));
    made.running = false;
  }
  if (shop.mood.silent > 0) {
    shop.mood.silent--;
    // Not before the head: a browser sends by itself again what was not answered at all.
    response.writeHead(made.status, { "content-type": "application/json", "content-length": 100 });
    return response.write("{", () => response.destroy());
  }
  json(response, made.status, made.answer);
}

/** Does what the request says, once for each key; a changed total keeps nothing. */
function take(shop, key, body) {
  const asked = JSON.parse(body);
  const { lines, total } = price(shop, asked.items);
  const no = (status, name, more) => ({ status, answer: { type: `/errors/${name}`, title: name, status, detail: name, ...more } });
  const keep = (made) => (shop.answers.set(key, { ...made, body }), made);
  if (lines.some(({ state }) => state === "gone")) return keep(no(422, "unknown-sku"));
  if (lines.some(({ state }) => state === "short" || state === "sold_out")) return keep(no(422, "insufficient-stock"));
  if (asked.expected_total && asked.expected_total.amount_minor !== total.amount_minor) return no(409, "total-changed", { total, lines });
  for (const { sku, quantity } of lines) shop.stock(sku, shop.variant(sku).stock.available - quantity);
  const id = randomUUID();
  const now = () => new Date().toISOString();
  const made = {
    id,
    number: 1000 + shop.orders.length,
    status: shop.mood.accept ? "accepted" : "confirmed",
    payment_status: "unpaid",
    fulfilment_status: "unfulfilled",
    total,
    lines: lines.map((line) => ({ ...line, unit_price: line.price, fulfilled_quantity: 0 })),
    customer: asked.customer,
    shipping_address: asked.shipping_address ?? null,
    billing_address: asked.billing_address ?? null,
    note: asked.note ?? null,
    fulfilments: [],
    events: [{ kind: "accepted", at: now() }, ...(shop.mood.accept ? [] : [{ kind: "confirmed", at: now() }])],
    created_at: now(),
    asked,
    key,
    link: `/order/${id}?k=${"0".repeat(32)}`,
    tell(kind, change) {
      Object.assign(made, change);
      made.events.push({ kind, at: now() });
    },
  };
  shop.orders.push(made);
  return keep({ status: shop.mood.accept ? 202 : 201, answer: { id, number: made.number, status: made.status, total, link: made.link } });
}

function follow(shop, id, url, request, response) {
  const found = shop.orders.find((one) => one.id === id);
  if (!found || url.searchParams.get("k") !== "0".repeat(32)) return problem(response, 404, "not-found", "no such order");
  const { asked: _, key: __, tell: ___, ...rest } = found;
  const etag = `"${found.events.length}"`;
  if (request.headers["if-none-match"] === etag) return response.writeHead(304, { etag }).end();
  response.setHeader("etag", etag);
  json(response, 200, rest);
}

/** A picture of a thing: its own colour and shape, by its name. */
function draw(id, response) {
  const hash = [...id].reduce((sum, one) => (sum * 31 + one.charCodeAt(0)) >>> 0, 7);
  const [hue, size] = [hash % 360, 180 + (hash % 90)];
  const shape =
    hash % 2
      ? `<circle cx="400" cy="400" r="${size}"/>`
      : `<rect x="${400 - size}" y="${400 - size}" width="${2 * size}" height="${2 * size}" rx="60"/>`;
  response.writeHead(200, { "content-type": TYPES[".svg"], "cache-control": "public, max-age=31536000, immutable" });
  response.end(
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 800 800" width="800" height="800"><rect width="800" height="800" fill="hsl(${hue} 25% 88%)"/><g fill="hsl(${hue} 40% 45%)">${shape}</g></svg>`,
  );
}

async function file(shop, path, response) {
  try {
    const content = await readFile(join(shop.dist, normalize(path)));
    response.writeHead(200, { "content-type": TYPES[extname(path)] ?? "application/octet-stream" });
    response.end(content);
  } catch {
    json(response, 404, { title: "Not found" });
  }
}

async function text(request) {
  const parts = [];
  for await (const part of request) parts.push(part);
  return Buffer.concat(parts).toString();
}

function json(response, status, value) {
  response.writeHead(status, { "content-type": status < 400 ? "application/json" : "application/problem+json" });
  response.end(JSON.stringify(value));
}

const problem = (response, status, name, detail) => json(response, status, { type: `/errors/${name}`, title: name, status, detail });

if (process.argv[1] === import.meta.filename) console.log((await startShop({ port: Number(process.argv[2] ?? 8098) })).url);
