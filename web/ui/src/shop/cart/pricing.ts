/** What the server says of the cart: prices, totals, and what has changed since. */
import { useEffect, useState } from "react";
import { call } from "../server";
import type { Priced } from "../types";
import type { CartLine } from "./cart";

/** `POST /v1/carts/price`; the answer's lines are in the order of these. */
export async function priceCart(lines: CartLine[], signal?: AbortSignal): Promise<Priced> {
  const answer = await call<Priced>("/v1/carts/price", { body: { lines }, signal });
  return answer?.body ?? NOTHING;
}

const NOTHING: Priced = { lines: [], total: null, changed: false };

/** How far the pricing of these lines is. The last answer stays until the next is there. */
export interface Pricing {
  priced?: Priced;
  failed?: boolean;
  pending: boolean;
  again(): void;
}

/** Prices the lines, anew whenever they change. */
export function usePricing(lines: CartLine[]): Pricing {
  const [state, setState] = useState<{ priced?: Priced; failed?: boolean; of?: CartLine[] }>({});
  const [round, setRound] = useState(0);
  useEffect(() => {
    const stop = new AbortController();
    const asked = lines.length === 0 ? Promise.resolve(NOTHING) : priceCart(lines, stop.signal);
    asked.then(
      (priced) => !stop.signal.aborted && setState({ priced, of: lines }),
      () => !stop.signal.aborted && setState(({ priced }) => ({ ...(priced && { priced }), failed: true, of: lines })),
    );
    return () => stop.abort();
  }, [lines, round]);
  useEffect(() => {
    const online = (): void => setRound((last) => last + 1);
    addEventListener("online", online);
    return () => removeEventListener("online", online);
  }, []);
  const { priced, failed = false, of } = state;
  return { ...(priced && { priced }), failed, pending: of !== lines, again: () => setRound((last) => last + 1) };
}

/** Whether each line can be ordered as it stands. */
export const isSettled = ({ lines }: Priced): boolean => lines.every(({ state }) => state === "ok" || state === "cheaper");
