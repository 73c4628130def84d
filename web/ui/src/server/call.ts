/** kassa's API as a page asks it: every operation of @kassa/client, by the browser's session or a share link, and why one failed. */

import { connect, type Kassa, ProblemError } from "@kassa/client";
import { authorization, loginPath, readSession } from "../lib/session";

/** An answer that is no success, or none at all (`status` 0: the server was not reached). */
export class AskError extends Error {
  constructor(
    readonly status: number,
    message: string,
    /** The server's name for this request, to be found in its log. */
    readonly request?: string,
  ) {
    super(message);
  }
}

// Behind several processes, the one that has the reports hears of a new session within some seconds.
const RETRIES_MAX = 5;
const RETRY_MS = 1000;

/** All operations; an `AskError` says what is wrong. */
export const api: Kassa = whole(connect({ retries: 0, fetch: asBrowser }));

/** An operation that is known by its name alone. */
export type Ask = (takes?: object, call?: { signal?: AbortSignal | undefined }) => Promise<unknown>;

/** An answer as it came, for what is no member of its JSON: `getOrder` with its `ETag`. With a `body` it is posted. */
export async function read<T>(path: string, signal?: AbortSignal, body?: object): Promise<{ value: T; etag: string | null }> {
  const posted = body && { method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify(body) };
  const answer = await asBrowser(path, { ...posted, ...(signal && { signal }) });
  const value: unknown = await answer.json().catch(() => ({}));
  if (!answer.ok) fail(new ProblemError(answer.status, value as Record<string, unknown>, answer.headers.get("x-request-id")));
  return { value: value as T, etag: answer.headers.get("etag") };
}

function whole(kassa: Kassa): Kassa {
  const asked = Object.entries(kassa) as [string, Ask][];
  return Object.fromEntries(asked.map(([id, ask]) => [id, (...given: Parameters<Ask>) => ask(...given).catch(fail)])) as Kassa;
}

function fail(error: unknown): never {
  if (!(error instanceof ProblemError)) throw error;
  const { detail, title, request_id } = error.problem as { detail?: string; title?: string; request_id?: string };
  throw new AskError(error.status, detail ?? title ?? "", request_id ?? error.request ?? undefined);
}

async function asBrowser(address: RequestInfo | URL, init: RequestInit = {}): Promise<Response> {
  const asked = (): Promise<Response> => send(address, init);
  let answer = await asked();
  for (let retry = 0; answer.status === 401 && retry < RETRIES_MAX && (await isLoggedIn()); retry++) {
    await new Promise((later) => setTimeout(later, RETRY_MS));
    answer = await asked();
  }
  return answer;
}

async function send(address: RequestInfo | URL, init: RequestInit): Promise<Response> {
  const headers = new Headers(init.headers);
  for (const [name, value] of Object.entries(authorization())) headers.set(name, value);
  try {
    return await fetch(address, { ...init, headers });
  } catch (error) {
    if (init.signal?.aborted) throw error;
    throw new AskError(0, "");
  }
}

/** Whether the server knows this browser; if it says that it does not, the login page comes. */
async function isLoggedIn(): Promise<boolean> {
  const session = await readSession();
  if (session && !session.signed_in && session.caller !== "share") location.replace(loginPath(location));
  return session?.signed_in ?? false;
}
