// Webhooks of the real binary at real targets, verified by the reference libraries of Standard Webhooks for Node and Python, unmodified; through a kill of kassa and a
// target that is down.
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createServer } from "node:http";
import { createServer as createTlsServer } from "node:https";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { Webhook } from "standardwebhooks";
import { startKassa, until } from "./kassa.mjs";

const HERE = import.meta.dirname;
/** The certificate of localhost, and the authority that it is trusted by. */
const TLS = mkdtempSync(join(tmpdir(), "kassa-tls-"));
const ENV = { KASSA_WEBHOOKS__ALLOW_PRIVATE: "true", KASSA_WEBHOOKS__CA: join(TLS, "cert.pem") };

let kassa, target;
before(async () => {
  const subject = ["-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost", "-addext", "basicConstraints=critical,CA:FALSE"];
  const files = ["-keyout", join(TLS, "key.pem"), "-out", join(TLS, "cert.pem")];
  const made = spawnSync("openssl", ["req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", ...subject, ...files], {
    encoding: "utf8",
  });
  assert.equal(made.status, 0, made.stderr);
  target = await listen();
  kassa = await startKassa({ env: ENV });
  await send("POST", "/v1/products", { sku: "mug", name: "Mug", price: { amount_minor: 900, currency: "EUR" } });
  await send("POST", "/v1/inventory/mug/receive", { quantity: 100 });
});
after(async () => {
  await kassa?.remove();
  target?.server.close();
  target?.server.closeAllConnections();
  rmSync(TLS, { recursive: true, force: true });
});

/** A target that keeps every request and answers with `status`, which a test may change; by TLS where it is given a key. */
async function listen(tls) {
  const found = { requests: [], status: 204 };
  const answer = async (request, response) => {
    let body = "";
    for await (const part of request) body += part;
    found.requests.push({ path: request.url, headers: request.headers, body, status: found.status });
    response.writeHead(found.status).end();
  };
  found.server = tls ? createTlsServer(tls, answer) : createServer(answer);
  await new Promise((done) => found.server.listen(0, "127.0.0.1", done));
  found.url = (path) => `http://127.0.0.1:${found.server.address().port}${path}`;
  found.at = (path) => found.requests.filter((request) => request.path === path);
  return found;
}

async function send(method, path, body) {
  const answer = await fetch(`${kassa.url}${path}`, {
    method,
    headers: { "content-type": "application/json", "idempotency-key": `${Math.random()}` },
    body: body && JSON.stringify(body),
  });
  const text = await answer.text();
  assert.ok(answer.ok, `${method} ${path}: ${answer.status} ${text}`);
  return text && JSON.parse(text);
}

const order = (name) => send("POST", "/v1/orders", { items: [{ sku: "mug", quantity: 1 }], customer: { name } });

/** What both libraries say of requests that were signed with `secret`: the types of the events, or `refused`. */
function verified(secret, requests) {
  const node = requests.map(({ headers, body }) => {
    try {
      return new Webhook(secret).verify(body, headers).type;
    } catch (error) {
      assert.equal(error.name, "WebhookVerificationError", error.stack);
      return "refused";
    }
  });
  if (existsSync(join(HERE, ".python/standardwebhooks")) || process.env.CI) {
    const lines = requests.map(({ headers, body }) => JSON.stringify({ secret, headers, body }));
    const said = spawnSync("python3", [join(HERE, "webhooks_python.py")], { input: `${lines.join("\n")}\n`, encoding: "utf8" });
    assert.equal(said.status, 0, said.stderr);
    assert.deepEqual(said.stdout.trim().split("\n"), node, "both libraries say the same");
  } else {
    console.log("skipped: standardwebhooks for Python is not there (web/e2e/setup.sh fetches it)");
  }
  return node;
}

test("an order's events arrive signed, and what was changed on the way is refused", async () => {
  const hook = await send("POST", "/v1/webhooks", { url: target.url("/one"), event_types: ["OrderConfirmed", "OrderCancelled"] });
  const placed = await order("Ann");
  await send("POST", `/v1/orders/${placed.id}/cancel`, {});
  const taken = await until(
    () => target.at("/one"),
    (requests) => requests.length >= 2,
  );
  const byType = (request) => JSON.parse(request.body).type;
  taken.sort((a, b) => byType(b).localeCompare(byType(a)));
  assert.deepEqual(verified(hook.secret, taken), ["OrderConfirmed", "OrderCancelled"]);
  const [confirmed] = taken;
  const event = JSON.parse(confirmed.body);
  assert.equal(event.order.id, placed.id);
  assert.equal(confirmed.headers["webhook-id"], event.id);
  const changed = [
    { ...confirmed, body: confirmed.body.replace("Ann", "Eve") },
    { ...confirmed, headers: { ...confirmed.headers, "webhook-id": "another" } },
    { ...confirmed, headers: { ...confirmed.headers, "webhook-timestamp": "1" } },
    { ...confirmed, headers: { ...confirmed.headers, "webhook-signature": "v1,AAAA" } },
  ];
  assert.deepEqual(verified(hook.secret, changed), ["refused", "refused", "refused", "refused"]);
  const health = await until(
    () => send("GET", `/v1/webhooks/${hook.id}`),
    (shown) => shown.last_delivered_at,
  );
  assert.equal(health.failing_since, null);
  await send("DELETE", `/v1/webhooks/${hook.id}`);
});

