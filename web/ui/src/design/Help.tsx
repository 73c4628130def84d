/** A question mark that explains a word: the bubble comes on hover, focus or tap, and stays inside of the window. */
import { useId, useLayoutEffect, useRef, useState } from "react";
import { useWords } from "./words";

const GAP = 8;

export function Help({ text }: { text: string | undefined }) {
  const { t } = useWords();
  const id = useId();
  const [open, setOpen] = useState(false);
  const mark = useRef<HTMLButtonElement>(null);
  const bubble = useRef<HTMLSpanElement>(null);
  useLayoutEffect(() => {
    const box = bubble.current;
    const from = mark.current?.getBoundingClientRect();
    if (!open || !box || !from) return;
    box.showPopover?.();
    const left = Math.max(GAP, Math.min(from.left - GAP, document.documentElement.clientWidth - box.offsetWidth - GAP));
    const below = from.bottom + GAP;
    box.style.left = `${left}px`;
    box.style.top = `${below + box.offsetHeight > innerHeight ? from.top - GAP - box.offsetHeight : below}px`;
  }, [open]);
  if (!text) return null;
  return (
    <span className="help">
      <button
        ref={mark}
        type="button"
        className="help-mark"
        aria-label={t.meaning}
        aria-describedby={open ? id : undefined}
        onPointerEnter={() => setOpen(true)}
        onPointerLeave={() => setOpen(false)}
        onFocus={() => setOpen(true)}
        onBlur={() => setOpen(false)}
        onKeyDown={(event) => event.key === "Escape" && setOpen(false)}
      >
        ?
      </button>
      {open && (
        <span ref={bubble} id={id} role="tooltip" className="help-text" popover="manual">
          {text}
        </span>
      )}
    </span>
  );
}
