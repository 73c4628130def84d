import { HAS } from "../server/routes";

/** The views beside the overview, in the order of the menu. */
export const PAGES: string[] = [
  "stream",
  ...(HAS.ways ? ["funnel", "retention", "paths"] : []),
  ...(HAS.goods ? ["goods", "demand"] : []),
  ...(HAS.drops ? ["drops"] : []),
  "sites",
];
