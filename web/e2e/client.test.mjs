// @kassa/client against the real binary: types are checked by tsc (client/test), here is what it does.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { connect, is, ProblemError } from "../client/dist/index.js";
import { startKassa } from "./kassa.mjs";

const TOKEN = "the-admin-token-of-the-client";

let kassa;
let shop;
before(async () => {
  kassa = await startKassa({ env: { KASSA_ACCESS__ADMIN_TOKEN: TOKEN } });
  shop = connect({ url: kassa.url, key: TOKEN });
  await shop.createProduct({ body: { sku: "mug", name: "Mug", price: { amount_minor: 900, currency: "USD" } } });
  await shop.receiveStock({ path: { sku: "mug" }, body: { quantity: 5 } });
});
after(async () => {
  await kassa?.remove();
});

test("an order is placed, read, paid and refunded", async () => {
  const order = await shop.createOrder({ body: { items: [{ sku: "mug", quantity: 2 }] } });
  assert.equal(order.status, "confirmed");
  const path = { id: order.id };
  const payment = await shop.createPayment({ path, body: { reference: "bank 1" } });
  assert.equal(payment.amount.amount_minor, 1800);
  await shop.createRefund({ path, body: { amount_minor: 100 } });
  const { results } = await shop.listOrders({ query: { payment_status: "part_refunded", limit: 10 } });
  assert.deepEqual([results.length, results[0].refunded.amount_minor], [1, 100]);
  assert.equal((await shop.getProduct({ path: { id: "sku:mug" } })).stock.available, 3);
});

test("a refusal is a problem of its type", async () => {
  const failed = shop.createOrder({ body: { items: [{ sku: "mug", quantity: 500 }] } });
  await assert.rejects(failed, (error) => {
    assert.ok(error instanceof ProblemError);
    assert.equal(is(error, "/errors/insufficient-stock").available, 3);
    assert.equal(is(error, "/errors/not-found"), undefined);
    assert.match(error.request, /./);
    return error.status === 422;
  });
  const nobody = connect({ url: kassa.url });
  await assert.rejects(nobody.listOrders(), (error) => is(error, "/errors/unauthorized") !== undefined);
  await assert.rejects(shop.getGame({ path: { id: 99 } }), /Game not found/);
});

test("what is lost on the way is sent again with the same key, and done once", async () => {
  const keys = [];
  let lost = 0;
  const flaky = async (url, init) => {
    keys.push(init.headers.get("idempotency-key"));
    const answer = await fetch(url, init);
    if (lost++ > 0) return answer;
    await answer.arrayBuffer();
    throw new TypeError("the connection broke");
  };
  const before = (await shop.listOrders()).results.length;
  const order = await connect({ url: kassa.url, key: TOKEN, fetch: flaky }).createOrder({ body: { items: [{ sku: "mug", quantity: 1 }] } });
  assert.equal(order.status, "confirmed");
  assert.equal(new Set(keys).size, 1);
  assert.deepEqual([keys.length, (await shop.listOrders()).results.length], [2, before + 1]);
});

test("files, texts and nothing", async () => {
  assert.equal(await shop.getLiveness(), "ok\n");
  assert.match(await shop.exportEvents({ query: { site_id: "default" } }), /^\ufeff?id,|^[a-z_]+,/);
  const { id } = await shop.createKey({ body: { name: "till", scopes: ["read"] } });
  assert.equal(await shop.revokeKey({ path: { id } }), undefined);
});
