/** Who is logged in, by `/v1/session` of @kassa/client, and the ways to the login page and back. */
import { connect } from "@kassa/client";

/** What the server says of this browser. */
export interface Session {
  mode: "open" | "closed";
  signed_in: boolean;
  caller?: "open" | "admin" | "session" | "key" | "share";
  scopes?: string[];
  /** Of the key that opened the session. */
  name?: string;
  expires_at?: string;
  share?: Share;
}

/** What a share link shows. */
export interface Share {
  name: string;
  site_id: string;
  timezone: string;
  segment: string | null;
  /** All of them where there is no list. */
  panels: string[] | null;
  expires_at: string | null;
  password_required?: boolean;
}

let bearer: string | undefined;

/** From here on every call says so: a share link is no cookie, and several work beside each other. */
export function bear(token: string): void {
  bearer = token;
}

/** What a call has to say of its caller; nothing where the browser's cookie does. */
export const authorization = (): Record<string, string> => (bearer === undefined ? {} : { authorization: `Bearer ${bearer}` });

/** An answer that is no success; `retryAfter` in seconds, where the server says so. */
export class SessionError extends Error {
  constructor(
    readonly status: number,
    readonly retryAfter: number,
    message: string,
  ) {
    super(message);
  }
}

const kassa = connect({ retries: 0, fetch: asCaller });

/** As the browser fetches, of this moment and by whoever calls; what is no success is a `SessionError`. */
async function asCaller(address: RequestInfo | URL, init: RequestInit = {}): Promise<Response> {
  const headers = new Headers(init.headers);
  for (const [name, value] of Object.entries(authorization())) headers.set(name, value);
  const answer = await fetch(address, { ...init, headers, cache: "no-store" }).catch(() => undefined);
  if (!answer) throw new SessionError(0, 0, "The server does not answer.");
  if (answer.ok) return answer;
  const problem = (await answer.json().catch(() => ({}))) as { detail?: string; title?: string };
  throw new SessionError(
    answer.status,
    Number(answer.headers.get("retry-after") ?? 0),
    problem.detail ?? problem.title ?? `The server answered ${answer.status}.`,
  );
}

/** What is no JSON comes from somebody between this browser and the server. */
function told<T>(answer: unknown): T {
  if (typeof answer !== "object") throw new SessionError(0, 0, "The server does not answer.");
  return answer as T;
}

/** Who this browser is to the server; a `SessionError` says why it does not tell. */
export const askSession = async (): Promise<Session> => told(await kassa.getSession());

/** The same; undefined if it does not say. */
export const readSession = (): Promise<Session | undefined> => askSession().catch(() => undefined);

/** Opens a share link that has a password; a `SessionError` says why not. */
export async function openShare(token: string, password: string): Promise<void> {
  bear(told<{ token: string }>(await kassa.openShare({ body: { token, password } })).token);
}

/** Trades the admin token or a key for a session; a `SessionError` says why not. */
export const logIn = async (token: string): Promise<Session> => told(await kassa.createSession({ body: { token } }));

/** Ends this browser's session. */
export async function logOut(): Promise<void> {
  await kassa.endSession();
}

/** The login page, which leads back to where one is. */
export const loginPath = (here: { pathname: string; search: string }): string =>
  `/login?next=${encodeURIComponent(here.pathname + here.search)}`;

const HOME = "/dashboard";

/** Where one begins: with the reports, or with the admin for who may not read them. */
export const homeOf = ({ scopes = [] }: Session): string => (scopes.includes("admin") || scopes.includes("read") ? HOME : "/admin");

/** Where the login page leads: the `next` of its address if that is a page of this origin, else home. */
export function nextPath(search: string, origin: string, home = HOME): string {
  const next = new URLSearchParams(search).get("next") ?? "";
  if (!next.startsWith("/")) return home;
  try {
    // The browser's own reading of it: "//host", "/\host" and a tab in between all lead elsewhere.
    const url = new URL(next, origin);
    // A path that begins with two slashes would, by itself, be another host.
    const ours = url.origin === origin && !url.pathname.startsWith("//");
    if (ours && url.pathname !== "/login") return url.pathname + url.search + url.hash;
  } catch {
    // No address at all.
  }
  return home;
}
