/** Where one is: the path and the query of the address as React's state, and the ways from there. */
import { useSyncExternalStore, type MouseEvent, type ReactNode } from "react";

const CHANGED = "kassa:address";

function subscribe(changed: () => void): () => void {
  addEventListener("popstate", changed);
  addEventListener(CHANGED, changed);
  return () => {
    removeEventListener("popstate", changed);
    removeEventListener(CHANGED, changed);
  };
}

/** Goes to a page of the admin; `replace` leaves no entry of the history. */
export function go(to: string, { replace = false } = {}): void {
  if (to === location.pathname + location.search) return;
  if (replace) history.replaceState(null, "", to);
  else history.pushState(null, "", to);
  dispatchEvent(new Event(CHANGED));
}

export const usePath = (): string => useSyncExternalStore(subscribe, () => location.pathname);

/** The query of the address, and how to change some of it; an empty value is left out. */
export function useQueryOf(): [URLSearchParams, (next: Record<string, string>, options?: { replace?: boolean }) => void] {
  const search = useSyncExternalStore(subscribe, () => location.search);
  return [new URLSearchParams(search), changeQuery];
}

function changeQuery(next: Record<string, string>, options: { replace?: boolean } = {}): void {
  const query = new URLSearchParams(location.search);
  for (const [name, value] of Object.entries(next)) {
    if (value) query.set(name, value);
    else query.delete(name);
  }
  go(location.pathname + (query.size ? `?${query}` : ""), options);
}

interface LinkProps {
  to: string;
  children: ReactNode;
  className?: string;
  current?: boolean;
  label?: string;
  /** What opens lies over the page, which stays where it is. */
  stay?: boolean;
}

/** A link within the admin: without a page load, unless it is to open elsewhere. */
export function Link({ to, children, className, current, label, stay }: LinkProps) {
  const follow = (event: MouseEvent): void => {
    if (event.button !== 0 || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
    event.preventDefault();
    go(to);
    if (!stay) scrollTo(0, 0);
  };
  return (
    <a href={to} className={className} aria-current={current ? "page" : undefined} aria-label={label} onClick={follow}>
      {children}
    </a>
  );
}
