/** The same done to many orders, a few at a time: what came of each, and those again that failed. */
import { useQueryClient } from "@tanstack/react-query";
import { useRef, useState } from "react";
import { newKey } from "../once";

/** Requests at a time. */
const AT_ONCE = 3;

export type Outcome = "done" | Error;

export interface Bulk<T> {
  outcomes: Map<T, Outcome>;
  busy: boolean;
  /** Does what is not done yet. */
  go: () => void;
}

/** `act` is given a key that stays the same however often it is tried: what was done and not answered is not done twice. */
export function useBulk<T>(all: T[], act: (one: T, key: string) => Promise<unknown>): Bulk<T> {
  const client = useQueryClient();
  const [outcomes, setOutcomes] = useState(new Map<T, Outcome>());
  const [busy, setBusy] = useState(false);
  const keys = useRef(new Map<T, string>());

  const note = (one: T, outcome: Outcome): void => setOutcomes((now) => new Map(now).set(one, outcome));

  async function each(left: T[]): Promise<void> {
    for (let one = left.shift(); one !== undefined; one = left.shift()) {
      const key = keys.current.get(one) ?? newKey();
      keys.current.set(one, key);
      try {
        await act(one, key);
        note(one, "done");
      } catch (problem) {
        note(one, problem as Error);
      }
    }
  }

  async function run(): Promise<void> {
    const left = all.filter((one) => outcomes.get(one) !== "done");
    setBusy(true);
    setOutcomes((now) => new Map([...now].filter(([, outcome]) => outcome === "done")));
    await Promise.all(Array.from({ length: AT_ONCE }, () => each(left)));
    setBusy(false);
    void client.invalidateQueries();
  }

  return { outcomes, busy, go: () => void (!busy && run()) };
}
