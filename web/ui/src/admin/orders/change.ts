/** A change of an order: sent once however often it is asked for, and only to the order that was seen. */
import { useChanging, type Changing as ChangingOf } from "../changing";
import { readOrder } from "./data";
import type { Seen } from "./order";

export interface Changing extends Omit<ChangingOf<Seen>, "send" | "again" | "settle"> {
  /** `what` is told from another change by its name and body. */
  send: (what: Change, body: object, path?: object) => void;
}

/** The operations that change an order. */
export type Change =
  "createRefund" | "createPayment" | "createFulfilment" | "changeFulfilment" | "cancelOrder" | "editOrder" | "amendOrder";

/** Sends changes to the order that was `first` seen; after one of them `done`. */
export function useChange(first: Seen, done: () => void): Changing {
  const { id } = first.order;
  const { seen, before, busy, error, look, send } = useChanging(first, () => readOrder(id), done);
  return { seen, before, busy, error, look, send: (what, body, path = {}) => send(what, { path: { id, ...path }, body }) };
}
