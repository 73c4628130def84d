/**
 * The plain script, served as /kassa.js:
 *
 *     <script defer src="https://shop.example/kassa.js" data-write-key="demo"></script>
 *
 * Calls made before it has loaded may be left in an array: `(window.kassa ||= []).push(["track", "Newsletter Opened"])`.
 */
import { createTracker } from "./tracker";
import type { Tracker } from "./tracker";

type Call = ["track" | "page" | "identify" | "reset" | "flush", ...unknown[]];

const script = document.currentScript as HTMLScriptElement;
const { writeKey, endpoint, auto, flush } = script.dataset;
const calls = (window as { kassa?: unknown }).kassa;
const tracker = createTracker({
  writeKey: writeKey ?? "default",
  endpoint: endpoint ?? new URL(script.src).origin,
  auto,
  flushInterval: flush ? +flush : undefined,
});
const push = (call: Call): void => (tracker[call[0]] as (...args: unknown[]) => void)(...call.slice(1));

Object.assign(window, { kassa: { ...tracker, push } satisfies Tracker & { push: typeof push } });
if (Array.isArray(calls)) calls.forEach(push);
