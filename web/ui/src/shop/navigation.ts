/**
 * Goes from page to page without a load. The server writes every page with its data in it, so the next page is fetched as it is and only its data,
 * title and address are taken: there is one truth about what a page shows. Pages that know nothing but what is in this browser (cart, checkout,
 * order) are not fetched.
 */
import { useSyncExternalStore } from "react";
import { send, Unreachable } from "./server";
import type { PageData } from "./types";

/** What is shown: the page's data, and its address (path and query). */
export interface View {
  data: PageData;
  url: string;
  /** Where the page was scrolled to when it was left. */
  top: number;
}

const LOCAL: [RegExp, "cart" | "checkout" | "order"][] = [
  [/^\/cart$/, "cart"],
  [/^\/checkout(\/|$)/, "checkout"],
  [/^\/order\//, "order"],
];
const FETCHED = /^\/($|c\/|p\/|search$|imprint$|terms$)/;
/** How long Back and Forward show what was there, in ms; then it is fetched again. */
const KEPT_MS = 300_000;
/** How long nobody scrolls before it is noted where the page is, in ms. */
const SCROLLED_MS = 150;

interface Loaded {
  data: PageData;
  url: string;
  title: string;
}

let view: View;
let busy = false;
let titleOf: (data: PageData, url: string) => string | undefined;
let going: AbortController | undefined;
const kept = new Map<string, { data: PageData; title: string; at: number }>();
const listeners = new Set<() => void>();

const here = (): string => location.pathname + location.search;
const subscribe = (changed: () => void): (() => void) => {
  listeners.add(changed);
  return () => listeners.delete(changed);
};

/** What is shown now. */
export const useView = (): View => useSyncExternalStore(subscribe, () => view);

/** Whether another page is on its way. */
export const useBusy = (): boolean => useSyncExternalStore(subscribe, () => busy);

/** Begins with what the server wrote; `titles` names the pages that are not fetched. */
export function begin(data: PageData, titles: typeof titleOf): void {
  titleOf = titles;
  history.scrollRestoration = "manual";
  kept.set(here(), { data, title: document.title, at: Date.now() });
  show({ data, title: document.title, url: here() }, topOf(history.state));
  addEventListener("popstate", () => void open(here(), "back"));
  document.addEventListener("click", follow);
  let timer = 0;
  addEventListener("scroll", () => {
    clearTimeout(timer);
    timer = window.setTimeout(() => history.replaceState({ top: scrollY }, ""), SCROLLED_MS);
  });
}

/** Shows the page at `url`, with an entry in the browser's history. */
export const go = (url: string): Promise<void> => open(url, "push");

/** Shows the page at `url` in place of the present one. */
export const replace = (url: string): Promise<void> => open(url, "replace");

/** The same page at another address, such as with another variant in it: nothing is fetched or scrolled. */
export function rename(url: string): void {
  const known = kept.get(view.url);
  if (known) kept.set(url, known);
  history.replaceState(history.state, "", url);
  view = { ...view, url };
  listeners.forEach((changed) => changed());
}

const topOf = (state: unknown): number => (state as { top?: number } | null)?.top ?? 0;

async function open(url: string, how: "push" | "replace" | "back"): Promise<void> {
  going?.abort();
  const { signal } = (going = new AbortController());
  const next = localPage(url) ?? (how === "back" ? keptPage(url) : undefined) ?? (await fetched(url, signal));
  if (signal.aborted) return;
  setBusy(false);
  if (how === "push") {
    history.replaceState({ top: scrollY }, "");
    history.pushState({}, "", next.url);
  } else if (next.url !== here()) history.replaceState({}, "", next.url);
  show(next, how === "back" ? topOf(history.state) : 0);
}

function localPage(url: string): Loaded | undefined {
  const page = LOCAL.find(([path]) => path.test(url.replace(/\?.*/, "")))?.[1];
  const { shop, categories } = view.data;
  return page && { data: { page, shop, categories } as PageData, url, title: document.title };
}

function keptPage(url: string): Loaded | undefined {
  const known = kept.get(url);
  return known && Date.now() - known.at < KEPT_MS ? { ...known, url } : undefined;
}

async function fetched(url: string, signal: AbortSignal): Promise<Loaded> {
  setBusy(true);
  try {
    return await load(url, signal);
  } catch (error) {
    if (!(error instanceof Unreachable) && !signal.aborted) throw error;
    const { shop, categories } = view.data;
    return { data: { page: "failed", shop, categories }, url, title: document.title };
  }
}

/** The page as the server writes it; one that is no page of the shop is loaded by the browser. */
async function load(url: string, signal: AbortSignal): Promise<Loaded> {
  const answer = await send(url, { headers: { accept: "text/html" }, signal });
  const text = await answer.text().catch(() => Promise.reject(new Unreachable()));
  const page = new DOMParser().parseFromString(text, "text/html");
  const data = readData(page);
  if (!data) {
    if (answer.status >= 500 || answer.status === 429) throw new Unreachable();
    location.assign(url);
    return new Promise(() => {});
  }
  const { pathname, search } = new URL(answer.url);
  const loaded = { data, url: pathname + search, title: page.title };
  kept.set(loaded.url, { ...loaded, at: Date.now() });
  const [canonical, was] = [page, document].map((one) => one.querySelector<HTMLLinkElement>('link[rel="canonical"]'));
  was?.setAttribute("href", canonical?.getAttribute("href") ?? loaded.url);
  return loaded;
}

/** The data that stands in a page; undefined where there is none. */
export function readData(page: Document): PageData | undefined {
  try {
    return JSON.parse(page.querySelector("#data")?.textContent ?? "") as PageData;
  } catch {
    return undefined;
  }
}

function show({ data, title, url }: Loaded, top: number): void {
  // Now: who counts the page looks at its title in a moment.
  document.title = titleOf(data, url) ?? title;
  view = { data, url, top };
  listeners.forEach((changed) => changed());
}

function setBusy(now: boolean): void {
  busy = now;
  listeners.forEach((changed) => changed());
}

/** Links within the shop change the page without a load; all others are the browser's. */
function follow(event: MouseEvent): void {
  const link = (event.target as Element).closest("a");
  if (!link || event.defaultPrevented || event.button !== 0 || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
  if (link.origin !== location.origin || link.target || link.hasAttribute("download") || link.hash) return;
  if (!FETCHED.test(link.pathname) && !LOCAL.some(([path]) => path.test(link.pathname))) return;
  event.preventDefault();
  void go(link.pathname + link.search);
}
