/**
 * Where the React provider's events go: an `endpointUrl` that ends in `/track` gets the batch dialect, any other the native one.
 */
import { batchEvent, createBatchOutbox, domInfo, watchBatchPages, type ComponentEvent } from "./events";
import { createTracker, isPrivate } from "./tracker";

/** The `config` of `<TrackerProvider>`. */
export interface TrackerConfig {
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
  /** The customer, once known; kept out under GPC and DNT. */
  user?: { userId: string | number; [more: string]: unknown } | undefined;
  /** Write every event and request to the console. */
  debug?: boolean | undefined;
  /** Hears of every event and every request, in place of the console. */
  log?: ((message: string, detail?: unknown) => void) | undefined;
}

/** What the provider does with what it sees. */
export interface Sink {
  /** Something happened to the named component. */
  component(name: string, type: ComponentEvent, element?: Element): void;
  /** A click on the page outside of all tracked components. */
  click(element: Element): void;
}

export function createSink(config: TrackerConfig): Sink {
  return /\/track\/?$/.test(config.endpointUrl.replace(/[?#].*/, "")) ? batchSink(config) : nativeSink(config);
}

const logOf = (config: TrackerConfig): TrackerConfig["log"] =>
  config.log ?? (config.debug ? (message, detail) => console.debug("[kassa]", message, detail) : undefined);

const timing = (config: TrackerConfig) => ({
  batchSize: config.batchSize ?? 20,
  flushInterval: config.flushInterval ?? 1000,
  log: logOf(config),
});

function batchSink(config: TrackerConfig): Sink {
  const user = (): Record<string, unknown> | undefined => (isPrivate() ? undefined : config.user);
  const { endpointUrl: url, appName, appVersion, writeKey } = config;
  const outbox = createBatchOutbox({ url, appName, appVersion, writeKey, user, ...timing(config) });
  watchBatchPages(outbox, user);
  return {
    component(name, type, element) {
      const dom_info = element && domInfo(element);
      outbox.add(batchEvent(type, { location_type: "COMPONENT", component_name: name, dom_info }, user));
    },
    click: (element) => outbox.add(batchEvent("CLICK", { dom_info: domInfo(element) }, user)),
  };
}

const NATIVE_NAMES: Record<ComponentEvent, string> = { CLICK: "click", HOVER_ENTER: "hover_enter", HOVER_LEAVE: "hover_leave" };

function nativeSink(config: TrackerConfig): Sink {
  const tracker = createTracker({
    writeKey: config.writeKey ?? "default",
    url: config.endpointUrl,
    auto: "page time",
    app: { name: config.appName, version: config.appVersion },
    ...timing(config),
  });
  if (config.user) tracker.identify(String(config.user.userId));
  return {
    component(name, type, element) {
      const target = element && domInfo(element).text;
      tracker.track(NATIVE_NAMES[type], { component_name: name, location_type: "COMPONENT", target });
    },
    click(element) {
      const { text, ...rest } = domInfo(element);
      tracker.track("click", { location_type: "PAGE", target: text, dom_info: { text, ...rest } });
    },
  };
}
