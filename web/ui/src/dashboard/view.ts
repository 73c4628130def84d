/** What the page shows. It lives in the address alone: a reload, a copied link and Back show the same. */

import { COMPARES, customEnds, INTERVALS, isPreset, type Interval } from "./ranges";
import type { Filter } from "../server/reports";

/** The dimensions that can be filtered by, by their short names in the address. */
export const DIMENSIONS: Record<string, string> = {
  page: "event:page",
  entry: "visit:entry_page",
  exit: "visit:exit_page",
  host: "event:hostname",
  event: "event:name",
  goal: "event:goal",
  segment: "segment",
  source: "visit:source",
  channel: "visit:channel",
  referrer: "visit:referrer",
  campaign: "visit:utm_campaign",
  medium: "visit:utm_medium",
  country: "visit:country",
  device: "visit:device",
  browser: "visit:browser",
  os: "visit:os",
};
const PROPERTY = "prop.";
const OPTION = "v.";
const PROPERTY_DIMENSION = "event:props:";

/** How a filter tests, by the sign after the name in the address. */
const TESTS = { "": "is", "!": "is_not", "~": "contains", "!~": "contains_not" } as const;
export type Test = (typeof TESTS)[keyof typeof TESTS];

/** One filter of the page: `name` is a key of `DIMENSIONS`, or `prop.` and a property. */
export interface Chosen {
  name: string;
  test: Test;
  values: string[];
}

/** Everything that the page depends on. */
export interface View {
  site: string;
  period: string;
  compare: string;
  filters: Chosen[];
  metric: string;
  interval: Interval | undefined;
  /** Which tab each panel shows, where it is not the first one. */
  tabs: Record<string, string>;
  /** The panel whose whole list is open. */
  sheet: string | undefined;
  /** The view in place of the overview: a funnel, the live stream, … */
  page: string | undefined;
  /** What is chosen in that view alone, by name. */
  options: Record<string, string[]>;
}

const DEFAULTS = { period: "day", compare: "weekday", metric: "visitors" };

export const dimensionOf = (name: string): string | undefined =>
  name.startsWith(PROPERTY)
    ? PROPERTY_DIMENSION + name.slice(PROPERTY.length)
    : Object.hasOwn(DIMENSIONS, name)
      ? DIMENSIONS[name]
      : undefined;

/** The short name of a dimension; undefined where it cannot be filtered by. */
export function nameOf(dimension: string): string | undefined {
  if (dimension.startsWith(PROPERTY_DIMENSION)) return PROPERTY + dimension.slice(PROPERTY_DIMENSION.length);
  return Object.keys(DIMENSIONS).find((name) => DIMENSIONS[name] === dimension);
}

/** Reads an address; what it does not understand is as if it were not there. */
export function readView(search: string, ownSite: string): View {
  const query = new URLSearchParams(search);
  const period = query.get("period") ?? "";
  const compare = query.get("compare") ?? "";
  const interval = INTERVALS.find((one) => one === query.get("interval"));
  return {
    site: query.get("site") || ownSite,
    period: isPreset(period) || customEnds(period) ? period : DEFAULTS.period,
    compare: COMPARES.some((one) => one === compare) || customEnds(compare)?.[0].length === 10 ? compare : DEFAULTS.compare,
    filters: readFilters(query),
    metric: query.get("metric") ?? DEFAULTS.metric,
    interval,
    tabs: Object.fromEntries([...query].filter(([name]) => name.startsWith("tab.")).map(([name, value]) => [name.slice(4), value])),
    sheet: query.get("open") ?? undefined,
    page: query.get("view") ?? undefined,
    options: readOptions(query),
  };
}

function readOptions(query: URLSearchParams): View["options"] {
  const names = [...new Set(query.keys())].filter((name) => name.startsWith(OPTION));
  return Object.fromEntries(names.map((name) => [name.slice(OPTION.length), query.getAll(name)]));
}

function readFilters(query: URLSearchParams): Chosen[] {
  const found = new Map<string, Chosen>();
  for (const [key, value] of query) {
    const [, name = "", sign = ""] = /^(.*?)(!~|!|~)?$/s.exec(key) ?? [];
    if (!dimensionOf(name) || name === PROPERTY) continue;
    const known = found.get(key);
    if (known) known.values.push(value);
    else found.set(key, { name, test: TESTS[sign as keyof typeof TESTS], values: [value] });
  }
  return [...found.values()];
}

/** The address of a view, without what is as usual. */
export function writeView(view: View, ownSite: string): string {
  const query = new URLSearchParams();
  if (view.site !== ownSite) query.set("site", view.site);
  if (view.page !== undefined) query.set("view", view.page);
  if (view.period !== DEFAULTS.period) query.set("period", view.period);
  if (view.compare !== DEFAULTS.compare) query.set("compare", view.compare);
  for (const filter of view.filters) for (const value of filter.values) query.append(filter.name + signOf(filter.test), value);
  if (view.metric !== DEFAULTS.metric) query.set("metric", view.metric);
  if (view.interval) query.set("interval", view.interval);
  for (const [panel, tab] of Object.entries(view.tabs)) query.set(`tab.${panel}`, tab);
  for (const [name, values] of Object.entries(view.options)) for (const value of values) query.append(OPTION + name, value);
  if (view.sheet !== undefined) query.set("open", view.sheet);
  const text = query.toString();
  return text ? `?${text}` : "";
}

const signOf = (test: Test): string => Object.entries(TESTS).find(([, name]) => name === test)?.[0] ?? "";

/** The filters in the words of `POST /v1/query`. */
export const askedFilters = (filters: Chosen[]): Filter[] =>
  filters.map(({ name, test, values }) => [test, dimensionOf(name) ?? name, values]);

/** A filter that is kept, in the words of the page; undefined if it has none for it. */
export function readFilter(kept: unknown): Chosen | undefined {
  if (!Array.isArray(kept) || kept.length !== 3) return undefined;
  const [asked, dimension, values] = kept as unknown[];
  const test = Object.values(TESTS).find((one) => one === asked);
  const name = typeof dimension === "string" ? nameOf(dimension) : undefined;
  const texts = Array.isArray(values) ? values.filter((value) => typeof value === "string") : [];
  return test && name && texts.length ? { name, test, values: texts } : undefined;
}

/** These filters and one more: where there is one of the same thing and test, its values fit, too. */
export function added(filters: Chosen[], one: Chosen): Chosen[] {
  const same = ({ name, test }: Chosen): boolean => name === one.name && test === one.test;
  const values = new Set([...(filters.find(same)?.values ?? []), ...one.values]);
  return [...filters.filter((other) => !same(other)), { ...one, values: [...values] }];
}

/** The view after a row was clicked: with this filter, or without it if it is there. */
export function toggled(view: View, dimension: string, value: string): View {
  const name = nameOf(dimension);
  if (!name) return view;
  const same = (one: Chosen): boolean => one.name === name && one.test === "is";
  const was = view.filters.find(same)?.values;
  const others = view.filters.filter((one) => !same(one));
  const is = was?.length === 1 && was[0] === value;
  return { ...view, sheet: undefined, filters: is ? others : [...others, { name, test: "is", values: [value] }] };
}

export const isChosen = (view: View, dimension: string, value: string): boolean =>
  view.filters.some((one) => one.test === "is" && dimensionOf(one.name) === dimension && one.values.includes(value));
