/** What lists have in common: what is typed into a search, rows that are links, and the next page. */
import { useEffect, useRef, useState, type KeyboardEvent } from "react";
import { useAdmin } from "./words";

const PAUSE_MS = 150;

interface SearchProps {
  label: string;
  hint: string;
  value: string;
  set: (value: string) => void;
}

/** What is typed is asked for after a moment. `/` leads here. */
export function Search({ label, hint, value, set }: SearchProps) {
  const [text, setText] = useState(value);
  const typed = useRef(value);
  useEffect(() => {
    // Back, or a button, has changed it.
    if (value !== typed.current) setText((typed.current = value));
  }, [value]);
  useEffect(() => {
    if (text.trim() === typed.current) return undefined;
    const timer = setTimeout(() => set((typed.current = text.trim())), PAUSE_MS);
    return () => clearTimeout(timer);
  });
  return (
    <input
      type="search"
      className="find"
      aria-label={label}
      placeholder={hint}
      value={text}
      maxLength={200}
      onChange={(event) => setText(event.target.value)}
    />
  );
}

/** Arrow keys go from row to row. */
export function walkRows(event: KeyboardEvent): void {
  const step = { ArrowDown: "nextElementSibling", ArrowUp: "previousElementSibling" } as const;
  const to = step[event.key as keyof typeof step];
  const row = (event.target as Element).closest("tr");
  if (!to || !row || event.shiftKey || event.altKey || event.ctrlKey || event.metaKey) return;
  event.preventDefault();
  row[to]?.querySelector<HTMLElement>(".row-link")?.focus();
}

/** The next page: by a button, and by itself when it comes into sight. */
export function More({ busy, more }: { busy: boolean; more: () => void }) {
  const { a } = useAdmin();
  const at = useRef<HTMLParagraphElement>(null);
  const next = useRef(more);
  next.current = more;
  useEffect(() => {
    const seen = new IntersectionObserver((all) => all.some((one) => one.isIntersecting) && next.current(), { rootMargin: "400px" });
    if (at.current && !busy) seen.observe(at.current);
    return () => seen.disconnect();
  }, [busy]);
  return (
    <p ref={at} className="sheet-foot">
      <button type="button" className="button" disabled={busy} onClick={more}>
        {a.more}
      </button>
    </p>
  );
}
