// A kassa for the tests: the binary that KASSA_BIN names (otherwise target/debug/kassa) on a data folder of its own, or the running server at KASSA_URL.
import { spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DEADLINE_MS } from "./patience.mjs";

/** The binary under test. */
export const BIN = process.env.KASSA_BIN ?? join(import.meta.dirname, "../../target/debug/kassa");

/** Starts a server; `listen` takes the address of an earlier one, `data` its folder, `env` further settings, `bin` another binary, `args` more of the command line, `cwd` the folder to run in. */
export async function startKassa({
  listen = "127.0.0.1:0",
  data = mkdtempSync(join(tmpdir(), "kassa-e2e-")),
  env = {},
  bin = BIN,
  cwd,
  args = [],
} = {}) {
  const child = spawn(bin, ["up", "--data", data, "--listen", listen, ...args], {
    stdio: ["ignore", "pipe", "pipe"],
    cwd,
    env: { ...withoutLibraryPath(), ...env },
  });
  const ended = new Promise((done) => child.once("close", done));
  let said = "";
  const url = await new Promise((found, failed) => {
    const timer = setTimeout(() => failed(new Error(`kassa did not say where it listens:\n${said}`)), DEADLINE_MS);
    child.once("error", failed);
    child.once("close", (code) => failed(new Error(`kassa ended with ${code}:\n${said}`)));
    const read = (part) => {
      said += part;
      const address = /listening on (http:\/\/\S+)/.exec(said);
      if (!address) return;
      clearTimeout(timer);
      found(address[1]);
    };
    child.stdout.on("data", read);
    child.stderr.on("data", read);
  });
  return {
    url,
    data,
    pid: child.pid,
    /** Ends it and waits; its folder stays. */
    async stop(signal = "SIGTERM") {
      child.kill(signal);
      await ended;
    },
    async remove() {
      await this.stop();
      rmSync(data, { recursive: true, force: true });
    },
  };
}

/** The server for tests that do not stop it: KASSA_URL, or one of their own. */
export async function useKassa() {
  const url = process.env.KASSA_URL?.replace(/\/$/, "");
  return url ? { url, async remove() {} } : startKassa();
}

// The binary must find its library by itself.
function withoutLibraryPath() {
  const { LD_LIBRARY_PATH: _, ...env } = process.env;
  return env;
}

/** Asks until `good` says so of the answer; after the deadline it fails and shows the last answer. */
export async function until(ask, good) {
  const end = Date.now() + DEADLINE_MS;
  let last;
  for (;;) {
    last = await ask();
    if (good(last)) return last;
    if (Date.now() > end) throw new Error(`not within ${DEADLINE_MS} ms; the last answer was ${JSON.stringify(last)?.slice(0, 3000)}`);
    await new Promise((later) => setTimeout(later, 50));
  }
}

/** GET as JSON. */
export async function get(base, path, params = {}) {
  const answer = await fetch(`${base}${path}?${new URLSearchParams(params)}`);
  if (!answer.ok) throw new Error(`GET ${path}: ${answer.status} ${await answer.text()}`);
  return answer.json();
}

/** `POST /v1/query` → its rows. */
export async function query(base, question) {
  const answer = await fetch(`${base}/v1/query`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(question),
  });
  if (!answer.ok) throw new Error(`query: ${answer.status} ${await answer.text()}`);
  return (await answer.json()).results;
}

/** Stored events of a site, oldest first; none while the server has not heard of the site. */
export async function events(base, site, params = {}) {
  const answer = await fetch(`${base}/v1/events?${new URLSearchParams({ site_id: site, limit: "1000", ...params })}`);
  if (answer.status === 404) return [];
  if (!answer.ok) throw new Error(`events: ${answer.status} ${await answer.text()}`);
  return (await answer.json()).results.reverse();
}

/** A site that no other test uses: the server makes it on first use, as it listens on loopback only. */
export const freshSite = (name) => `${name}-${Date.now().toString(36)}-${Math.floor(Math.random() * 1e6).toString(36)}`;
