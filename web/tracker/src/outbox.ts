/**
 * The way of an event out of the page: collect, keep, send, try again.
 *
 * Events wait in memory for `flushInterval` ms or `batchSize` events; then they are one batch: an entry of its own in localStorage under
 * `kassa <name> <time><random>`, removed when the server has answered. One entry a batch, because two tabs may then write and remove at the
 * same time without losing each other's; if both send the same batch, the message ids make the second one a duplicate. Entries of an
 * earlier page, or of a tab that crashed, are sent by whoever comes next, together with what is new.
 *
 * When the page is left the batch goes to `sendBeacon`, whose answer nobody sees: offline, or before a server that answers 503, it is lost
 * without a word. So its entry stays, marked with BEACON at the end of its key, until the next page has sent it again and was answered. After 24 h
 * it is dropped unproved. Any other entry is dropped after KEPT_MS_MAX: it, too, may have arrived, where a page was left before the answer came, and
 * after 7 days the server no longer knows that it has the events already.
 *
 * While the visitor has not consented, nothing is kept and nothing goes out, whoever recorded it: another tracker, another tab, an earlier page.
 *
 * Answers: 429, 5xx or none at all → the batch stays and is tried again after 1 s, 2 s, 4 s… at most 64 s, half of it random. Any other → it is done
 * with; the server keeps what it refuses as a dead letter. All that is kept is at most KEPT_MAX characters; the oldest go first.
 */

/** False in the plain script: what it has no use for is left out of it. */
declare const __MODULE__: boolean;

/** Where batches go and how they are written. */
export interface OutboxOptions {
  /** The full address that is posted to. */
  url: string;
  /** Tells apart the entries of several trackers on one origin. */
  name: string;
  /** Milliseconds that an event waits for company. Default 100. */
  flushInterval?: number | undefined;
  /** Events that make a batch full. Default 20. */
  batchSize?: number | undefined;
  /** Makes the request's body of the JSON text of an array of events. */
  wrap: (events: string) => string;
  /** Whether events may be kept and sent now. */
  given: () => boolean;
  /** Hears what happens, for debugging. */
  log?: ((message: string, detail?: unknown) => void) | undefined;
}

/** What a tracker does with its events. */
export interface Outbox {
  /** How it works; `batchSize` may be changed at any time. */
  options: OutboxOptions;
  /** Takes one event; throws on what JSON cannot write. */
  add(event: object): void;
  /** Makes a batch of what waits and sends all batches; ready when they were answered or one failed. */
  flush(): Awaitable;
  /** Hands what waits to the browser, because the page may be gone at any moment. */
  leave(): void;
  /** Forgets all that was not sent. */
  clear(): void;
  /** The events that wait for company, as JSON text. */
  waiting: readonly string[];
}

/** To be awaited; what it gives says nothing. */
type Awaitable = Promise<void> | number;
type Store = Record<string, string>;

const KEPT_MAX = 5e5;
// fetch with keepalive takes 65,536 bytes in all; three bytes a character is the worst case of UTF-8.
const KEEPALIVE_MAX = 2e4;
const ANSWER_MS_MAX = 3e4;
const BEACON = "!";
const BEACON_MS_MAX = 864e5;
const KEPT_MS_MAX = 5e8;

let memory: Store | undefined;

/** localStorage, or an object for the life of the page where the browser refuses it or has none. */
export function store(): Store {
  try {
    return (memory ||= localStorage || {});
  } catch {
    return (memory = {});
  }
}

/** Writes an entry; where the browser refuses, it is kept for the life of the page, together with all that is known until then. */
export function put(key: string, value: string): void {
  try {
    store()[key] = value;
  } catch {
    memory = { ...store(), [key]: value };
  }
}

/** An id that no other event has: 128 random bits. `crypto.randomUUID` is missing on pages without TLS. */
export const randomId = (): string => crypto.getRandomValues(new Uint32Array(4)).join("");

export function createOutbox(o: OutboxOptions): Outbox {
  const prefix = `kassa ${o.name} `;
  const waiting: string[] = [];
  let timer: ReturnType<typeof setTimeout> | undefined;
  let retry: ReturnType<typeof setTimeout> | undefined;
  let failures = 0;
  let sending = false;

  // Date.now() in base 36 has eight digits until the year 2059, so the order of the keys is the order of their making.
  const keyOf = (time: number): string => prefix + time.toString(36);
  const keys = (): string[] =>
    Object.keys(store())
      .filter((key) => key.startsWith(prefix))
      .sort();

  const drop = (some: string[]): void => some.forEach((key) => delete store()[key]);

  /** Removes what is too old, and the oldest where it is too much. */
  function tidy(): void {
    let kept = 0;
    drop(
      keys()
        .reverse()
        .filter(
          (key) =>
            (kept += store()[key]!.length) > KEPT_MAX || key < keyOf(Date.now() - (key.endsWith(BEACON) ? BEACON_MS_MAX : KEPT_MS_MAX)),
        ),
    );
  }

  function keep(events: string, mark = ""): void {
    put(keyOf(Date.now()) + randomId() + mark, events);
    tidy();
  }

  /** The next entries that fit into one request, and their events. */
  function gather(): [taken: string[], events: string] {
    tidy();
    const taken: string[] = [];
    let events = "";
    for (const key of keys()) {
      // Another tab may have removed it just now.
      const more = (store()[key] ?? "").slice(1, -1);
      if (events && events.length + more.length > KEEPALIVE_MAX) break;
      taken.push(key);
      events += (events && more && ",") + more;
    }
    return [taken, events];
  }

  async function drain(): Promise<void> {
    if (sending || !o.given()) return;
    sending = true;
    for (;;) {
      const [taken, events] = gather();
      if (!events) break;
      const body = o.wrap(`[${events}]`);
      const status = await fetch(o.url, {
        method: "POST",
        body,
        keepalive: body.length < KEEPALIVE_MAX,
        signal: AbortSignal.timeout?.(ANSWER_MS_MAX),
      } as RequestInit).then(
        (answer) => answer.status,
        () => 0,
      );
      if (__MODULE__) o.log?.("sent", { status, body });
      if (!status || status == 429 || status > 499) {
        // One timer, however often the browser says that it is online again.
        clearTimeout(retry);
        retry = setTimeout(drain, 250 * 2 ** Math.min(++failures, 7) * (1 + Math.random()));
        break;
      }
      failures = 0;
      drop(taken);
    }
    sending = false;
  }

  /** Takes what waits, as JSON text; nothing if nothing does. */
  function take(): string | false | undefined {
    clearTimeout(timer);
    timer = undefined;
    const events = waiting.splice(0);
    return events[0] && o.given() && `[${events}]`;
  }

  function flush(): Awaitable {
    const events = take();
    if (events) keep(events);
    // While the server is known to be down, only the timer of the next try sends.
    return failures || drain();
  }

  const flushSoon = (): void => void (timer ??= setTimeout(flush, o.flushInterval ?? 100));

  addEventListener("online", drain);
  // What an earlier page has left goes with this page's first events.
  flushSoon();

  return {
    options: o,
    add(event) {
      if (__MODULE__) o.log?.("event", event);
      // As it is now: what the page does to the object later is another story.
      waiting.push(JSON.stringify(event));
      if (waiting.length >= (o.batchSize ?? 20)) void flush();
      else flushSoon();
    },
    flush,
    leave() {
      const events = take();
      if (!events) return;
      keep(events, !failures && navigator.sendBeacon?.(o.url, o.wrap(events)) ? BEACON : "");
    },
    clear() {
      take();
      drop(keys());
    },
    waiting,
  };
}
