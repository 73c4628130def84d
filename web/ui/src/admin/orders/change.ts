/** A change of an order: sent once however often it is asked for, and only to the order that was seen. */
import { useQueryClient } from "@tanstack/react-query";
import { useRef, useState } from "react";
import { api, AskError } from "../../server/call";
import { newKey } from "../once";
import { readOrder } from "./data";
import type { Seen } from "./order";

export interface Changing {
  /** The order as it was last seen: before the form was opened, or after another's change. */
  seen: Seen;
  /** As it was before another changed it meanwhile. */
  before: Seen | undefined;
  busy: boolean;
  error: Error | undefined;
  /** Reads the order again, in case that another has changed it. */
  look: () => void;
  /** `what` is told from another change by its name and body. */
  send: (what: Change, body: object, path?: object) => void;
}

/** The operations that change an order. */
export type Change = "createRefund" | "createPayment" | "createFulfilment" | "changeFulfilment" | "cancelOrder";

type Operation = (takes: object) => Promise<unknown>;

/** Sends changes to the order that was `first` seen; after one of them `done`. */
export function useChange(first: Seen, done: () => void): Changing {
  const client = useQueryClient();
  const [seen, setSeen] = useState(first);
  const [before, setBefore] = useState<Seen>();
  const [error, setError] = useState<Error>();
  const [busy, setBusy] = useState(false);
  // What is sent again is sent under its key: an answer that was lost on its way is no second refund.
  const keys = useRef(new Map<string, string>());
  const { id } = seen.order;

  async function change(what: Change, body: object, more: object): Promise<void> {
    const text = JSON.stringify([what, more, body]);
    const key = keys.current.get(text) ?? newKey();
    keys.current.set(text, key);
    setError(undefined);
    setBusy(true);
    try {
      await (api[what] as Operation)({
        path: { id, ...more },
        headers: { "If-Match": seen.etag, "Idempotency-Key": key },
        body,
      });
      done();
    } catch (problem) {
      if (problem instanceof AskError && problem.status === 412) await seeAnew();
      else setError(problem as Error);
    } finally {
      setBusy(false);
      void client.invalidateQueries();
    }
  }

  async function seeAnew(): Promise<void> {
    const fresh = await readOrder(id);
    if (fresh.etag === seen.etag) return;
    setBefore(seen);
    setSeen(fresh);
  }

  const look = (): void => void seeAnew().catch(setError);
  const send = (what: Change, body: object, path = {}): void => void change(what, body, path).catch(setError);
  return { seen, before, busy, error, look, send };
}
