// Sends the examples of the document to a running kassa, in their order. What a run makes is another thing each time, so an example says
// under which name it saves a part of its answer; the document shows the same value for it in every run.
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { filled, walk } from "../openapi/walk.mjs";
import { startKassa, until } from "./kassa.mjs";

const TOKEN = "the-admin-token-of-the-examples";
const SCOPES = ["read", "catalog", "inventory", "orders"];
const UUID = /[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/g;
const TIME = /\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)?/g;
const DAY = /\d{4}-\d\d-\d\d/g;
const SECRET = /\b(ks_live|wk|kl|kp)_[0-9A-Za-z_.-]+/g;
// A visitor, a session: a hash by a salt of this kassa.
const HASH = /\b[0-9a-f]{16}\b/g;
const NEAR_MS = 500 * 86_400_000;
// Members that hold another number each time.
const MEASURED = new Set(["latency_ms", "seconds", "uptime_s", "bytes_used", "took_us"]);

/** A closed kassa with a key for each scope, and what it answered so far. */
export class Examples {
  #saved = new Map();
  #keys = { admin: TOKEN };
  /** Of the last answer. */
  headers;
  /** What the document shows for what was saved. */
  samples = {};

  static async start() {
    const examples = new Examples();
    const env = {
      KASSA_ACCESS__ADMIN_TOKEN: TOKEN,
      KASSA_CHAOS__ALLOWED: "true",
      KASSA_LOG__RESERVE_BYTES: "1048576",
      KASSA_AUDIT__EVERY_S: "3600",
      KASSA_STOREFRONT__RATE_PER_SECOND: "1000",
      KASSA_STOREFRONT__BURST: "1000",
    };
    examples.kassa = await startKassa({ env });
    for (const scope of SCOPES) {
      const made = await examples.#fetch("POST", "/v1/admin/keys", { name: scope, scopes: [scope] }, examples.#bearer("admin"));
      examples.#keys[scope] = JSON.parse(await made.text()).key;
    }
    return examples;
  }

  #bearer(scope) {
    return { authorization: `Bearer ${this.#keys[scope]}` };
  }

  #fetch(method, path, body, headers) {
    const json = body !== undefined && !Buffer.isBuffer(body) && !("content-type" in headers);
    return fetch(`${this.kassa.url}${path}`, {
      method,
      redirect: "manual",
      headers: { ...(json && { "content-type": "application/json" }), ...headers },
      body: body === undefined || Buffer.isBuffer(body) || typeof body === "string" ? body : JSON.stringify(body),
    });
  }

  /** Sends one: its status, the answer as it came, and as the document shows it. */
  async send(operation, example) {
    const { method, path, scope, takes } = operation;
    const where = path.replaceAll(/\{\*?(\w+)\}/g, (_, name) =>
      encodeURIComponent(this.#actual(String(example.at[name]))).replaceAll("%3A", ":"),
    );
    const query = new URLSearchParams(this.#actual(example.query ?? {})).toString();
    const scopes = example.as ?? [scope ?? []].flat()[0];
    const headers = {
      ...(scopes && this.#bearer(scopes)),
      ...(takes && { "content-type": takes }),
      ...this.#actual(example.headers ?? {}),
    };
    const body = example.file ? readFileSync(join(import.meta.dirname, example.file)) : this.#actual(example.body);
    if (example.drained) await this.#drained();
    const target = query ? `${where}?${query}` : where;
    if (example.awaited)
      await until(
        () => this.#listed(target, headers),
        (found) => found.length > 0,
      );
    const answer = await this.#fetch(method.toUpperCase(), target, body, headers);
    const type = answer.headers.get("content-type")?.split(";")[0];
    this.headers = answer.headers;
    if (type === "text/event-stream") {
      await answer.body.cancel();
      return { status: answer.status, type };
    }
    const bytes = Buffer.from(await answer.arrayBuffer());
    if (type === "application/x-ndjson") return { status: answer.status, type };
    if (bytes.length === 0) return { status: answer.status };
    if (!type?.includes("json")) {
      const text = type?.startsWith("text/") ? bytes.toString() : undefined;
      return { status: answer.status, type, came: text, shown: text && example.shows !== "nothing" ? this.#shown(text) : undefined };
    }
    const came = JSON.parse(bytes.toString());
    if (answer.ok) for (const [name, where] of Object.entries(example.save ?? {})) this.#save(name, where, came);
    return { status: answer.status, type, came, shown: example.shows === "nothing" ? undefined : this.#shown(came) };
  }

  async #listed(target, headers) {
    return (await (await this.#fetch("GET", target, undefined, headers)).json()).results;
  }

  /** Waits until reports have read all events. */
  #drained() {
    const behind = async () =>
      (await (await this.#fetch("GET", "/v1/admin/log", undefined, this.#bearer("admin"))).json()).events.partitions;
    return until(behind, (partitions) => partitions.every(({ groups }) => groups.every(({ lag_records }) => lag_records === 0)));
  }

  /** Keeps a member of an answer, or what a pattern finds in it. */
  #save(name, where, came) {
    const [member, found] = [where].flat();
    const value = member.split(".").reduce((one, key) => one?.[key], came);
    const kept = found ? found.exec(value)?.[1] : value;
    if (kept === undefined || kept === null) throw new Error(`there is no ${name} in ${JSON.stringify(came)}`);
    this.#saved.set(name, kept);
    this.samples[name] = typeof kept === "string" ? sample(name, kept) : kept;
  }

  /** A value of the document as this run has it. */
  #actual = (value) => filled(value, Object.fromEntries(this.#saved));

  /** A value of this run as the document has it. */
  #shown(value) {
    const texts = [...this.#saved].filter(([, one]) => typeof one === "string" && one.length > 7);
    const known = texts.sort(([, a], [, b]) => b.length - a.length);
    return walk(
      value,
      (text, key) => {
        if (key === "next_cursor") return "eyJhZnRlciI6N30";
        const marked = known.reduce((so_far, [name, actual]) => so_far.replaceAll(actual, `\u0001${name}\u0001`), text);
        const plain = marked
          .replaceAll(this.kassa.data, "/var/lib/kassa")
          .replaceAll(SECRET, "$1_…")
          .replaceAll(UUID, "0190a5c0-7f3e-7c41-9d1b-2f6c8a4e5b10")
          .replaceAll(TIME, near("2026-11-29T12:00:00Z"));
        const dated = plain.replaceAll(DAY, near("2026-11-29")).replaceAll(HASH, "00000000000000ab");
        return dated.replaceAll(/\u0001(\w+)\u0001/g, (_, name) => this.samples[name]);
      },
      (number, key) => (MEASURED.has(key) ? 1 : number),
    );
  }
}

function near(fixed) {
  return (found) =>
    Math.abs(Date.parse(found.replace(" ", "T")) - Date.now()) < NEAR_MS && !found.startsWith("2025-01-01") ? fixed : found;
}

/** A value of the same look, made of its name. */
function sample(name, value) {
  const digits = createHash("sha256").update(name).digest("hex").repeat(4);
  const kept = /^[a-z]+(_[a-z]+)*_/.exec(value)?.[0] ?? "";
  return kept + [...value.slice(kept.length)].map((char, n) => (/[0-9a-zA-Z+/]/.test(char) ? digits[n] : char)).join("");
}
