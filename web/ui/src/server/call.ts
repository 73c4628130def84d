/** One call of the API: JSON there and back, and why it failed. */

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

/** Calls and gives the answer's JSON, or its text where it is none; an `AskError` says what is wrong. */
export async function call(method: string, path: string, body?: unknown, signal?: AbortSignal): Promise<unknown> {
  const headers = body === undefined ? authorization() : { ...authorization(), "content-type": "application/json" };
  const init: RequestInit = { method, headers };
  if (body !== undefined) init.body = JSON.stringify(body);
  if (signal) init.signal = signal;
  let answer = await send(path, init);
  for (let retry = 0; answer.status === 401 && retry < RETRIES_MAX && (await isLoggedIn()); retry++) {
    await new Promise((later) => setTimeout(later, RETRY_MS));
    answer = await send(path, init);
  }
  if (!answer.ok) throw await failure(answer);
  if (answer.status === 204) return undefined;
  return answer.headers.get("content-type")?.includes("json") ? answer.json() : answer.text();
}

async function send(path: string, init: RequestInit): Promise<Response> {
  try {
    return await fetch(path, init);
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

async function failure(answer: Response): Promise<AskError> {
  const problem = (await answer.json().catch(() => ({}))) as { detail?: string; title?: string; request_id?: string };
  return new AskError(
    answer.status,
    problem.detail ?? problem.title ?? "",
    problem.request_id ?? answer.headers.get("x-request-id") ?? undefined,
  );
}
