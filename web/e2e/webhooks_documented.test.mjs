// The receivers that docs/webhooks.md shows, as they stand there: each takes what kassa sends and refuses what was changed on the way.
import assert from "node:assert/strict";
import { spawn, spawnSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { createServer } from "node:http";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { startKassa, until } from "./kassa.mjs";

const HERE = import.meta.dirname;
const PAGE = readFileSync(join(HERE, "../../docs/webhooks.md"), "utf8");
const PYTHON = join(HERE, ".python");

let kassa;
before(async () => {
  kassa = await startKassa({ env: { KASSA_WEBHOOKS__ALLOW_PRIVATE: "true" } });
});
after(() => kassa?.remove());

/** The one sample of a language that has this in it. */
function sample(language, part) {
  const blocks = [...PAGE.matchAll(/^```(\w+)\n(.*?)^```$/gms)].filter((block) => block[1] === language && block[2].includes(part));
  assert.equal(blocks.length, 1, `the page has one sample in ${language} with ${part}`);
  return blocks[0][2];
}

/** The variable that a sample takes its secret from. */
const named = (code) => /\b((?:KASSA_)?WEBHOOK_SECRET)\b/.exec(code)[1];

async function send(path, body) {
  const answer = await fetch(`${kassa.url}${path}`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: body && JSON.stringify(body),
  });
  assert.ok(answer.ok, `${path}: ${answer.status}`);
  return answer.json();
}

/** A port that nobody listens at. */
async function free() {
  const server = createServer();
  await new Promise((done) => server.listen(0, "127.0.0.1", done));
  const { port } = server.address();
  await new Promise((done) => server.close(done));
  return port;
}

/** Runs a receiver, and has it sent an event of kassa's and one that was forged. */
async function receives(code, program, args, env = {}) {
  const port = await free();
  assert.ok(code.includes("8080"), code);
  const hook = await send("/v1/webhooks", { url: `http://127.0.0.1:${port}/hooks/kassa` });
  const child = spawn(program, [...args, code.replace("8080", port)], {
    cwd: join(HERE, ".."),
    env: { ...process.env, PYTHONUNBUFFERED: "1", ...env, [named(code)]: hook.secret },
  });
  let said = "";
  for (const pipe of [child.stdout, child.stderr]) pipe.on("data", (part) => (said += part));
  try {
    const url = `http://127.0.0.1:${port}/hooks/kassa`;
    const headers = { "webhook-id": "1", "webhook-timestamp": `${Math.floor(Date.now() / 1000)}`, "webhook-signature": "v1,AAAA" };
    const forged = await until(
      () => fetch(url, { method: "POST", headers, body: "{}" }).catch(() => undefined),
      (answer) => answer,
    );
    assert.equal(forged.status, 401, said);
    const tried = await send(`/v1/webhooks/${hook.id}/test`);
    assert.deepEqual([tried.delivered, tried.status], [true, 204], said);
    await until(
      () => said,
      (text) => text.includes("WebhookTest"),
    );
  } finally {
    child.kill();
  }
}

/** A request as it comes: an event of kassa's at a target of the test's own. */
async function taken() {
  const requests = [];
  const server = createServer(async (request, response) => {
    let body = "";
    for await (const part of request) body += part;
    requests.push({ headers: request.headers, body });
    response.writeHead(204).end();
  });
  await new Promise((done) => server.listen(0, "127.0.0.1", done));
  const hook = await send("/v1/webhooks", { url: `http://127.0.0.1:${server.address().port}/` });
  await send(`/v1/webhooks/${hook.id}/test`);
  server.close();
  server.closeAllConnections();
  return { secret: hook.secret, ...requests[0] };
}

test("the receiver in JavaScript", () => receives(sample("js", "standardwebhooks"), process.execPath, ["--input-type=module", "--eval"]));

test("the receiver in Python", async () => {
  if (!existsSync(join(PYTHON, "standardwebhooks")) && !process.env.CI) {
    return console.log("skipped: standardwebhooks for Python is not there (web/e2e/setup.sh fetches it)");
  }
  await receives(sample("python", "from standardwebhooks"), "python3", ["-c"], { PYTHONPATH: PYTHON });
});

test("the check in Python without a library", async () => {
  const { secret, headers, body } = await taken();
  const ask = (changed) => {
    const given = JSON.stringify([secret, { ...headers, ...changed.headers }, changed.body ?? body]);
    const code = `${sample("python", "def is_from_kassa")}\nimport json, sys\nsecret, headers, body = json.load(sys.stdin)\nprint(is_from_kassa(secret, headers, body.encode()))`;
    const said = spawnSync("python3", ["-c", code], { input: given, encoding: "utf8" });
    assert.equal(said.status, 0, said.stderr);
    return said.stdout.trim();
  };
  assert.equal(ask({}), "True");
  assert.equal(ask({ body: body.replace("WebhookTest", "OrderPaid") }), "False");
  assert.equal(ask({ headers: { "webhook-timestamp": "1" } }), "False");
  assert.equal(ask({ headers: { "webhook-signature": `v1,AAAA ${headers["webhook-signature"]}` } }), "True");
});

test("the signature in a shell", async () => {
  const { secret, headers, body } = await taken();
  const code = sample("sh", "openssl dgst");
  const given = { webhook_id: headers["webhook-id"], webhook_timestamp: headers["webhook-timestamp"], body, [named(code)]: secret };
  const said = spawnSync("sh", ["-c", code], { env: { ...process.env, ...given }, encoding: "utf8" });
  assert.equal(said.status, 0, said.stderr);
  assert.equal(`v1,${said.stdout.trim()}`, headers["webhook-signature"]);
});
