/** An order that is placed, and marked as paid if it is: under keys of this form, so that a second press is no second order. */
import { useQueryClient } from "@tanstack/react-query";
import { useRef, useState } from "react";
import { api, AskError } from "../../server/call";
import { newKey } from "../once";

interface Sent {
  order: Parameters<typeof api.createOrder>[0]["body"];
  /** Of the payment; undefined where it is paid later. */
  reference: string | undefined;
}

export interface Placing {
  busy: boolean;
  error: Error | undefined;
  /** The order that is there, although not all that was asked for is done. */
  placed: string | undefined;
  send: (sent: Sent) => void;
  again: () => void;
}

export function usePlacing(done: (order: string) => void): Placing {
  const client = useQueryClient();
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<Error>();
  const [placed, setPlaced] = useState<string>();
  const key = useRef(newKey());
  const last = useRef<Sent>(undefined);

  async function go(sent: Sent): Promise<void> {
    last.current = sent;
    setBusy(true);
    setError(undefined);
    try {
      const { id } = placed ? { id: placed } : await api.createOrder({ headers: { "Idempotency-Key": key.current }, body: sent.order });
      if (sent.reference) {
        setPlaced(id);
        const headers = { "Idempotency-Key": `${key.current}-paid` };
        await api.createPayment({ path: { id }, headers, body: { reference: sent.reference } });
      }
      done(id);
      void client.invalidateQueries();
    } catch (problem) {
      const isRefused = problem instanceof AskError && problem.status >= 400 && problem.status < 500;
      // What was refused is another order when it is sent again. What was not answered is the same, and stays as it stands:
      // it may have taken the last of the goods itself.
      if (isRefused && !placed) key.current = newKey();
      if (isRefused) void client.invalidateQueries();
      setError(problem as Error);
    } finally {
      setBusy(false);
    }
  }

  const send = (sent: Sent): void => void (!busy && go(sent));
  return { busy, error, placed: error ? placed : undefined, send, again: () => last.current && send(last.current) };
}
