/** Decides when the reports are asked again: at once when the choice changes, otherwise when something happened, gently. */

/** No report is asked more often than this for being live. */
const PAUSE_MS_MIN = 900;
/** A report that takes long is asked less often: it may use a fifth of the time. */
const PAUSE_FACTOR = 4;

/** Runs `load`, never twice at a time. */
export interface Refresher {
  /** Something happened: load soon. */
  nudge(): void;
  /** The choice changed: load now, and drop what is on its way. */
  force(): void;
  /** Nothing is loaded any more. */
  stop(): void;
}

export function createRefresher(load: (signal: AbortSignal) => Promise<void>): Refresher {
  let running: AbortController | undefined;
  let wanted = false;
  let resting: ReturnType<typeof setTimeout> | undefined;

  async function run(): Promise<void> {
    clearTimeout(resting);
    resting = undefined;
    wanted = false;
    running?.abort();
    const mine = (running = new AbortController());
    const start = performance.now();
    await load(mine.signal);
    if (running !== mine) return;
    running = undefined;
    const took = performance.now() - start;
    resting = setTimeout(
      () => {
        resting = undefined;
        if (wanted) nudge();
      },
      Math.max(PAUSE_MS_MIN - took, took * PAUSE_FACTOR),
    );
  }

  function nudge(): void {
    wanted = true;
    if (!running && resting === undefined && !document.hidden) void run();
  }

  const seen = (): void => void (wanted && nudge());
  document.addEventListener("visibilitychange", seen);
  function stop(): void {
    document.removeEventListener("visibilitychange", seen);
    clearTimeout(resting);
    // Whatever is asked for from here on waits for ever.
    resting = setTimeout(() => undefined);
    running?.abort();
  }
  return { nudge, force: () => void run(), stop };
}
