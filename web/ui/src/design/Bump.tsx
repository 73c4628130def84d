/** A number that lights up for a moment when it becomes another. */
import { useEffect, useRef, useState } from "react";

export function Bump({ text, full }: { text: string; full?: string | undefined }) {
  const last = useRef(text);
  const [count, setCount] = useState(0);
  useEffect(() => {
    if (last.current === text) return;
    last.current = text;
    setCount((n) => n + 1);
  }, [text]);
  // A new key makes a new element: its animation begins anew.
  return (
    <span key={count} className={count ? "bump" : undefined}>
      {full ? (
        <>
          <span aria-hidden="true">{text}</span>
          <span className="unseen">{full}</span>
        </>
      ) : (
        text
      )}
    </span>
  );
}
