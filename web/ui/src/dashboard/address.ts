/** The address as React's state: every change is an entry of the history, so that Back undoes it. */
import { useCallback, useMemo, useSyncExternalStore } from "react";
import { readView, writeView, type View } from "./view";

/** The site that the server wrote into the page; in development it is still the placeholder. */
export function ownSite(): string {
  const site = document.documentElement.dataset["site"] ?? "";
  return !site || site.startsWith("__") ? "default" : site;
}

const CHANGED = "kassa:address";

function subscribe(changed: () => void): () => void {
  addEventListener("popstate", changed);
  addEventListener(CHANGED, changed);
  return () => {
    removeEventListener("popstate", changed);
    removeEventListener(CHANGED, changed);
  };
}

/** The view, and how to change it. */
export function useView(): [View, (next: Partial<View>) => void] {
  const search = useSyncExternalStore(subscribe, () => location.search);
  const view = useMemo(() => readView(search, ownSite()), [search]);
  const change = useCallback((next: Partial<View>): void => {
    const now = readView(location.search, ownSite());
    const path = location.pathname + writeView({ ...now, ...next }, ownSite());
    if (path === location.pathname + location.search) return;
    history.pushState(null, "", path);
    dispatchEvent(new Event(CHANGED));
  }, []);
  return [view, change];
}
