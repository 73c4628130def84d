/**
 * What can be seen of the page from outside: that another page is shown (also without a load), how long somebody was engaged with it, what was
 * clicked and submitted, and that it is about to be left. Knows nothing of events and servers.
 */

/** What is told about the page. */
export interface PageWatch {
  /** Another page is shown: loaded, pushed, or brought back. */
  shown?: (() => void) | undefined;
  /** Somebody was engaged with the page for so many whole seconds since it was last told. */
  seen?: ((seconds: number) => void) | undefined;
  /** The page is hidden or left. */
  left: () => void;
  /** What follows the `#` names a page, too. */
  hashRoutes?: boolean | undefined;
}

/** Looks at once whether another page is shown; with `again` the present one counts once more. */
export type Look = (again?: boolean) => void;

// Without a sign of life for so long nobody is there any more.
const IDLE_MS = 6e4;
const SIGNS = "scroll wheel touchmove keydown pointerdown pointermove timeupdate".split(" ");

/** Hears of something in the page, before the page does with `capture`. */
const listen = <E extends Event>(name: string, hear: (event: E) => void, capture?: boolean): void =>
  document.addEventListener(name, hear as (event: Event) => void, capture);

const isPrerendering = (): boolean => !!(document as { prerendering?: boolean }).prerendering;

/** Does it now, or when the page is shown that the browser prepares in advance; never if it is not shown. */
export function whenShown(action: () => void): void {
  if (isPrerendering()) listen("prerenderingchange", action);
  else action();
}

/** Starts watching. */
export function watchPage({ shown, seen, left, hashRoutes }: PageWatch): Look {
  const now = (): number => performance.now();
  let at = "";
  let gone = document.hidden;
  // The last sign of life, and the milliseconds until then that were not told yet.
  let sign = now();
  let engaged = 0;

  const live = (): void => {
    if (!gone) engaged += Math.min(now() - sign, IDLE_MS);
    sign = now();
  };
  const tell = (): void => {
    live();
    const seconds = Math.round(engaged / 1000);
    engaged = 0;
    if (seconds) seen?.(seconds);
  };
  const look: Look = (again) => {
    const here = location.pathname + (hashRoutes ? location.hash : "");
    if ((here == at && !again) || !shown || isPrerendering()) return;
    if (at && !again) tell();
    engaged = 0;
    sign = now();
    at = here;
    shown();
  };
  const leave = (): void => {
    tell();
    gone = true;
    left();
  };
  const come = (): void => {
    if (document.hidden) return leave();
    gone = false;
    sign = now();
    look();
  };

  const heard = ({ target }: Event): void => {
    // What plays without a sound, over and over, is decoration.
    const { muted, loop } = target as HTMLMediaElement;
    if (!(muted && loop)) live();
  };
  // Only the page's own scrolling: that of its parts may be a carousel's.
  for (const name of SIGNS) listen(name, heard, name != "scroll");
  addEventListener("pagehide", leave);
  listen("visibilitychange", come);
  listen("prerenderingchange", come);
  watchHistory(look);
  // A page that comes back from the back-forward cache is shown again.
  addEventListener("pageshow", (event) => event.persisted && look(true));
  look();
  return look;
}

/** Looks after every change of the address; a moment later, because routers set the title after it. */
function watchHistory(look: Look): void {
  const lookSoon = (): unknown => setTimeout(look);
  const { navigation } = window as { navigation?: EventTarget };
  if (navigation) return navigation.addEventListener("currententrychange", lookSoon);
  addEventListener("popstate", lookSoon);
  for (const name of ["pushState", "replaceState"] as const) {
    const original = history[name];
    history[name] = function (...args) {
      original.apply(this, args);
      lookSoon();
    };
  }
}

/** Why it is told where a link leads: it is a file, or another host. */
export type Lead = "download" | "outbound";

const CLICKABLE = "a,button,summary,[role=button],[type=submit],[data-kassa]";
const FILES = /\.(pdf|(doc|xls|ppt)x?|csv|txt|epub|zip|rar|7z|gz|exe|dmg|pkg|apk|mp[34]|mov|wav)$/i;

/**
 * Calls back for each click on something that is meant to be clicked (with `all`, on anything), also in an open shadow root, and for each middle click on a link;
 * with its text (`data-kassa` overrides it), and where it leads to (host and path) if that is worth telling.
 */
export function watchClicks(all: boolean, clicked: (target: string, lead?: Lead | false | "", place?: string) => void): void {
  const hear = (event: MouseEvent): void => {
    const find = (selector: string): HTMLElement | undefined =>
      (event.composedPath() as HTMLElement[]).find((node) => node.matches?.(selector));
    const link = find("a[href],area[href]") as HTMLAnchorElement | undefined;
    const element = find(CLICKABLE) ?? (all ? find("*") : link);
    // The other buttons do nothing to what is no link, and the right one opens a menu.
    if (element && (event.type == "click" || (link && event.button == 1)))
      clicked(textOf(element), link && leadOf(link), link && link.host + link.pathname);
  };
  listen("click", hear, true);
  listen("auxclick", hear, true);
}

// What has no host is no place: an address of mail, a script.
const leadOf = (link: HTMLAnchorElement): Lead | false | "" =>
  link.host && (link.hasAttribute("download") || FILES.test(link.pathname) ? "download" : link.host != location.host && "outbound");

/** Calls back with the id, or the name, of each form that is sent. */
export function watchForms(sent: (form: string | null) => void): void {
  const hear = ({ target }: Event): void => {
    const form = target as HTMLFormElement;
    // Not `form.id`: that may be the field of this name.
    sent(form.getAttribute("id") || form.getAttribute("name"));
  };
  listen("submit", hear, true);
}

/** Never what somebody typed. */
const textOf = (element: HTMLElement): string =>
  (
    element.dataset.kassa ||
    element.getAttribute("aria-label") ||
    (!element.isContentEditable && !element.querySelector("[contenteditable]") && element.innerText) ||
    (/^(submit|button|reset)$/.test((element as HTMLInputElement).type) && (element as HTMLInputElement).value) ||
    element.id ||
    element.localName
  )
    .trim()
    .replace(/\s+/g, " ")
    .slice(0, 80);
