/** The one place that talks to the server: reports by `POST /v1/query`, the live stream by server-sent events. */

import { loginPath, readSession } from "../lib/session";

/** A report's question, in the shape of `POST /v1/query`. */
export interface Question {
  site_id: string;
  metrics: string[];
  date_range: string;
  dimensions?: string[];
  filters?: unknown[];
  order_by?: [string, "asc" | "desc"][];
  pagination?: { limit: number };
  include?: { comparisons?: { mode: "previous_period" } };
}

/** One row of a report. A metric is null when it divides by zero. */
export interface Row {
  dimensions: string[];
  metrics: (number | null)[];
  comparison?: { dimensions: (string | null)[]; metrics: (number | null)[]; change: (number | null)[] } | null;
}

/** What is going on now; the live stream tells it when it changes, once a second at most. */
export interface Now {
  site_id: string;
  current_visitors: number;
  /** The last 30 minutes, oldest first. */
  minutes: { time: string; visitors: number; pageviews: number; events: number }[];
}

/** An answer that is no success, or none at all (`status` 0). */
export class AskError extends Error {
  constructor(
    readonly status: number,
    message: string,
  ) {
    super(message);
  }
}

// The server answers two reports at a time; more would only wait there.
const AT_ONCE_MAX = 2;
let running = 0;
const waiting: (() => void)[] = [];

/** Asks; an `AskError` says why it could not be answered. */
export async function ask(question: Question, signal: AbortSignal): Promise<Row[]> {
  if (running >= AT_ONCE_MAX) await new Promise<void>((go) => waiting.push(go));
  running++;
  try {
    const body = JSON.stringify(question);
    const post = () => fetch("/v1/query", { method: "POST", headers: { "content-type": "application/json" }, body, signal });
    let answer = await post();
    for (let retry = 0; answer.status === 401 && retry < RETRIES_MAX && (await isLoggedIn()); retry++) {
      await new Promise((later) => setTimeout(later, RETRY_MS));
      answer = await post();
    }
    if (!answer.ok) throw new AskError(answer.status, await reason(answer));
    return ((await answer.json()) as { results: Row[] }).results;
  } catch (error) {
    if (error instanceof AskError || signal.aborted) throw error;
    throw new AskError(0, "The server does not answer.");
  } finally {
    running--;
    waiting.shift()?.();
  }
}

// Behind several processes, the one that has the reports hears of a new session within some seconds.
const RETRIES_MAX = 5;
const RETRY_MS = 1000;

/** Whether the server knows this browser; if it says that it does not, the login page comes. */
async function isLoggedIn(): Promise<boolean> {
  const session = await readSession();
  if (session && !session.signed_in) location.replace(loginPath(location));
  return session?.signed_in ?? false;
}

async function reason(answer: Response): Promise<string> {
  if (answer.status === 401 || answer.status === 403) return "This dashboard needs a key that your browser does not have.";
  try {
    const problem = (await answer.json()) as { detail?: string; title?: string };
    return problem.detail ?? problem.title ?? answer.statusText;
  } catch {
    return answer.statusText || `The server answered ${answer.status}.`;
  }
}

/** What every metric means, by name; empty if the server does not say. */
export async function definitions(): Promise<Map<string, string>> {
  try {
    const answer = await fetch("/v1/query/definitions");
    const lists = (await answer.json()) as Record<string, { name: string; definition: string }[]>;
    return new Map(
      ["metrics", "dimensions", "others"].flatMap((list) => (lists[list] ?? []).map((entry) => [entry.name, entry.definition] as const)),
    );
  } catch {
    return new Map();
  }
}

const REOPEN_MS = 3000;

/** Follows the live stream for as long as the page lives, through lost connections; `null` says that there is none now. */
export function follow(site: string, heard: (now: Now | null) => void): void {
  const source = new EventSource(`/v1/realtime/stream?site_id=${encodeURIComponent(site)}`);
  source.addEventListener("realtime", (message: MessageEvent<string>) => heard(JSON.parse(message.data) as Now));
  source.onerror = () => {
    heard(null);
    // A refusal ends an EventSource for good; a lost connection it mends itself.
    if (source.readyState === EventSource.CLOSED) setTimeout(follow, REOPEN_MS, site, heard);
  };
}
