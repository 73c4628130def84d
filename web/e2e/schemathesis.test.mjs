// Schemathesis makes requests of the document, right ones and wrong ones, for every operation: no answer is a 5xx, has a status or a type
// that is not described, or does not fit its schema. KASSA_TEST_SCALE says how many (percent), KASSA_TEST_SEED which.
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { promisify } from "node:util";
import { startKassa } from "./kassa.mjs";

const run = promisify(execFile);
const PYTHON = join(import.meta.dirname, ".python");
const TOKEN = "the-admin-token-of-schemathesis";
const CHECKS = ["not_a_server_error", "status_code_conformance", "content_type_conformance", "response_schema_conformance"];
// A stream that does not end, and what would end the session of whoever asks.
const LEFT_OUT = ["streamRealtime", "streamNotifications", "endSessions"];
const SCALE = Number(process.env.KASSA_TEST_SCALE ?? 10);
const EXAMPLES_MAX = Math.ceil((50 * SCALE) / 100);
// All bounds of all members are ten thousand requests and more.
const PHASES = SCALE < 100 ? "examples,fuzzing" : "examples,coverage,fuzzing";
const SEED = process.env.KASSA_TEST_SEED ?? "42";
const MINUTES_MAX = 25;

let kassa;
before(async () => {
  const rate = { KASSA_STOREFRONT__RATE_PER_SECOND: "100000", KASSA_STOREFRONT__BURST: "100000" };
  kassa = await startKassa({
    env: { KASSA_ACCESS__ADMIN_TOKEN: TOKEN, KASSA_CHAOS__ALLOWED: "true", KASSA_LOG__RESERVE_BYTES: "1048576", ...rate },
  });
});
after(async () => {
  await kassa?.remove();
});

const absent = !existsSync(join(PYTHON, "schemathesis"));
if (absent) console.log("skipped: schemathesis is not there (web/e2e/setup.sh fetches it)");
test("no answer of any operation is a 5xx or not described", { skip: absent && !process.env.CI }, async () => {
  const told = [
    "--header",
    `Authorization: Bearer ${TOKEN}`,
    "--checks",
    CHECKS.join(","),
    "--max-examples",
    String(EXAMPLES_MAX),
    "--seed",
    SEED,
  ];
  const how = ["--phases", PHASES, "--continue-on-failure", "--no-color", "--request-timeout", "30"];
  const without = LEFT_OUT.flatMap((id) => ["--exclude-operation-id", id]);
  const program = ["-c", "from schemathesis.cli import schemathesis; schemathesis()", "run", `${kassa.url}/openapi.json`];
  const { stdout, code } = await run("python3", [...program, ...told, ...how, ...without], {
    env: { ...process.env, PYTHONPATH: PYTHON },
    timeout: MINUTES_MAX * 60_000,
    maxBuffer: 64 << 20,
  }).catch((failed) => failed);
  assert.equal(code, undefined, stdout);
  const [, cases] = /(\d+) generated, \d+ passed/.exec(stdout) ?? [];
  console.log(`schemathesis: ${cases} requests, seed ${SEED}, 0 answered with a 5xx, 0 not as described`);
  assert.ok(Number(cases) > 500, stdout);
});
