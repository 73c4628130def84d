/** What there is to see, for whom: the views beside the overview in the order of the menu, and the overview's panels. */
import type { Access } from "./access";
import { FIGURES, GOALS, PANELS, type List, type Metric, type Panel } from "./questions";

/** Each view with the parts of a share link that together open it; one without is the owner's alone. */
const PAGES: [page: string, ...parts: string[]][] = [
  ["stream"],
  ["funnel", "funnels"],
  ["retention", "retention"],
  ["paths", "paths"],
  ["goods", "products"],
  ["demand", "products", "events"],
  ["drops"],
  ["alerts"],
  ["kept"],
  ["sites"],
];

export const pagesOf = (access: Access): string[] =>
  PAGES.filter(([, ...parts]) => (parts.length ? parts.every(access.can) : !access.share)).map(([page]) => page);

/** The head figures that may be seen. */
export const figuresOf = (access: Access): Metric[] =>
  FIGURES.filter((one) => access.can("revenue") || (!one.money && one.id !== "conversion_rate"));

/** The part of a share link that a list belongs to, where it is not its panel's. */
const PARTS: Record<string, string> = { country: "places" };

/** The panels that may be seen, with those of their lists that may be. */
export function panelsOf(access: Access): Panel[] {
  const open = (panel: Panel): Panel => {
    const all = panel.id === "events" ? [...panel.lists, GOALS] : panel.lists;
    const lists = all.filter((list) => access.can(PARTS[list.id] ?? panel.id) && (!list.money || access.can("revenue")));
    if (access.can("revenue")) return { ...panel, lists };
    return { ...panel, lists: lists.map((list) => ({ ...list, metrics: list.metrics.filter(({ id }) => id !== "conversion_rate") })) };
  };
  return PANELS.map(open).filter((panel) => panel.lists.length > 0);
}

/** All lists that may be seen, with what they are lists of. */
export const listsOf = (access: Access): List[] => panelsOf(access).flatMap((panel) => panel.lists);
