/** Orders that are picked out of the list, over all of its pages: by a click, a range from the last one, or `x` on a row. */
import { useEffect, useRef, useState } from "react";
import { isForPage } from "../../design/single-keys";
import type { Order } from "./order";

export interface Picking {
  picked: Map<string, Order>;
  has: (order: Order) => boolean;
  /** Picks one or no longer; with `through` all between the last one and it become as it does. */
  pick: (order: Order, options?: { through?: boolean }) => void;
  pickAll: (yes: boolean) => void;
  clear: () => void;
}

/** What is picked of `orders`, which are all that are shown, after one more. */
export function pickedAfter(picked: Map<string, Order>, orders: Order[], order: Order, last: string | undefined): Map<string, Order> {
  const next = new Map(picked);
  const yes = !picked.has(order.id);
  const to = orders.findIndex(({ id }) => id === order.id);
  const from = last === undefined ? to : orders.findIndex(({ id }) => id === last);
  const some = from < 0 || to < 0 ? [order] : orders.slice(Math.min(from, to), Math.max(from, to) + 1);
  for (const one of some) {
    if (yes) next.set(one.id, one);
    else next.delete(one.id);
  }
  return next;
}

/** `of` names the list: of another one nothing is picked. */
export function usePicking(orders: Order[], of: string): Picking {
  const [state, setState] = useState({ of, picked: new Map<string, Order>() });
  const last = useRef<string>(undefined);
  const picked = state.of === of ? state.picked : new Map<string, Order>();
  const set = (next: Map<string, Order>): void => setState({ of, picked: next });
  const pick: Picking["pick"] = (order, { through = false } = {}) => {
    set(pickedAfter(picked, orders, order, through ? last.current : undefined));
    last.current = order.id;
  };
  useKey(orders, pick);
  return {
    picked,
    has: ({ id }) => picked.has(id),
    pick,
    pickAll: (yes) => set(new Map(yes ? orders.map((one) => [one.id, one]) : [])),
    clear: () => set(new Map()),
  };
}

/** `x` picks the row in which the focus is, `X` all up to it. */
function useKey(orders: Order[], pick: Picking["pick"]): void {
  useEffect(() => {
    const pressed = (event: KeyboardEvent): void => {
      if (event.key.toLowerCase() !== "x" || !isForPage(event)) return;
      const row = document.activeElement?.closest<HTMLElement>("[data-order]");
      const order = orders.find(({ number }) => String(number) === row?.dataset["order"]);
      if (!order) return;
      event.preventDefault();
      pick(order, { through: event.shiftKey });
    };
    addEventListener("keydown", pressed);
    return () => removeEventListener("keydown", pressed);
  });
}
