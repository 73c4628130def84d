// The tools of /mcp, asked by the protocol's own client: under a key's scopes, and nothing but to read.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { Client } from "@modelcontextprotocol/sdk/client/index.js";
import { StreamableHTTPClientTransport } from "@modelcontextprotocol/sdk/client/streamableHttp.js";
import { startKassa, until } from "./kassa.mjs";

const TOKEN = "the-admin-token-of-the-tools";
const NAMES = ["query", "definitions", "funnel", "products", "product_performance", "orders", "trust", "audit"];

let kassa;
let keys;
before(async () => {
  kassa = await startKassa({ env: { KASSA_ACCESS__ADMIN_TOKEN: TOKEN } });
  keys = { admin: TOKEN };
  for (const scope of ["read", "orders"]) keys[scope] = (await send("POST", "/v1/admin/keys", { name: scope, scopes: [scope] })).key;
  await send("POST", "/v1/products", { sku: "mug", name: "Mug", track_stock: false, price: { amount_minor: 900, currency: "USD" } });
  await send("POST", "/v1/orders", { items: [{ sku: "mug", quantity: 2 }] }, { "idempotency-key": "k-1" });
});
after(async () => {
  await kassa?.remove();
});

async function send(method, path, body, headers = {}) {
  const answer = await fetch(`${kassa.url}${path}`, {
    method,
    headers: { "content-type": "application/json", authorization: `Bearer ${TOKEN}`, ...headers },
    body: JSON.stringify(body),
  });
  assert.ok(answer.ok, `${method} ${path}: ${answer.status}`);
  return answer.json();
}

/** A client with this key; it is closed when the test ends. */
async function connected(t, key) {
  const client = new Client({ name: "kassa-e2e", version: "1" });
  const requestInit = { headers: { authorization: `Bearer ${key}` } };
  await client.connect(new StreamableHTTPClientTransport(new URL(`${kassa.url}/mcp`), { requestInit }));
  t.after(() => client.close());
  return client;
}

const ask = async (client, name, args = {}) => {
  const { content, isError } = await client.callTool({ name, arguments: args });
  return { isError, said: JSON.parse(content[0].text) };
};

test("the client is told which tools there are, and each says what it takes", async (t) => {
  const client = await connected(t, keys.read);
  assert.equal(client.getServerVersion().name, "kassa");
  await client.ping();
  const { tools } = await client.listTools();
  assert.deepEqual(
    tools.map(({ name }) => name),
    NAMES,
  );
  assert.ok(tools.every(({ annotations, inputSchema }) => annotations.readOnlyHint && inputSchema.type === "object"));
});

test("a key with the scope read asks reports and products", async (t) => {
  const client = await connected(t, keys.read);
  const all = { site_id: "default", date_range: "all" };
  const products = await ask(client, "products", { q: "mug" });
  assert.deepEqual([products.isError, products.said.results[0].sku], [false, "mug"]);
  const revenue = await until(
    () => ask(client, "query", { ...all, metrics: ["revenue", "orders"] }),
    ({ said }) => said.results?.[0]?.metrics[1] === 1,
  );
  assert.deepEqual(revenue.said.results[0].metrics, [{ amount_minor: 1800, currency: "USD" }, 1]);
  const funnel = await ask(client, "funnel", { ...all, steps: [{ page: "/" }, { event: "Order Completed" }] });
  assert.equal(funnel.said.results.length, 2);
  assert.ok((await ask(client, "definitions")).said.metrics.length > 10);
  const wrong = await ask(client, "query", { ...all, metrics: ["happiness"] });
  assert.deepEqual([wrong.isError, wrong.said.type], [true, "/errors/invalid-query"]);
});

test("each tool asks for its own scope", async (t) => {
  const [read, orders, admin] = [await connected(t, keys.read), await connected(t, keys.orders), await connected(t, keys.admin)];
  assert.deepEqual((await ask(read, "orders")).said.type, "/errors/forbidden");
  assert.deepEqual((await ask(read, "audit")).said.type, "/errors/forbidden");
  assert.deepEqual((await ask(orders, "trust")).said.type, "/errors/forbidden");
  assert.equal((await ask(orders, "orders", { status: "confirmed", limit: 1 })).said.results[0].total.amount_minor, 1800);
  const { said } = await ask(admin, "audit");
  assert.deepEqual([said.ok, said.invariants.length], [true, 7]);
});

test("who shows no key is not let in, and no tool changes anything", async (t) => {
  await assert.rejects(() => connected(t, "ks_live_none"), /401|valid key/i);
  const client = await connected(t, keys.admin);
  await assert.rejects(() => client.callTool({ name: "refund", arguments: {} }), /unknown tool/);
  const foreign = await fetch(`${kassa.url}/mcp`, {
    method: "POST",
    headers: { "content-type": "application/json", authorization: `Bearer ${keys.read}`, origin: "https://evil.example" },
    body: JSON.stringify({ jsonrpc: "2.0", id: 1, method: "ping" }),
  });
  assert.equal(foreign.status, 403);
  assert.equal((await fetch(`${kassa.url}/mcp`)).status, 405);
});
