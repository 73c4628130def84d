/** How values and filters are called on a page. */
import type { Words } from "../design/words";
import { nameOf } from "./view";

/** How a value is called on the page. */
export function labelOf(list: string, value: string, t: Words["t"], locale: string): string {
  const known = t.values[list];
  if (known && Object.hasOwn(known, value)) return known[value] ?? value;
  if (list === "country" && /^[A-Z]{2}$/.test(value)) return new Intl.DisplayNames(locale, { type: "region" }).of(value) ?? value;
  return value;
}

/** Filters as they are kept, in words. */
export const filtersSaid = (filters: unknown[][], { t, n }: Words): string =>
  filters
    .map(([test, dimension, values]) => {
      const name = nameOf(String(dimension)) ?? String(dimension);
      const said = [values].flat().map((value) => labelOf(name, String(value), t, n.locale));
      return `${t.of[name] ?? name} ${t.tests[String(test)] ?? String(test)} ${said.join(t.or)}`;
    })
    .join("; ");
