/**
 * What can be seen of the page from outside: that another page is shown (also without a load), how long somebody was engaged with it, what was
 * clicked and submitted, and that it is about to be left. Knows nothing of events and servers.
 */

/** What is told about the page. */
export interface PageWatch {
  /** Another page is shown: loaded, pushed, or brought back. */
  shown: () => void;
  /** Somebody was engaged with the page for so many whole seconds since it was last told. */
  seen: (seconds: number) => void;
  /** The page is hidden or left. */
  left: () => void;
  /** A route that follows the `#` names a page, too. */
  hashRoutes?: boolean | undefined;
}

/** Looks at once whether another page is shown; with `again` the present one counts once more. */
export type Look = (again?: boolean) => void;

// Without a sign of life for so long nobody is there any more.
const IDLE_MS = 6e4;
const SIGNS = "scroll wheel keydown pointerdown pointermove".split(" ");

/** Hears of something in the page, before the page does with `capture`. */
const listen = <E extends Event>(name: string, hear: (event: E) => void, capture?: boolean): void =>
  document.addEventListener(name, hear as (event: Event) => void, capture);

/** The same of what does not leave its shadow root: in an open one, from the first click in it on. */
const listenInside = (name: string, hear: (event: Event) => void): void => {
  listen(name, hear, true);
  listen(
    "click",
    (event) => event.composedPath().forEach((node) => node instanceof ShadowRoot && node.addEventListener(name, hear, true)),
    true,
  );
};

/** The page's path; with `hashRoutes` also the route after the `#`, as the server takes it: it begins with a slash, and its query is none of it. */
export const pathOf = (hashRoutes: boolean | undefined): string =>
  location.pathname + (hashRoutes ? location.hash.match(/^#!?\/[^?]*|/)![0] : "");

/** Does it now, or when the page is shown that the browser prepares in advance; never if it is not shown. */
export function whenShown(action: () => void): void {
  if ((document as { prerendering?: boolean }).prerendering) listen("prerenderingchange", action);
  else action();
}

/** Starts watching; a page that is prepared in advance is to be watched when it is shown. */
export function watchPage({ shown, seen, left, hashRoutes }: PageWatch): Look {
  const now = (): number => performance.now();
  let at: string;
  let gone: boolean;
  // The last sign of life, and the milliseconds until then that were not told yet.
  let sign: number;
  let engaged: number;

  const begin = (): void => {
    gone = document.hidden;
    sign = now();
    engaged = 0;
  };
  const live = (): void => {
    if (!gone) engaged += Math.min(now() - sign, IDLE_MS);
    sign = now();
  };
  const tell = (): void => {
    live();
    const seconds = Math.round(engaged / 1000);
    engaged = 0;
    if (seconds) seen(seconds);
  };
  const look: Look = (again) => {
    const here = pathOf(hashRoutes);
    if (here == at && !again) return;
    if (again) begin();
    else tell();
    at = here;
    shown();
  };
  const leave = (): void => {
    tell();
    gone = true;
    left();
  };
  const come = (): void => {
    if (document.hidden) leave();
    else {
      begin();
      look();
    }
  };

  const heard = (event: Event): void => {
    const media = event.target as HTMLMediaElement;
    // What plays without a sound, over and over, is decoration.
    if (!(media.muted && media.loop)) live();
  };
  // Only the page's own scrolling: that of its parts may be a carousel's.
  for (const name of SIGNS) listen(name, heard, name != "scroll");
  listenInside("timeupdate", heard);
  addEventListener("pagehide", leave);
  listen("visibilitychange", come);
  watchHistory(look);
  // A page that comes back from the back-forward cache is shown again.
  addEventListener("pageshow", (event) => event.persisted && look(true));
  begin();
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
    history[name] = (...args) => {
      original.apply(history, args);
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
 * with its text (`data-kassa` overrides it), and the link that it is in.
 */
export function watchClicks(all: boolean | undefined, clicked: (target: string, link: HTMLAnchorElement | undefined) => void): void {
  const hear = (event: MouseEvent): void => {
    const find = (selector: string): HTMLElement | undefined =>
      (event.composedPath() as HTMLElement[]).find((node) => node.matches?.(selector));
    const link = find("a[href],area[href]") as HTMLAnchorElement | undefined;
    const element = find(CLICKABLE) ?? (all ? find("*") : link);
    // The middle button does nothing to what is no link, and the right one opens a menu.
    if (element && event.button < (link ? 2 : 1)) clicked(textOf(element), link);
  };
  listen("click", hear, true);
  listen("auxclick", hear, true);
}

/** Why it is worth telling where a link leads, if it is. What has no host is no place: an address of mail, a script. */
export const leadOf = (link: HTMLAnchorElement | undefined): Lead | false | "" | undefined =>
  link?.host && (link.hasAttribute("download") || FILES.test(link.pathname) ? "download" : link.host != location.host && "outbound");

/** Calls back with the id, or the name, of each form that is sent. */
export function watchForms(sent: (form: string | null) => void): void {
  let last: Event;
  listenInside("submit", (event) => {
    const form = event.target as HTMLFormElement;
    // That of a form in a slot is heard at the slot's root and at the page. Not `form.id`: that may be the field of this name.
    if (event != last) sent(form.getAttribute("id") || form.getAttribute("name"));
    last = event;
  });
}

/** Whether what somebody types is in its text, or may be. */
export const isTyped = (element: Element): unknown =>
  (element as HTMLElement).isContentEditable || element.querySelector("[contenteditable]");

/** Never what somebody typed. */
const textOf = (element: HTMLElement): string =>
  (
    element.dataset.kassa ||
    element.getAttribute("aria-label") ||
    (!isTyped(element) && element.innerText) ||
    (/submit|button|reset/.test((element as HTMLInputElement).type) && (element as HTMLInputElement).value) ||
    element.id ||
    element.localName
  )
    .trim()
    .replace(/\s+/g, " ")
    .slice(0, 80);
