/**
 * Where the React provider's events go: an `endpointUrl` that ends in `/track` gets the batch dialect, any other the native one.
 */
import { createConsent, type ConsentConfig } from "./consent";
import { batchEvent, createBatchOutbox, type UserEvent } from "./events";
import { once } from "./once";
import type { Outbox } from "./outbox";
import { watchPage, whenShown, type Look } from "./page";
import { startTracker } from "./tracker";

/** Hears of every event and every request. */
type Log = (message: string, detail?: unknown) => void;

/** The `config` of `<TrackerProvider>`. */
export interface TrackerConfig extends ConsentConfig {
  /** Full address: `…/track` for the batch dialect, `…/v1/batch` for the native one. */
  endpointUrl: string;
  /** Events in a batch at most. Default 20. */
  batchSize?: number | undefined;
  /** Milliseconds that an event waits for others. Default 1000. */
  flushInterval?: number | undefined;
  /** Sent with every batch. */
  appName?: string | undefined;
  /** Sent with every batch. */
  appVersion?: string | undefined;
  /** The site's public key; without one the server's own site is meant. */
  writeKey?: string | undefined;
  /** The first page is the site's page for what was not found: its view gets the property `status` 404. Native dialect only. */
  notFound?: boolean | undefined;
  /** The customer, once known; kept out under GPC and DNT. */
  user?: { userId: string | number; [more: string]: unknown } | undefined;
  /** Write every event and request to the console. */
  debug?: boolean | undefined;
  /** Hears of every event and every request, in place of the console; `true` is the console. */
  log?: Log | boolean | undefined;
}

/** What records and sends the events of a page. */
export interface EventTracker {
  /** Records an event at this moment on this page; one without a type is `UNKNOWN`, one without a place is the `PAGE`'s. */
  trackEvent(event: Partial<UserEvent>): void;
  /** Sends what waits now, with `batch`: events that were made before, and keep what they say of when and where. Ready when it was answered or will be tried again. */
  flushQueue(batch?: Partial<UserEvent>[]): Promise<void>;
  /** Forgets what was not sent. */
  clearQueue(): void;
  /** Events that wait for others. */
  getQueueSize(): number;
  /** Events in a batch at most, from now on. */
  setBatchSize(size: number): void;
}

/** Tells trackers apart: by address and write key. */
export const nameOf = ({ endpointUrl, writeKey = "" }: TrackerConfig): string => `${endpointUrl} ${writeKey}`;

/** The tracker of this name: there is one in a page. The config of the first call counts. */
export function trackerFor(config: TrackerConfig): EventTracker {
  const speaksBatch = /\/track\/?$/.test(config.endpointUrl.replace(/[?#].*/, ""));
  return once(nameOf(config), () => (speaksBatch ? batchTracker(config) : nativeTracker(config)));
}

function logOf({ log, debug }: TrackerConfig): Log | undefined {
  if (typeof log == "function") return log;
  return log || debug ? (message, detail) => console.debug("[kassa]", message, detail) : undefined;
}

const shared = (config: TrackerConfig) => ({
  batchSize: config.batchSize ?? 20,
  flushInterval: config.flushInterval ?? 1000,
  log: logOf(config),
});

/** `record` takes an event as it is, `trackEvent` one of this moment. */
const over = (outbox: Outbox, trackEvent: EventTracker["trackEvent"], record = trackEvent): EventTracker => ({
  trackEvent,
  async flushQueue(batch = []) {
    batch.forEach(record);
    await outbox.flush();
  },
  clearQueue: outbox.clear,
  getQueueSize: () => outbox.waiting.length,
  setBatchSize: (size) => void (outbox.options.batchSize = size),
});

function batchTracker(config: TrackerConfig): EventTracker {
  const { endpointUrl: url, appName, appVersion, writeKey } = config;
  const consent = createConsent({ ...config, url });
  const user = (): TrackerConfig["user"] => config.user;
  const outbox = createBatchOutbox({ url, appName, appVersion, writeKey, user, given: consent.given, ...shared(config) });
  const add = (event: Partial<UserEvent>, more?: Partial<UserEvent>): void =>
    whenShown(() => {
      if (consent.given()) outbox.add({ ...batchEvent(event, user), ...more });
    });
  let look: Look | undefined;
  whenShown(() => {
    // The dialect has no word for the time on a page.
    look = watchPage({ shown: () => add({ event_type: "PAGE_VIEW" }), seen: () => {}, left: outbox.leave });
  });
  const trackEvent = (event: Partial<UserEvent>): void => {
    look?.();
    add(event);
  };
  return over(outbox, trackEvent, (event) => add(event, event));
}

const NATIVE_NAMES: Record<string, string> = { CLICK: "click", HOVER_ENTER: "hover_enter", HOVER_LEAVE: "hover_leave" };

function nativeTracker(config: TrackerConfig): EventTracker {
  const { tracker, outbox } = startTracker({
    writeKey: config.writeKey ?? "default",
    url: config.endpointUrl,
    auto: "page time",
    app: { name: config.appName, version: config.appVersion },
    userId: config.user && String(config.user.userId),
    notFound: config.notFound,
    consent: config.consent,
    localhost: config.localhost,
    ...shared(config),
  });
  return over(outbox, ({ event_type: type = "UNKNOWN", location_type = "PAGE", dom_info, ...more }) => {
    const own = location_type == "PAGE" ? { dom_info } : undefined;
    tracker.track(NATIVE_NAMES[type] ?? type, { location_type, target: dom_info?.text, ...own, ...more });
  });
}
