/** What was done a moment ago, with a button that takes it back, after which all is asked anew: instead of asking beforehand whether it is meant. */
import { useQueryClient } from "@tanstack/react-query";
import { createContext, useCallback, useContext, useEffect, useState, type ReactNode } from "react";
import { useWords } from "./words";

const SHOWN_MS = 10_000;

interface Done {
  number: number;
  text: string;
  undo: (() => Promise<unknown>) | undefined;
}

/** Says what was done and, where it can be, how it is taken back; the newest stands alone. */
export type Offer = (text: string, undo?: () => Promise<unknown>) => void;

const Offers = createContext<Offer>(() => undefined);

export const useUndo = (): Offer => useContext(Offers);

export function UndoProvider({ children }: { children: ReactNode }) {
  const [done, setDone] = useState<Done>();
  const offer = useCallback<Offer>((text, undo) => setDone((last) => ({ number: (last?.number ?? 0) + 1, text, undo })), []);
  // What is said of one that is not shown any more is not said of the next.
  const say = (of: Done, next: Done | undefined): void => setDone((now) => (now === of ? next : now));
  return (
    <Offers.Provider value={offer}>
      {children}
      <div className="undo" role="status">
        {done && <Notice key={done.number} done={done} say={say} />}
      </div>
    </Offers.Provider>
  );
}

function Notice({ done, say }: { done: Done; say: (of: Done, next: Done | undefined) => void }) {
  const { t } = useWords();
  const client = useQueryClient();
  const [busy, setBusy] = useState(false);
  const [held, setHeld] = useState(false);
  useEffect(() => {
    if (held || busy) return undefined;
    const timer = setTimeout(() => say(done, undefined), SHOWN_MS);
    return () => clearTimeout(timer);
  }, [done, held, busy, say]);
  const undo = async (): Promise<void> => {
    setBusy(true);
    try {
      await done.undo?.();
      say(done, { ...done, text: t.undone, undo: undefined });
    } catch (error) {
      say(done, { ...done, text: t.notUndone(error instanceof Error ? error.message : String(error)) });
    } finally {
      setBusy(false);
      void client.invalidateQueries();
    }
  };
  const hold = (now: boolean) => () => setHeld(now);
  return (
    <div className="undo-box" onPointerEnter={hold(true)} onPointerLeave={hold(false)} onFocus={hold(true)} onBlur={hold(false)}>
      <span>{done.text}</span>
      {done.undo && (
        <button type="button" className="button" disabled={busy} onClick={() => void undo()}>
          {t.undo}
        </button>
      )}
    </div>
  );
}
