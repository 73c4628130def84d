/** Sends the order and asks again until there is an answer, while the page is open. */
import { useEffect, useRef, useState } from "react";
import { removeLine } from "../cart/cart";
import { go } from "../navigation";
import { Unreachable } from "../server";
import { checkoutKey, Later, place, useCheckout, type Outcome } from "./attempt";

// Between one try and the next, in seconds: twice as long each time, up to the last.
const FIRST_S = 1;
const LAST_S = 30;

export interface Attempt {
  /** Under way, and nothing is wrong yet. */
  sending: boolean;
  /** Sent here, before or in another tab, and not answered: it is asked again by itself. */
  waiting: boolean;
  /** Why there is no order. */
  outcome: Outcome | undefined;
  order(body: object): void;
  again(): void;
}

interface State {
  sending: boolean;
  /** Seconds until the next try; 0 as long as none has failed. */
  waits: number;
  outcome?: Outcome;
}

/** One attempt at a time; what was sent before the page was loaded goes on by itself. */
export function useAttempt(): Attempt {
  const { body } = useCheckout();
  const key = useShownKey();
  const running = useRef(false);
  const [state, setState] = useState<State>({ sending: false, waits: body === null ? 0 : FIRST_S });

  const run = async (request: object | null): Promise<void> => {
    if (running.current) return;
    running.current = true;
    setState(({ waits }) => ({ sending: true, waits: request ? 0 : waits }));
    try {
      const outcome = await place((key.current ??= checkoutKey()), request);
      if (outcome.is === "placed") return await leave(outcome);
      setState({ sending: false, waits: 0, outcome });
    } catch (error) {
      if (!(error instanceof Unreachable)) throw error;
      const least = error instanceof Later ? error.seconds : 0;
      setState(({ waits }) => ({ sending: false, waits: Math.max(least, Math.min(LAST_S, waits * 2 || FIRST_S)) }));
    } finally {
      running.current = false;
    }
  };
  const again = (): void => void run(null);

  // Sent by an earlier page, or just now by another tab, which hears of the answer first.
  useEffect(() => {
    if (body !== null && !running.current) setState({ sending: false, waits: FIRST_S });
  }, [body]);
  const { sending, waits, outcome } = state;
  useEffect(() => {
    if (sending || waits === 0) return;
    const timer = setTimeout(again, waits * 1000);
    addEventListener("online", again);
    return () => {
      clearTimeout(timer);
      removeEventListener("online", again);
    };
  }, [state]);
  return { sending, waiting: body !== null && (waits > 0 || !sending), outcome, order: (request) => void run(request), again };
}

/** The key of the checkout as this page shows it: one that another tab has brought to an order is not begun anew by a click here. */
function useShownKey(): { current: string | null } {
  const { key, placed } = useCheckout();
  const shown = useRef<string | null>(null);
  useEffect(() => {
    if (key) shown.current = key;
    else if (placed?.key !== shown.current) shown.current = checkoutKey();
  }, [key, placed]);
  return shown;
}

async function leave({ link, skus }: Extract<Outcome, { is: "placed" }>): Promise<void> {
  skus.forEach(removeLine);
  await go(link);
}
