/**
 * The tracker proper: makes Segment-shaped events of what happens and gives them to the outbox.
 *
 * No visitor id is made or kept: the server tells visitors apart for a day without one. Only `identify` sets an id, the shop's own; it is kept until
 * `reset`. Under Global Privacy Control or Do Not Track `identify` does nothing.
 */
import { createConsent, isPrivate, type ConsentConfig } from "./consent";
import { once } from "./once";
import { createOutbox, put, randomId, store, type Outbox } from "./outbox";
import { leadOf, pathOf, watchClicks, watchForms, watchPage, whenShown, type Look } from "./page";

declare const __VERSION__: string;

/** Free properties of an event; anything that JSON can write. */
export type Properties = Record<string, unknown>;

/** How a tracker is set up. */
export interface Config extends ConsentConfig {
  /** The site's public key. */
  writeKey: string;
  /** The server's address without a path, such as `https://shop.example`; by default the page's own. */
  endpoint?: string | undefined;
  /** The full address to post to, if it is not `<endpoint>/v1/batch`. */
  url?: string | undefined;
  /** What is recorded without a call: any of the words `page`, `click` (`all-clicks`: on anything), `time`, `outbound`, `download`, `form`. Default: all. */
  auto?: string | undefined;
  /** Milliseconds that an event waits for others before it is sent. Default 100. */
  flushInterval?: number | undefined;
  /** Events in a batch at most. Default 20. */
  batchSize?: number | undefined;
  /** Pages are told apart by the route that follows the `#`, too. */
  hashRoutes?: boolean | undefined;
  /** The first page is the site's page for what was not found: its view gets the property `status` 404. */
  notFound?: boolean | undefined;
  /** The customer's id, where the page knows it: goes before the one that `identify` has set, and makes no event. */
  userId?: string | undefined;
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
  /** From here on this browser is not counted; what was not sent and the customer id are forgotten. Remembered. */
  optOut(): void;
  /** This browser is counted from the present page on. Remembered. */
  optIn(): void;
}

/** A tracker and its outbox. */
export interface Started {
  tracker: Tracker;
  outbox: Outbox;
}

const USER = "kassa.user";

/** The tracker of a write key: there is one in a page, however often it is asked for. The config of the first call counts. */
export const createTracker = (config: Config): Tracker =>
  startTracker({ ...config, url: config.url ?? (config.endpoint ?? "") + "/v1/batch" }).tracker;

/** As `createTracker`, with the full address. */
export const startTracker = (config: Config & { url: string }): Started => once(config.writeKey, () => start(config));

function start(config: Config & { url: string }): Started {
  const records = (word: string): boolean => (config.auto ?? word).includes(word);
  const consent = createConsent(config);
  const outbox = createOutbox({
    ...config,
    ...consent,
    name: config.writeKey,
    // JSON writes a date in ISO 8601.
    wrap: (batch) => `${JSON.stringify({ writeKey: config.writeKey, sentAt: new Date() }).slice(0, -1)},"batch":${batch}}`,
  });
  let referrer = document.referrer;
  let notFound = config.notFound;
  let context: Properties;
  let look: Look | undefined;

  function refresh(): void {
    const [path, url, title, from] = [
      pathOf(config.hashRoutes),
      // Who copies a link from a page's source has `&amp;` in it.
      location.href.replace(/&(amp;)+/g, "&"),
      document.title,
      referrer,
      // Enough for the server, which refuses an event of more than 64 KiB.
    ].map((text) => text.slice(0, 2e3));
    context = {
      page: { path, url, title, referrer: from },
      library: { name: "kassa", version: __VERSION__ },
      app: config.app,
      webdriver: navigator.webdriver || undefined,
    };
  }

  function add(type: string, fields: Properties): void {
    whenShown(() => {
      if (!consent.given()) return;
      outbox.add({
        type,
        messageId: randomId(),
        timestamp: new Date(),
        userId: isPrivate() ? undefined : (config.userId ?? store()[USER]),
        ...fields,
        context,
      });
    });
  }

  const track = (event: string, properties?: Properties): void => {
    look?.();
    add("track", { event, properties });
  };
  const page = (name?: string, properties?: Properties): void => {
    refresh();
    add("page", { name, properties: notFound ? { status: 404, ...properties } : properties });
    // Before consent nobody was here: the view that counts is the first, from where the visitor came.
    if (!consent.given()) return;
    notFound = false;
    referrer = location.href;
  };

  whenShown(() => {
    look = watchPage({
      shown() {
        if (records("page")) page();
        else refresh();
      },
      // Not `track`: these seconds belong to the page that is being left.
      seen(seconds) {
        if (records("time")) add("track", { event: "time_on_page", properties: { seconds } });
      },
      left: outbox.leave,
      hashRoutes: config.hashRoutes,
    });
  });
  watchClicks(config.auto?.includes("all-"), (target, link) => {
    const lead = leadOf(link);
    if (lead && records(lead)) track("click", { target, [lead]: link!.host + link!.pathname });
    else if (records("click")) track("click", { target });
  });
  if (records("form")) watchForms((form) => track("form_submit", { form }));

  return {
    outbox,
    tracker: {
      track,
      page,
      identify(userId, traits) {
        if (isPrivate() || !consent.given()) return;
        put(USER, userId);
        add("identify", { traits });
      },
      reset() {
        delete store()[USER];
      },
      flush: outbox.flush,
      optOut() {
        outbox.clear();
        consent.set("out");
      },
      optIn() {
        if (consent.given()) return;
        consent.set("in");
        look?.(true);
      },
    },
  };
}
