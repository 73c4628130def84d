// A shop behind a login for the tests of the admin: the real server with goods, orders and keys, and a browser logged in with one of them.
import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { audit } from "./axe.mjs";
import { startKassa, until } from "./kassa.mjs";
import { openPage, settled } from "./page.mjs";

const TOKEN = "the-admin-token-of-the-shop-room";

/** Starts a server in closed mode; `env` are further settings. */
export async function openShopRoom(browser, env = {}) {
  const kassa = await startKassa({ env: { KASSA_ACCESS__ADMIN_TOKEN: TOKEN, ...env } });
  const { url } = kassa;
  const keys = new Map();

  async function ask(method, path, body, headers = {}) {
    const answer = await fetch(kassa.url + path, {
      method,
      headers: { authorization: `Bearer ${TOKEN}`, ...(body !== undefined && { "content-type": "application/json" }), ...headers },
      body: JSON.stringify(body),
    });
    const text = await answer.text();
    assert.ok(answer.ok, `${method} ${path}: ${answer.status} ${text}`);
    return text ? JSON.parse(text) : undefined;
  }
  const get = (path) => ask("GET", path);
  const post = (path, body, headers) => ask("POST", path, body, headers);
  const patch = (path, body) => ask("PATCH", path, body);
  const put = (path, body) => ask("PUT", path, body);
  const remove = (path) => ask("DELETE", path);

  /** A key called anna with these scopes. */
  async function keyOf(scopes) {
    const known = scopes.join();
    if (!keys.has(known)) keys.set(known, (await post("/v1/admin/keys", { name: "anna", scopes })).key);
    return keys.get(known);
  }

  /** A product at so many cents, and its SKU. */
  async function addProduct({ price, stock }) {
    const sku = `sku-${randomUUID().slice(0, 8)}`;
    await post("/v1/products", { sku, name: `Thing ${sku}`, price: { amount_minor: price, currency: "EUR" } });
    await post(`/v1/inventory/${sku}/receive`, { quantity: stock });
    return sku;
  }

  const order = (items, { name }) =>
    post(
      "/v1/orders",
      { items, customer: { name, email: `${name.toLowerCase().replaceAll(/[^a-z]+/g, "-")}-${randomUUID().slice(0, 8)}@shop.test` } },
      { "idempotency-key": randomUUID() },
    );

  /** What an order has brought, in the reports. */
  async function revenueOf(id) {
    const { results } = await post("/v1/query/rows", { site_id: "default", date_range: "day", metrics: ["revenue"], limit: 200 });
    const of = results.filter((row) => row.order?.order_id === id);
    return of.reduce((sum, row) => sum + (row.order.revenue?.amount_minor ?? 0), 0);
  }

  /** A page of the admin for who has logged in with a key with these scopes; `prepare` comes before it opens. */
  async function open(path, scopes, prepare, options = {}) {
    const key = await keyOf(scopes);
    const opened = await openPage(browser, `${url}/login?next=${encodeURIComponent(path)}`, options);
    await prepare?.(opened.page);
    await opened.page.getByLabel("Admin token or key").fill(key);
    await opened.page.keyboard.press("Enter");
    await opened.page.waitForURL((at) => at.pathname.startsWith("/admin"));
    return opened;
  }

  return { url, get, post, patch, put, remove, until, addProduct, order, revenueOf, open, keyOf, close: () => kassa.remove() };
}

/** As pages are looked at: language, colours and width. */
export const LOOKS = [
  ["en", "light", 320],
  ["de-DE", "dark", 390],
  ["ar", "light", 390],
  ["en", "dark", 1440],
];

/** Axe finds nothing wrong with a page as it stands, and nothing of it lies beyond the window; what lies over it, if anything does, is beside its landmarks. */
export async function looksWell(page, what, { over = false } = {}) {
  await settled(page);
  const found = await audit(page);
  assert.deepEqual(over ? found.filter((one) => !one.startsWith("region:")) : found, [], what);
  const beyond = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
  assert.ok(beyond <= 0, `${what}: ${beyond} px beyond the window`);
}
