/** What is going on now: the live stream, kept open through lost connections. */

import { api } from "./call";

/** The server tells it when it changes, once a second at most. */
export interface Now {
  site_id: string;
  current_visitors: number;
  /** The last 30 minutes, oldest first. */
  minutes: { time: string; visitors: number; pageviews: number; events: number }[];
}

const REOPEN_MS = 3000;
// Who may not follow asks, and a link that many have open must not weigh more than that.
const POLL_MS = 5000;

/** The same for a share link, by asking again and again. */
export function poll(site: string, heard: (now: Now | null) => void): () => void {
  const stopped = new AbortController();
  const look = async (): Promise<void> => {
    const now = await api.getRealtime({ query: { site_id: site } }, { signal: stopped.signal }).catch(() => null);
    if (stopped.signal.aborted) return;
    heard(now as Now | null);
    setTimeout(look, POLL_MS);
  };
  void look();
  return () => stopped.abort();
}

/** Follows the stream until the returned function is called; `null` says that there is none now. */
export function follow(site: string, heard: (now: Now | null) => void): () => void {
  let source: EventSource | undefined;
  let again: ReturnType<typeof setTimeout> | undefined;
  const open = (): void => {
    source = new EventSource(`/v1/realtime/stream?site_id=${encodeURIComponent(site)}`);
    source.addEventListener("realtime", (message: MessageEvent<string>) => heard(JSON.parse(message.data) as Now));
    source.onerror = () => {
      heard(null);
      // A refusal ends an EventSource for good; a lost connection it mends itself.
      if (source?.readyState === EventSource.CLOSED) again = setTimeout(open, REOPEN_MS);
    };
  };
  open();
  return () => {
    clearTimeout(again);
    source?.close();
  };
}
