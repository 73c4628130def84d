/** Single keys that change the view, as in Plausible; they can be turned off, for those who speak to their browser. */
import { useEffect } from "react";
import { isForPage } from "../design/single-keys";
import { PRESETS, stepped, type Clock } from "./ranges";
import type { View } from "./view";

/** What a key does with the view; undefined for a key that does nothing. */
export function keyed(key: string, view: View, clock: Clock): Partial<View> | undefined {
  const preset = PRESETS.find((one) => one.key === key.toLowerCase());
  if (preset) return { period: preset.period, interval: undefined };
  if (key.toLowerCase() === "x") return { compare: view.compare === "none" ? "weekday" : "none" };
  if (key === "Escape") return view.filters.length ? { filters: [] } : undefined;
  const direction = key === "ArrowLeft" ? -1 : key === "ArrowRight" ? 1 : undefined;
  const period = direction && stepped(view.period, direction, clock);
  return period ? { period } : undefined;
}

interface Ways {
  view: View;
  change: (next: Partial<View>) => void;
  clock: Clock;
  open: (what: "palette" | "keys") => void;
}

/** Listens for as long as the page lives. */
export function useKeys(ways: Ways): void {
  useEffect(() => {
    const pressed = (event: KeyboardEvent): void => {
      const act = actionOf(event, ways);
      if (!act) return;
      event.preventDefault();
      act();
    };
    addEventListener("keydown", pressed);
    return () => removeEventListener("keydown", pressed);
  });
}

function actionOf(event: KeyboardEvent, { view, change, clock, open }: Ways): (() => void) | undefined {
  const { key } = event;
  if ((event.metaKey || event.ctrlKey) && key.toLowerCase() === "k") return () => open("palette");
  if (!isForPage(event)) return undefined;
  if (key === "/") return () => open("palette");
  if (key === "?") return () => open("keys");
  const next = keyed(key, view, clock);
  return next && (() => change(next));
}
