/** A change of something that two may be at: sent once however often it is asked for, and only to the state that was seen. */
import { useQueryClient } from "@tanstack/react-query";
import { useRef, useState } from "react";
import { api, AskError } from "../server/call";
import { newKey } from "./once";

/** Something as it was read: a change holds against this state and no other. */
export interface Tagged {
  /** Empty: it is not there yet, or no more. */
  etag: string;
}

/** What `If-Match` takes of what has a version. */
export const tagOf = (version: number): string => `"${version}"`;

/** It as it was read. */
export const tagged = <T extends { version: number }>(one: T): T & Tagged => ({ ...one, etag: tagOf(one.version) });

/** What is another now, a line each; `other` where it is not among what is shown. */
export function changedLines(all: [title: string, was: string, is: string][], other: string): string[] {
  const changed = all.filter(([, was, is]) => was !== is).map(([title, was, is]) => `${title}: ${was} → ${is}`);
  return changed.length ? changed : [other];
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
  /** What is sent is told from another change by its name and what it takes; `then` is done with its answer. */
  send: (what: keyof typeof api, takes: object, then?: Then) => void;
  /** What was sent last, to the state that is seen now. */
  again: () => void;
  /** What is seen from now on, with nothing said of another's change. */
  settle: (seen: T) => void;
}

type Operation = (takes: object) => Promise<unknown>;
type Then = (answer: unknown) => void;

/** Sends changes to what was `first` seen, which `read` reads again; after one of them `done` with its answer, unless it is said otherwise. */
export function useChanging<T extends Tagged>(first: T, read: () => Promise<T>, done?: Then): Changing<T> {
  const client = useQueryClient();
  const [seen, setSeen] = useState(first);
  const [before, setBefore] = useState<T>();
  const [error, setError] = useState<Error>();
  const [busy, setBusy] = useState(false);
  // What is sent again is sent under its key: an answer that was lost on its way is no second change.
  const keys = useRef(new Map<string, string>());
  const last = useRef<Parameters<typeof change>>(undefined);

  async function change(what: keyof typeof api, takes: object, then = done): Promise<void> {
    const text = JSON.stringify([what, takes, seen.etag]);
    const key = keys.current.get(text) ?? newKey();
    keys.current.set(text, key);
    setError(undefined);
    setBusy(true);
    try {
      const headers = { ...(seen.etag && { "If-Match": seen.etag }), "Idempotency-Key": key };
      const answer = await (api[what] as Operation)({ ...takes, headers });
      setBefore(undefined);
      then?.(answer);
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
  const send = (...asked: Parameters<typeof change>): void => void (busy || change(...(last.current = asked)).catch(setError));
  const again = (): void => void (last.current && send(...last.current));
  const settle = (next: T): void => (setSeen(next), setBefore(undefined), setError(undefined));
  return { seen, before, busy, error, look, send, again, settle };
}
