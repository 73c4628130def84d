/** Calls of the shop's API: JSON there and back, and why one failed. */

/** The server said no; `name` is the last part of the problem's type, such as `total-changed`. */
export class Refused extends Error {
  constructor(
    readonly status: number,
    override readonly name: string,
    readonly problem: Record<string, unknown>,
    /** Seconds until it is worth asking again, where the server says so. */
    readonly retryAfter: number,
  ) {
    super(typeof problem["detail"] === "string" ? problem["detail"] : "");
  }
}

/** No answer came. What was asked for may have been done all the same. */
export class Unreachable extends Error {}

/** How one call differs from a plain GET. */
export interface Asked {
  body?: unknown;
  /** Names the request: with it the same one is done once, however often it is sent. */
  key?: string;
  signal?: AbortSignal | undefined;
  etag?: string | undefined;
}

/** The body and the tag of a success; `undefined` where the tag that was sent is still good. */
export async function call<T>(
  path: string,
  { body, key, signal, etag }: Asked = {},
): Promise<{ body: T; etag?: string | undefined } | undefined> {
  const headers: Record<string, string> = {};
  if (body !== undefined) headers["content-type"] = "application/json";
  if (key) headers["idempotency-key"] = key;
  if (etag) headers["if-none-match"] = etag;
  const init: RequestInit = { method: body === undefined ? "GET" : "POST", headers, signal: signal ?? null };
  if (body !== undefined) init.body = typeof body === "string" ? body : JSON.stringify(body);
  const answer = await send(path, init);
  if (answer.status === 304) return undefined;
  const read = answer.status === 204 ? undefined : await answer.json().catch(() => undefined);
  // It broke off on the way: as if none had come.
  if (answer.ok && read === undefined && answer.status !== 204) throw new Unreachable();
  if (answer.ok) return { body: read as T, etag: answer.headers.get("etag") ?? undefined };
  const problem = (typeof read === "object" && read !== null ? read : {}) as Record<string, unknown>;
  const name = String(problem["type"] ?? "").replace(/.*\//, "");
  throw new Refused(answer.status, name, problem, Number(answer.headers.get("retry-after") ?? 0));
}

/** As `fetch`; without an answer it is `Unreachable`, but for a call that was given up. */
export async function send(path: string, init: RequestInit): Promise<Response> {
  try {
    return await fetch(path, init);
  } catch (error) {
    if (init.signal?.aborted) throw error;
    throw new Unreachable();
  }
}
