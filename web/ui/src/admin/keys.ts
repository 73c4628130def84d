/** The keys of every page: what opens, and `G` with a letter for where one goes. */
import { useEffect, useRef } from "react";
import { isForPage } from "../design/single-keys";
import { pagesOf, type Page } from "./pages";
import { go } from "./place";
import { useWho } from "./who";

/** After `G`, the letter of a page. */
export const LETTERS: Record<Page["id"], string> = {
  orders: "o",
  products: "p",
  stock: "s",
  customers: "c",
  messages: "m",
  events: "v",
  health: "h",
  changes: "w",
  ops: "x",
  settings: "e",
  people: "k",
};

const PAIR_MS = 1_500;

export function useKeys(open: (what: "palette" | "keys") => void): void {
  const who = useWho();
  const began = useRef(0);
  useEffect(() => {
    // A letter behind `G` is no key of the page: it is taken before the page sees it, also where it leads nowhere.
    const paired = (event: KeyboardEvent): void => {
      const key = event.key.toLowerCase();
      if (Date.now() - began.current >= PAIR_MS || !Object.values(LETTERS).includes(key) || !isForPage(event)) return;
      event.preventDefault();
      began.current = 0;
      const page = pagesOf(who).find(({ id }) => LETTERS[id] === key);
      if (page) go(page.path);
    };
    const act = (event: KeyboardEvent): (() => void) | undefined => {
      const key = event.key.toLowerCase();
      if ((event.metaKey || event.ctrlKey) && key === "k") return () => open("palette");
      if (!isForPage(event)) return undefined;
      began.current = key === "g" ? Date.now() : 0;
      if (key === "/") return () => find() || open("palette");
      return key === "?" ? () => open("keys") : undefined;
    };
    const pressed = (event: KeyboardEvent): void => {
      const acts = act(event);
      if (!acts) return;
      event.preventDefault();
      acts();
    };
    addEventListener("keydown", paired, true);
    addEventListener("keydown", pressed);
    return () => {
      removeEventListener("keydown", paired, true);
      removeEventListener("keydown", pressed);
    };
  });
}

/** To the search of the page, where it has one. */
function find(): boolean {
  const field = document.querySelector<HTMLInputElement>("main .find");
  field?.focus();
  field?.select();
  return field !== null;
}
