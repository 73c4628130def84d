/** A server for the unit tests: takes what `fetch` and `sendBeacon` are given and answers as it is told. */
import { vi } from "vitest";

/** One request that arrived. */
export interface Request {
  url: string;
  body: string;
  status: number;
  beacon: boolean;
  at: number;
  options?: RequestInit | undefined;
}

/** An event as it arrived, loosely typed for the tests. */
export interface Received {
  type?: string;
  event?: string;
  name?: string;
  messageId: string;
  userId?: string;
  properties?: Record<string, unknown>;
  traits?: Record<string, unknown>;
  timestamp: string;
  context: {
    page: { path: string; url: string; title: string; referrer: string };
    webdriver?: boolean;
    library: { name: string; version: string };
  };
  [more: string]: unknown;
}

/** Answers every request with the first of `statuses`, then the next, and the last one for good; 0 is a lost connection. */
export function serve(...statuses: number[]) {
  const requests: Request[] = [];
  const answers = [...statuses];
  const next = (): number => (answers.length > 1 ? answers.shift() : answers[0]) ?? 200;
  const fetch = vi.fn(async (url: string, options: RequestInit) => {
    const status = next();
    requests.push({ url, body: String(options.body), status, beacon: false, at: Date.now(), options });
    if (!status) throw new TypeError("network");
    return new Response("{}", { status });
  });
  const beacon = vi.fn((url: string, body: string) => {
    requests.push({ url, body, status: 200, beacon: true, at: Date.now() });
    return true;
  });
  vi.stubGlobal("fetch", fetch);
  Object.defineProperty(navigator, "sendBeacon", { configurable: true, value: beacon });
  return {
    requests,
    beacon,
    answer: (...later: number[]) => void answers.splice(0, answers.length, ...later),
    /** Requests of the tracker with this key: earlier tests' trackers still listen to the page. */
    of: (key: string) => requests.filter((request) => request.body.includes(`"writeKey":"${key}"`)),
    /** Events that were accepted from this tracker, each once. */
    events(key: string): Received[] {
      const accepted = requests
        .filter((request) => request.body.includes(`"writeKey":"${key}"`) && request.status === 200)
        .flatMap(batchOf);
      return [...new Map(accepted.map((event) => [event.messageId, event])).values()];
    },
  };
}

/** The events in a request. */
export const batchOf = (request: Request): Received[] => (JSON.parse(request.body) as { batch: Received[] }).batch;

let visibility: DocumentVisibilityState = "visible";
Object.defineProperty(document, "visibilityState", { configurable: true, get: () => visibility });
Object.defineProperty(document, "hidden", { configurable: true, get: () => visibility == "hidden" });

/** Hides the page or brings it back. */
export function show(state: DocumentVisibilityState): void {
  visibility = state;
  document.dispatchEvent(new Event("visibilitychange"));
}

let made = 0;

/** A write key that no other test uses. */
export const freshKey = (): string => `key-${++made}`;
