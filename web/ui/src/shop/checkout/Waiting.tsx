/** The order was sent and there is no answer yet. It is asked for again by itself, and is one order however often that is. */
import { useEffect, useState } from "react";
import { useWords } from "../words";
import type { Attempt } from "./useAttempt";

export function Waiting({ attempt: { waiting, again } }: { attempt: Attempt }) {
  const { t } = useWords();
  const online = useOnline();
  return (
    <section className="empty" aria-live="polite">
      <h1>{waiting ? t.checkout.noAnswer : t.checkout.sending}</h1>
      <p>{online ? t.checkout.noAnswerText : t.checkout.offlineText}</p>
      {waiting && (
        <button type="button" className="button" onClick={again}>
          {t.checkout.askAgain}
        </button>
      )}
    </section>
  );
}

function useOnline(): boolean {
  const [online, setOnline] = useState(navigator.onLine);
  useEffect(() => {
    const look = (): void => setOnline(navigator.onLine);
    addEventListener("online", look);
    addEventListener("offline", look);
    return () => {
      removeEventListener("online", look);
      removeEventListener("offline", look);
    };
  }, []);
  return online;
}
