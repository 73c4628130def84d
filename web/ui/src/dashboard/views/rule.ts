/** What a rule says, as its form makes it and reads it again. */
import { added, askedFilters, DIMENSIONS, readFilter, type Chosen } from "../view";
import type { Thing } from "./thing";

/** Paths that are joined, or which events do not count: those that fit all of the filters. */
export type Says = { pattern: string } | { filters: Chosen[] };

/** An address that has a word in the configuration gives it to its events. */
const LABEL = "prop.$label";

/** Goals and segments are no fields of events; exit page and channel are not known of one alone. */
const NOT_OF_EVENTS = ["goal", "segment", "exit", "channel"];

/** By what events may be left out, by the short names of dimensions. */
export const EXCLUDED_BY = [...Object.keys(DIMENSIONS).filter((name) => !NOT_OF_EVENTS.includes(name)), LABEL];

/** Characters of a rule's name. */
const NAME_MAX = 100;

/** A rule's own members, as it would be made again. */
export const own = ({ name, enabled, position, path, exclude }: Thing): object => ({
  name,
  enabled,
  position,
  ...(path ? { path } : { exclude }),
});

/** What the form reads of a rule; undefined of one that it would not write so. */
export function saysOf(rule: Thing): Says | undefined {
  const { pattern, as } = (rule["path"] ?? {}) as { pattern?: string; as?: string | null };
  if (pattern !== undefined) return as === undefined || as === null || as === pattern ? { pattern } : undefined;
  const kept = (rule["exclude"] as { filters: unknown[] }).filters.map(readFilter);
  const filters = kept.filter((one) => one !== undefined);
  // Of the same thing and test the form makes one filter.
  const joined = filters.reduce<Chosen[]>(added, []);
  return joined.length === kept.length && filters.every(({ name }) => EXCLUDED_BY.includes(name)) ? { filters } : undefined;
}

/** What it says, as the API takes it. */
export const membersOf = (says: Says): object =>
  "pattern" in says ? { path: { pattern: says.pattern } } : { exclude: { filters: askedFilters(says.filters) } };

/** How a rule is called that nobody has named: by what it says, in no language. */
export function calledBy(says: Says): string {
  if ("pattern" in says) return says.pattern;
  const texts = says.filters.map(({ test, values }) => (test.endsWith("not") ? "≠ " : "") + values.join(", "));
  return [...texts.join(" + ")].slice(0, NAME_MAX).join("");
}
