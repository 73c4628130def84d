/** An operation that changes something: done once however often it is sent, and everything on the page is asked anew after it. */
import { useQueryClient } from "@tanstack/react-query";
import { useRef, useState } from "react";
import { flushSync } from "react-dom";
import { api } from "../server/call";

type Operation = (takes: object) => Promise<unknown>;

/** What an operation takes beside its key. */
interface Takes {
  path?: object;
  body?: object;
}

export interface Once {
  busy: boolean;
  error: Error | undefined;
  send: (takes: Takes) => void;
  /** What was sent last, under its key. */
  again: () => void;
}

export const newKey = (): string => `admin-${crypto.getRandomValues(new Uint32Array(4)).join("-")}`;

/** A UUID, also where the page is not served by https. */
export function newId(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  bytes[6] = ((bytes[6] ?? 0) & 0x0f) | 0x40;
  bytes[8] = ((bytes[8] ?? 0) & 0x3f) | 0x80;
  const hex = [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join("-");
}

export function useOnce(id: keyof typeof api, done: (answer: unknown) => void, { keyed = true } = {}): Once {
  const client = useQueryClient();
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<Error>();
  const last = useRef<{ takes: Takes; key: string; text: string }>(undefined);

  async function go(takes: Takes): Promise<void> {
    const text = JSON.stringify(takes);
    // The same again, after no answer, is the same; after an answer it is another.
    if (last.current?.text !== text) last.current = { takes, key: newKey(), text };
    const headers = keyed ? { headers: { "Idempotency-Key": last.current.key } } : {};
    setBusy(true);
    setError(undefined);
    try {
      const answer = await (api[id] as Operation)({ ...takes, ...headers });
      last.current = undefined;
      // What closes now is not asked for once more: what it showed may be gone.
      flushSync(() => done(answer));
    } catch (problem) {
      setError(problem as Error);
    } finally {
      setBusy(false);
      void client.invalidateQueries();
    }
  }

  const send = (takes: Takes): void => void (!busy && go(takes));
  return { busy, error, send, again: () => last.current && send(last.current.takes) };
}