test("while a secret changes both verify, and afterwards the new one alone", async () => {
  const hook = await send("POST", "/v1/webhooks", { url: target.url("/rotated") });
  const testIt = async () => {
    const said = await send("POST", `/v1/webhooks/${hook.id}/test`);
    assert.deepEqual([said.delivered, said.status], [true, 204]);
    return target.at("/rotated").at(-1);
  };
  const next = await send("POST", `/v1/webhooks/${hook.id}/rotate`, { keep_hours: 1 });
  const during = await testIt();
  assert.deepEqual([verified(hook.secret, [during]), verified(next.secret, [during])], [["WebhookTest"], ["WebhookTest"]]);
  const last = await send("POST", `/v1/webhooks/${hook.id}/rotate`, { keep_hours: 0 });
  const afterwards = await testIt();
  assert.deepEqual([verified(next.secret, [afterwards]), verified(last.secret, [afterwards])], [["refused"], ["WebhookTest"]]);
  await send("DELETE", `/v1/webhooks/${hook.id}`);
});

test("by https an event arrives where the certificate is for the name, and nowhere else", async () => {
  const secure = await listen({ key: readFileSync(join(TLS, "key.pem")), cert: readFileSync(join(TLS, "cert.pem")) });
  try {
    const { port } = secure.server.address();
    const hook = await send("POST", "/v1/webhooks", { url: `https://localhost:${port}/tls`, event_types: ["OrderConfirmed"] });
    const placed = await order("Ann");
    const [taken] = await until(
      () => secure.at("/tls"),
      (requests) => requests.length > 0,
    );
    assert.deepEqual(verified(hook.secret, [taken]), ["OrderConfirmed"]);
    assert.equal(JSON.parse(taken.body).order.id, placed.id);
    await send("DELETE", `/v1/webhooks/${hook.id}`);
    const other = await send("POST", "/v1/webhooks", { url: `https://127.0.0.1:${port}/other` });
    const said = await send("POST", `/v1/webhooks/${other.id}/test`);
    assert.deepEqual([said.delivered, said.status, secure.at("/other")], [false, null, []]);
    assert.match(said.answer, /not valid for name/);
    await send("DELETE", `/v1/webhooks/${other.id}`);
  } finally {
    secure.server.close();
    secure.server.closeAllConnections();
  }
});

test("what a target that is down did not take arrives after a kill of kassa, under the same id", async () => {
  const hook = await send("POST", "/v1/webhooks", { url: target.url("/down"), event_types: ["OrderConfirmed"] });
  target.status = 503;
  const orders = [];
  for (let number = 0; number < 10; number++) orders.push((await order(`Customer ${number}`)).id);
  await until(
    () => target.at("/down"),
    (requests) => requests.length >= 3,
  );
  await kassa.stop("SIGKILL");
  target.status = 200;
  const { data } = kassa;
  kassa = await startKassa({ data, env: ENV });
  const delivered = () => target.at("/down").filter((request) => request.status === 200);
  await until(
    () => new Set(delivered().map((request) => request.headers["webhook-id"])).size,
    (count) => count >= 10,
  );
  const taken = delivered();
  assert.deepEqual([...new Set(taken.map(({ body }) => JSON.parse(body).order.id))].sort(), orders.sort());
  assert.ok(verified(hook.secret, taken).every((type) => type === "OrderConfirmed"));
  for (const { headers, body } of target.at("/down")) assert.equal(headers["webhook-id"], JSON.parse(body).id);
  await send("DELETE", `/v1/webhooks/${hook.id}`);
});

test("the stream tells what happens, and goes on where it ended", async () => {
  const listener = await stream(`${kassa.url}/v1/notifications/stream?types=OrderConfirmed`);
  const first = await order("One");
  const heard = await listener.next();
  assert.deepEqual([heard.event, heard.data.order.id], ["OrderConfirmed", first.id]);
  listener.close();
  const second = await order("Two");
  const again = await stream(`${kassa.url}/v1/notifications/stream?types=OrderConfirmed`, { "last-event-id": heard.id });
  assert.equal((await again.next()).data.order.id, second.id);
  again.close();
});

/** An open stream of server-sent events. */
async function stream(url, headers = {}) {
  const ending = new AbortController();
  const answer = await fetch(url, { headers, signal: ending.signal });
  assert.equal(answer.status, 200);
  const reader = answer.body.pipeThrough(new TextDecoderStream()).getReader();
  let text = "";
  return {
    async next() {
      for (;;) {
        const end = text.indexOf("\n\n");
        if (end >= 0) {
          const lines = text.slice(0, end).split("\n");
          text = text.slice(end + 2);
          const of = (name) => lines.find((line) => line.startsWith(`${name}: `))?.slice(name.length + 2);
          if (of("data")) return { id: of("id"), event: of("event"), data: JSON.parse(of("data")) };
          continue;
        }
        const { value, done } = await reader.read();
        assert.ok(!done, "the stream has ended");
        text += value;
      }
    },
    close: () => ending.abort(),
  };
}
