/** A change of something that two may be at: sent once however often it is asked for, and only to the state that was seen. */
import { useQueryClient } from "@tanstack/react-query";
import { useRef, useState } from "react";
import { api, AskError } from "../server/call";
import { newKey } from "./once";

/** Something as it was read: a change holds against this state and no other. */
export interface Tagged {
  etag: string;
}

export interface Changing<T extends Tagged> {
  /** As it was last seen: before the form was opened, or after another's change. */
  seen: T;
  /** As it was before another changed it meanwhile. */
  before: T | undefined;
  busy: boolean;
  error: Error | undefined;
  /** Reads it again, in case that another has changed it. */
  look: () => void;
  /** What is sent is told from another change by its name and what it takes. */
  send: (what: keyof typeof api, takes: object) => void;
  /** What is seen from now on, with nothing said of another's change. */
  settle: (seen: T) => void;
}

type Operation = (takes: object) => Promise<unknown>;

/** Sends changes to what was `first` seen, which `read` reads again; after one of them `done` with its answer. */
export function useChanging<T extends Tagged>(first: T, read: () => Promise<T>, done: (answer: unknown) => void): Changing<T> {
  const client = useQueryClient();
  const [seen, setSeen] = useState(first);
  const [before, setBefore] = useState<T>();
  const [error, setError] = useState<Error>();
  const [busy, setBusy] = useState(false);
  // What is sent again is sent under its key: an answer that was lost on its way is no second change.
  const keys = useRef(new Map<string, string>());

  async function change(what: keyof typeof api, takes: object): Promise<void> {
    const text = JSON.stringify([what, takes, seen.etag]);
    const key = keys.current.get(text) ?? newKey();
    keys.current.set(text, key);
    setError(undefined);
    setBusy(true);
    try {
      done(await (api[what] as Operation)({ ...takes, headers: { "If-Match": seen.etag, "Idempotency-Key": key } }));
    } catch (problem) {
      if (problem instanceof AskError && problem.status === 412) await seeAnew();
      else setError(problem as Error);
    } finally {
      setBusy(false);
      void client.invalidateQueries();
    }
  }

  async function seeAnew(): Promise<void> {
    const fresh = await read();
    if (fresh.etag === seen.etag) return;
    setBefore(before ?? seen);
    setSeen(fresh);
  }

  const look = (): void => void seeAnew().catch(setError);
  const send = (what: keyof typeof api, takes: object): void => void change(what, takes).catch(setError);
  const settle = (next: T): void => (setSeen(next), setBefore(undefined), setError(undefined));
  return { seen, before, busy, error, look, send, settle };
}
