/**
 * The tracker proper: makes Segment-shaped events of what happens and gives them to the outbox.
 *
 * No visitor id is made or kept: the server tells visitors apart for a day without one. Only `identify` sets an id, the shop's own; it is kept until
 * `reset`. Under Global Privacy Control or Do Not Track `identify` does nothing.
 */
import { createOutbox, put, randomId, store } from "./outbox";
import { watchClicks, watchPage } from "./page";

declare const __VERSION__: string;

/** Free properties of an event; anything that JSON can write. */
export type Properties = Record<string, unknown>;

/** How a tracker is set up. */
export interface Config {
  /** The site's public key. */
  writeKey: string;
  /** The server's address without a path, such as `https://shop.example`; by default the page's own. */
  endpoint?: string | undefined;
  /** The full address to post to, if it is not `<endpoint>/v1/batch`. */
  url?: string | undefined;
  /** What is recorded without a call: any of the words `page`, `click`, `time`. Default: all three. */
  auto?: string | undefined;
  /** Milliseconds that an event waits for others before it is sent. Default 100. */
  flushInterval?: number | undefined;
  /** Events in a batch at most. Default 20. */
  batchSize?: number | undefined;
  /** Goes with every event as `context.app`. */
  app?: { name?: string | undefined; version?: string | undefined } | undefined;
  /** Hears of every event and every request. */
  log?: ((message: string, detail?: unknown) => void) | undefined;
}

/** What a page may call. */
export interface Tracker {
  /** Records that something happened. */
  track(name: string, properties?: Properties): void;
  /** Records that the present page is shown; needed only with `auto` without `page`. */
  page(name?: string, properties?: Properties): void;
  /** From here on events carry this customer id; remembered until `reset`. */
  identify(userId: string, traits?: Properties): void;
  /** Forgets the customer id. */
  reset(): void;
  /** Sends what waits now. */
  flush(): void;
}

/** True if the visitor asked not to be recognised: Global Privacy Control or Do Not Track. */
export const isPrivate = (): boolean =>
  !!(navigator as { globalPrivacyControl?: boolean }).globalPrivacyControl || navigator.doNotTrack == "1";

export function createTracker(config: Config): Tracker {
  const auto = config.auto ?? "page click time";
  const userKey = "kassa.user";
  const outbox = createOutbox({
    url: config.url ?? (config.endpoint ?? "") + "/v1/batch",
    name: config.writeKey,
    flushInterval: config.flushInterval ?? 100,
    batchSize: config.batchSize ?? 20,
    log: config.log,
    wrap: (batch) => `{"writeKey":${JSON.stringify(config.writeKey)},"sentAt":"${new Date().toISOString()}","batch":${batch}}`,
  });
  let referrer = document.referrer;
  let context: Properties;
  let look = (): void => {};

  function refresh(): void {
    const campaign: Record<string, string> = {};
    new URLSearchParams(location.search).forEach((value, key) => {
      if (key.startsWith("utm_")) campaign[key == "utm_campaign" ? "name" : key.slice(4)] = value;
    });
    context = {
      page: { path: location.pathname, url: location.href, title: document.title, referrer },
      campaign,
      library: { name: "kassa", version: __VERSION__ },
      app: config.app,
    };
    referrer = location.href;
  }

  function add(type: string, fields: Properties): void {
    outbox.add({
      type,
      messageId: randomId(),
      timestamp: new Date().toISOString(),
      userId: isPrivate() ? undefined : store()[userKey],
      ...fields,
      context,
    });
  }

  const track = (event: string, properties?: Properties): void => {
    look();
    add("track", { event, properties });
  };
  const page = (name?: string, properties?: Properties): void => {
    refresh();
    add("page", { name, properties });
  };

  refresh();
  referrer = document.referrer;
  look = watchPage({
    shown: auto.includes("page") ? () => page() : undefined,
    // Not `track`: these seconds belong to the page that is being left.
    seen: auto.includes("time") ? (seconds) => add("track", { event: "time_on_page", properties: { seconds } }) : undefined,
    left: outbox.leave,
  });
  if (auto.includes("click")) watchClicks((target) => track("click", { target }));

  return {
    track,
    page,
    identify(userId, traits) {
      if (isPrivate()) return;
      put(userKey, userId);
      add("identify", { traits });
    },
    reset() {
      delete store()[userKey];
    },
    flush: outbox.flush,
  };
}
