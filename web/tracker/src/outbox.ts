/**
 * The way of an event out of the page: collect, keep, send, try again.
 *
 * Events wait in memory for `flushInterval` ms or `batchSize` events; then they are one batch: an entry of its own in localStorage under
 * `kassa <name> <time><random>`, removed when the server has answered. One entry a batch, because two tabs may then write and remove at the
 * same time without losing each other's; if both send the same batch, the message ids make the second one a duplicate. Entries of an
 * earlier page, or of a tab that crashed, are sent by whoever comes next.
 *
 * Answers: 429, 5xx or none at all → the batch stays and is tried again after 1 s, 2 s, 4 s… at most 64 s, half of it random. Any other → it is done
 * with; the server keeps what it refuses as a dead letter. All that is kept is at most KEPT_MAX characters; the oldest go first.
 */

/** Where batches go and how they are written. */
export interface OutboxOptions {
  /** The full address that is posted to. */
  url: string;
  /** Tells apart the entries of several trackers on one origin. */
  name: string;
  /** Milliseconds that an event waits for company. */
  flushInterval: number;
  /** Events that make a batch full. */
  batchSize: number;
  /** Makes the request's body of the JSON text of an array of events. */
  wrap: (events: string) => string;
  /** Hears what happens, for debugging. */
  log?: ((message: string, detail?: unknown) => void) | undefined;
}

/** What a tracker does with its events. */
export interface Outbox {
  /** Takes one event. */
  add(event: object): void;
  /** Makes a batch of what waits and sends all batches. */
  flush(): void;
  /** Hands what waits to the browser, because the page may be gone at any moment. */
  leave(): void;
}

type Store = Record<string, string>;

const KEPT_MAX = 5e5;
// fetch with keepalive takes 65,536 bytes in all; three bytes a character is the worst case of UTF-8.
const KEEPALIVE_MAX = 2e4;
const ANSWER_MS_MAX = 3e4;

let memory: Store | undefined;

/** localStorage, or an object for the life of the page where the browser refuses it. */
export function store(): Store {
  try {
    return memory || localStorage;
  } catch {
    return (memory = {});
  }
}

/** Writes an entry; where the browser refuses, it is kept for the life of the page. */
export function put(key: string, value: string): void {
  try {
    store()[key] = value;
  } catch {
    memory = { [key]: value };
  }
}

/** An id that no other event has: 128 random bits. `crypto.randomUUID` is missing on pages without TLS. */
export const randomId = (): string =>
  Array.from(crypto.getRandomValues(new Uint32Array(4)), (n) => n.toString(36)).join("");

export function createOutbox(o: OutboxOptions): Outbox {
  const prefix = `kassa ${o.name} `;
  let waiting: object[] = [];
  let timer: ReturnType<typeof setTimeout> | undefined;
  let failures = 0;
  let sending = false;

  // Date.now() in base 36 has eight digits until the year 2059, so the order of the keys is the order of their making.
  const keys = (): string[] =>
    Object.keys(store())
      .filter((key) => key.startsWith(prefix))
      .sort();

  function keep(events: string): void {
    put(prefix + Date.now().toString(36) + randomId(), events);
    let kept = 0;
    for (const key of keys().reverse()) {
      kept += store()[key]!.length;
      if (kept > KEPT_MAX) delete store()[key];
    }
  }

  async function drain(): Promise<void> {
    if (sending) return;
    sending = true;
    let key: string | undefined;
    while ((key = keys()[0])) {
      const body = o.wrap(store()[key]!);
      const status = await fetch(o.url, {
        method: "POST",
        body,
        keepalive: body.length < KEEPALIVE_MAX,
        signal: AbortSignal.timeout?.(ANSWER_MS_MAX),
      } as RequestInit).then(
        (answer) => answer.status,
        () => 0,
      );
      o.log?.("sent", { status, body });
      if (!status || status == 429 || status > 499) {
        setTimeout(drain, 500 * 2 ** Math.min(++failures, 7) * (0.5 + Math.random() / 2));
        break;
      }
      failures = 0;
      delete store()[key];
    }
    sending = false;
  }

  /** Takes what waits, as JSON text; empty if nothing does. */
  function take(): string {
    clearTimeout(timer);
    timer = undefined;
    const events = waiting.length ? JSON.stringify(waiting) : "";
    waiting = [];
    return events;
  }

  function flush(): void {
    const events = take();
    if (events) keep(events);
    // While the server is known to be down, only the timer of the next try sends.
    if (!failures) void drain();
  }

  function leave(): void {
    const events = take();
    if (events && (failures || !navigator.sendBeacon?.(o.url, o.wrap(events)))) keep(events);
  }

  addEventListener("online", () => void drain());
  void drain();

  return {
    add(event) {
      o.log?.("event", event);
      waiting.push(event);
      if (waiting.length >= o.batchSize) flush();
      else timer ??= setTimeout(flush, o.flushInterval);
    },
    flush,
    leave,
  };
}
