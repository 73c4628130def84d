/**
 * The plain script, served as /kassa.js:
 *
 *     <script defer src="https://shop.example/kassa.js" data-write-key="demo"></script>
 *
 * Calls made before it has loaded may be left in an array: `(window.kassa ||= []).push(["track", "Newsletter Opened"])`.
 */
import { startTracker } from "./tracker";
import type { Tracker } from "./tracker";

type Call = [keyof Tracker, ...unknown[]];

function start(script: HTMLScriptElement): void {
  const set = script.dataset;
  const { tracker } = startTracker({
    writeKey: set.writeKey ?? "default",
    url: (set.endpoint ?? script.src.split("/", 3).join("/")) + "/v1/batch",
    auto: set.auto,
    // Timers take texts, too.
    flushInterval: set.flush as unknown as number,
    consent: set.consent,
    hashRoutes: "hashRoutes" in set,
    localhost: "localhost" in set,
    notFound: "404" in set,
  });
  const page = window as { kassa?: unknown };
  const calls = page.kassa;
  const push = ([name, ...args]: Call): void => (tracker[name] as (...args: unknown[]) => void)(...args);
  page.kassa = { ...tracker, push } satisfies Tracker & { push: typeof push };
  if (Array.isArray(calls)) calls.forEach(push);
}

// A module, and what a loader evaluates, do not know their own element; each such is started once by its write key.
const own = document.currentScript as HTMLScriptElement | null;
(own ? [own] : document.querySelectorAll<HTMLScriptElement>('script[src*="kassa.js"]')).forEach(start);
