/**
 * kassa's API over fetch. Every operation of `/openapi.json` is a function of its name:
 *
 * ```ts
 * const kassa = connect({ url: "https://shop.example", key: "ks_live_…" });
 * const { results } = await kassa.listOrders({ query: { payment_status: "unpaid" } });
 * ```
 */
import { type Operations, type Problem, ROUTES } from "./operations.js";

export * from "./operations.js";

/** How to reach a kassa. */
export interface Options {
  /** Its address; without one the page's own. */
  url?: string;
  /** A secret key, the admin token or a share link's token; without one the browser's session, or nobody. */
  key?: string;
  /** Instead of the global one. */
  fetch?: typeof fetch;
  /** How often a request is sent again that may be (3): one that reads or has a key, after no answer, 429, 503, or 409 with Retry-After. */
  retries?: number;
}

/** A call's own. */
export interface Call {
  signal?: AbortSignal;
}

type Id = keyof Operations;
type Takes<I extends Id> = Operations[I]["takes"];
type Arguments<I extends Id> = object extends Takes<I> ? [takes?: Takes<I>, call?: Call] : [takes: Takes<I>, call?: Call];

/** A function for each operation. */
export type Kassa = { [I in Id]: (...args: Arguments<I>) => Promise<Operations[I]["answers"]> };

/** The types of problems: `/errors/not-found` and so on. */
export type ProblemType = Problem["type"];

/** An answer that is no success. */
export class ProblemError extends Error {
  constructor(
    readonly status: number,
    /** As it was answered: RFC 9457's members, those of its type, or an older system's words. */
    readonly problem: Problem | Record<string, unknown>,
    /** The server's name for this request, to be found in its log. */
    readonly request: string | null,
  ) {
    const { detail, title, error } = problem as { detail?: string; title?: string; error?: string };
    super(detail ?? title ?? error ?? `the server answered ${status}`);
    this.name = "ProblemError";
  }
}

/** The problem, if `error` is one of this type: `is(error, "/errors/insufficient-stock")?.available`. */
export function is<T extends ProblemType>(error: unknown, type: T): Extract<Problem, { type: T }> | undefined {
  const found = error instanceof ProblemError && error.problem["type"] === type;
  return found ? (error.problem as Extract<Problem, { type: T }>) : undefined;
}

/** All operations of a kassa. */
export function connect(options: Options = {}): Kassa {
  const operations = Object.keys(ROUTES) as Id[];
  const bound = operations.map((id) => [id, (takes?: Sent, call?: Call) => ask(options, id, takes ?? {}, call ?? {})]);
  return Object.fromEntries(bound) as Kassa;
}

/** What an operation takes, whichever it is. */
interface Sent {
  path?: Record<string, string | number>;
  query?: Record<string, string | number | boolean | undefined>;
  headers?: Record<string, string>;
  body?: unknown;
}

async function ask(options: Options, id: Id, sent: Sent, { signal }: Call): Promise<unknown> {
  const [method, path, takes, keyed] = ROUTES[id];
  const headers = new Headers(sent.headers);
  if (options.key) headers.set("authorization", `Bearer ${options.key}`);
  // The same one on every retry: whatever was lost on the way, it is done once.
  if (keyed && !headers.has("idempotency-key")) headers.set("idempotency-key", crypto.randomUUID());
  const init: RequestInit = { method, headers, ...(signal && { signal }) };
  if (sent.body !== undefined) {
    headers.set("content-type", takes);
    init.body = takes === "application/json" ? JSON.stringify(sent.body) : (sent.body as BodyInit);
  }
  const again = keyed || method === "GET" ? (options.retries ?? 3) : 0;
  return read(await send(options.fetch ?? fetch, addressOf(options.url ?? "", path, sent), init, again));
}

function addressOf(url: string, path: string, { path: parts = {}, query = {} }: Sent): string {
  const filled = path.replaceAll(/\{\*?(\w+)\}/g, (_, name: string) => encodeURIComponent(String(parts[name])).replaceAll("%3A", ":"));
  const given = Object.entries(query).filter(([, value]) => value !== undefined);
  const text = new URLSearchParams(given.map(([name, value]) => [name, String(value)])).toString();
  return `${url.replace(/\/$/, "")}${filled}${text && `?${text}`}`;
}

const WAIT_MS = 200;
const WAIT_MS_MAX = 10_000;

async function send(fetch: typeof globalThis.fetch, url: string, init: RequestInit, retries: number): Promise<Response> {
  for (let attempt = 0; ; attempt++) {
    let wait = WAIT_MS * 2 ** attempt;
    try {
      const answer = await fetch(url, init);
      const after = answer.headers.get("retry-after");
      const passing = answer.status === 429 || answer.status === 503 || (answer.status === 409 && after !== null);
      if (!passing || attempt >= retries) return answer;
      if (after !== null) wait = Number(after) * 1000 || wait;
      await answer.body?.cancel();
    } catch (error) {
      if (attempt >= retries || init.signal?.aborted) throw error;
    }
    await new Promise((later) => setTimeout(later, Math.min(wait, WAIT_MS_MAX)));
  }
}

async function read(answer: Response): Promise<unknown> {
  const type = answer.headers.get("content-type") ?? "";
  const isJson = type.includes("json") && !type.includes("ndjson");
  if (!answer.ok) {
    const problem: unknown = isJson ? await answer.json().catch(() => ({})) : { error: await answer.text() };
    throw new ProblemError(answer.status, problem as Problem, answer.headers.get("x-request-id"));
  }
  if (answer.status === 204) return undefined;
  if (isJson) return answer.json();
  return type.startsWith("text/") || type.includes("json") ? answer.text() : answer.blob();
}
