/** Buttons that open something: what opens is a part of its own, fetched when the page has shown its first view, or on the first click. */
import { lazy, Suspense, useRef, useState, type ComponentType, type ReactNode, type RefObject } from "react";

/** What opens: placed at `anchor`, and says when it wants to be closed. */
export interface FloatingProps {
  anchor: RefObject<HTMLElement | null>;
  close: () => void;
}

interface Props {
  /** What stands on the button. */
  children: ReactNode;
  label?: string;
  className?: string;
  popup: "menu" | "dialog";
  content: (props: FloatingProps) => ReactNode;
  data?: Record<`data-${string}`, string>;
}

export function Opener({ children, label, className = "button", popup, content, data }: Props) {
  const [open, setOpen] = useState(false);
  const anchor = useRef<HTMLButtonElement>(null);
  return (
    <>
      <button
        ref={anchor}
        type="button"
        className={className}
        aria-haspopup={popup}
        aria-expanded={open}
        aria-label={label}
        title={label}
        onClick={() => setOpen(!open)}
        {...data}
      >
        {children}
      </button>
      {open && <Suspense fallback={null}>{content({ anchor, close: () => setOpen(false) })}</Suspense>}
    </>
  );
}

const fetches: (() => Promise<unknown>)[] = [];

/** A component that is fetched when it is needed, or by `fetchAhead`. */
export function later<P extends object>(fetch: () => Promise<ComponentType<P>>): ComponentType<P> {
  fetches.push(fetch);
  return lazy(async () => ({ default: await fetch() }));
}

/** Fetches all that may be opened, once there is nothing better to do. */
export function fetchAhead(): void {
  const idle = window.requestIdleCallback ?? ((go: () => void) => setTimeout(go, 500));
  idle(() => void Promise.allSettled(fetches.map((fetch) => fetch())));
}
