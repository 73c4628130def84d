/**
 * What can be seen of the page from outside: that another page is shown (also without a load), how long it was looked at, what was clicked,
 * and that it is about to be left. Knows nothing of events and servers.
 */

/** What is told about the page. */
export interface PageWatch {
  /** Another page is shown: loaded, pushed, or brought back. */
  shown?: (() => void) | undefined;
  /** The page was in view for so many whole seconds since it was last told. */
  seen?: ((seconds: number) => void) | undefined;
  /** The page is hidden or left. */
  left: () => void;
}

/** Starts watching; the returned function looks at once whether another page is shown. */
export function watchPage({ shown, seen, left }: PageWatch): () => void {
  let at = "";
  let since = performance.now();
  const hidden = (): boolean => document.visibilityState == "hidden";
  let gone = hidden();

  const count = (): void => {
    const seconds = gone ? 0 : Math.round((performance.now() - since) / 1000);
    since = performance.now();
    if (seconds > 0) seen?.(seconds);
  };
  const look = (): void => {
    const now = location.pathname + location.search;
    // A page that the browser prepares in advance may never be shown.
    if (now == at || !shown || (document as { prerendering?: boolean }).prerendering) return;
    if (at) count();
    at = now;
    shown();
  };
  const leave = (): void => {
    count();
    gone = true;
    left();
  };

  addEventListener("pagehide", leave);
  document.addEventListener("visibilitychange", () => {
    if (hidden()) return leave();
    gone = false;
    since = performance.now();
    look();
  });
  // Routers set the title after the address.
  const lookSoon = (): unknown => setTimeout(look);
  addEventListener("popstate", lookSoon);
  for (const name of ["pushState", "replaceState"] as const) {
    const original = history[name];
    history[name] = function (...args) {
      original.apply(this, args);
      lookSoon();
    };
  }
  // A page that comes back from the back-forward cache is shown again.
  addEventListener("pageshow", (event) => {
    if (!event.persisted) return;
    at = "";
    look();
  });
  look();
  return look;
}

/** Calls back for each click on something that is meant to be clicked, with its text (`data-kassa` overrides it). */
export function watchClicks(clicked: (target: string, element: HTMLElement) => void): void {
  document.addEventListener(
    "click",
    (event) => {
      const element = (event.target as Element).closest?.<HTMLElement>("a,button,summary,[role=button],[type=submit],[data-kassa]");
      if (element) clicked(textOf(element), element);
    },
    true,
  );
}

const textOf = (element: HTMLElement): string =>
  (element.dataset.kassa || element.getAttribute("aria-label") || element.innerText || (element as HTMLInputElement).value || element.id)
    .trim()
    .replace(/\s+/g, " ")
    .slice(0, 80);
