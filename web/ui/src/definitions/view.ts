/** What a metric or dimension means, as the page shows it: a sentence, five events, and what they give. */
import { el } from "../lib/dom";
import { en } from "../texts/en";

/** `GET /v1/query/definitions`. */
export interface Definitions {
  metrics: Definition[];
  dimensions: Definition[];
  others: Definition[];
}

/** One definition; words and rules may have no example. */
export interface Definition {
  name: string;
  definition: string;
  example?: Example;
}

/** Events, and what a question about them gives. */
export interface Example {
  events: { time: string; visitor: string; does: string }[];
  asked_at: string;
  query: { metrics?: string[]; dimensions?: string[]; date_range: string | [string, string] };
  gives: unknown;
  /** Of another report than `/v1/query`: its route, and the member of each row that `gives` shows. */
  route?: string;
  member?: string;
}

const LISTS = [
  ["metrics", "Metrics"],
  ["dimensions", "Dimensions"],
  ["others", "Words and rules"],
] as const;

/** The page's sections, one for each list. */
export const sections = (definitions: Definitions): HTMLElement[] =>
  LISTS.map(([list, title]) => el("section", { "aria-label": title }, el("h2", {}, title), ...definitions[list].map(article)));

/** The id of a definition on the page, so that a link can lead to it. */
export const anchor = (name: string): string => name.replaceAll(/[^a-z0-9]+/gi, "-").replaceAll(/^-|-$/g, "");

function article({ name, definition, example }: Definition): HTMLElement {
  return el(
    "article",
    { class: "panel", id: anchor(name) },
    el("h3", {}, el("code", {}, name)),
    el("p", {}, definition),
    ...(example ? [events(name, example), answer(example)] : []),
  );
}

function events(name: string, example: Example): HTMLElement {
  const rows = example.events.map(({ time, visitor, does }) =>
    el("tr", {}, el("td", { class: "time" }, time), el("td", {}, visitor), el("td", {}, does)),
  );
  const head = el("tr", {}, ...["Time", "Visitor", "Event"].map((title) => el("th", { scope: "col" }, title)));
  return el(
    "div",
    { class: "scroll", tabindex: 0, role: "region", "aria-label": `Example of ${name}` },
    el("table", {}, el("thead", {}, head), el("tbody", {}, ...rows)),
  );
}

function answer({ query, gives, route, member }: Example): HTMLElement {
  const [dimension, range] = [query.dimensions?.join(", "), rangeText(query.date_range)];
  const metric = query.metrics?.join(", ") ?? [member, route].filter(Boolean).join(" of ");
  if (!query.metrics && Array.isArray(gives)) {
    const rows = gives.map((one) => el("li", {}, el("strong", {}, valueText(one))));
    return el("div", { class: "gives" }, el("p", {}, el("code", {}, metric), ` (${range}), row by row, is`), el("ol", {}, ...rows));
  }
  if (!dimension || !Array.isArray(gives))
    return el("p", { class: "gives" }, el("code", {}, metric), ` (${range}) is `, el("strong", {}, valueText(gives)), ".");
  const rows = (gives as [string, unknown][]).map(([value, number]) =>
    el("li", {}, el("code", {}, value), " ", el("strong", {}, valueText(number))),
  );
  return el(
    "div",
    { class: "gives" },
    el("p", {}, el("code", {}, metric), " by ", el("code", {}, dimension), ` (${range}) is`),
    el("ul", {}, ...rows),
  );
}

/** The range of a question, in the dashboard's words: what lies outside of it is among the events, too. */
export function rangeText(range: Example["query"]["date_range"]): string {
  if (typeof range === "string") return en.periods[range] ?? range;
  const [from, to] = range;
  return from === to ? from : `${from} to ${to}`;
}

/** A metric's value in words: amounts with their currency, the rest as it is. */
export function valueText(value: unknown): string {
  if (typeof value !== "object" || value === null) return value === null ? "–" : String(value);
  if (Array.isArray(value)) return value.map(valueText).join(", ");
  if (!("amount_minor" in value))
    return Object.entries(value)
      .map(([name, one]) => `${name} ${valueText(one)}`)
      .join(" ");
  const { amount_minor, currency } = value as { amount_minor: number; currency: string };
  const money = new Intl.NumberFormat("en", { style: "currency", currency });
  return money.format(amount_minor / 10 ** (money.resolvedOptions().maximumFractionDigits ?? 2));
}
