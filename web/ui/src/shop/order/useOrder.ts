/** An order as it is now: asked again as long as it changes by itself, and now and then after that. */
import { useEffect, useState } from "react";
import { call, Refused } from "../server";
import type { Order } from "../types";

/** How often it is asked, in ms: while it is not decided, and until it has been delivered. */
const UNDECIDED_MS = 700;
const DECIDED_MS = 5_000;

export interface Followed {
  order?: Order | undefined;
  /** The link is none: there is no such order, or not with this key. */
  unknown?: boolean;
  /** The last question was not answered. */
  stale?: boolean;
}

/** Follows the order at `url` (`/order/<uuid>?k=<mac>`), while somebody looks. */
export function useOrder(url: string, first: Order | undefined): Followed {
  const [state, setState] = useState<Followed>({ order: first });
  useEffect(() => {
    const stop = new AbortController();
    let timer = 0;
    let order = first;
    let etag: string | undefined;
    const later = (): void => {
      clearTimeout(timer);
      if (!stop.signal.aborted && !isOver(order)) timer = window.setTimeout(look, order?.status === "accepted" ? UNDECIDED_MS : DECIDED_MS);
    };
    const look = async (): Promise<void> => {
      if (document.hidden) return later();
      try {
        const answer = await call<Order>(statusPath(url), { signal: stop.signal, etag });
        if (answer) [order, etag] = [answer.body, answer.etag];
        setState({ order });
      } catch (error) {
        if (stop.signal.aborted) return;
        const unknown = error instanceof Refused && [400, 401, 403, 404].includes(error.status);
        setState({ order, unknown: unknown && !order, stale: true });
        if (unknown) return;
      }
      later();
    };
    void look();
    const seen = (): void => void (document.hidden || look());
    document.addEventListener("visibilitychange", seen);
    addEventListener("online", seen);
    return () => {
      stop.abort();
      clearTimeout(timer);
      document.removeEventListener("visibilitychange", seen);
      removeEventListener("online", seen);
    };
  }, [url]);
  return state;
}

/** Nothing more comes of it by itself. */
const isOver = (order: Order | undefined): boolean => order !== undefined && ["failed", "cancelled"].includes(order.status);

function statusPath(url: string): string {
  const [path = "", query = ""] = url.split("?");
  const key = new URLSearchParams(query).get("k") ?? "";
  return `/v1/orders/${encodeURIComponent(path.split("/")[2] ?? "")}/status?${new URLSearchParams({ k: key })}`;
}
