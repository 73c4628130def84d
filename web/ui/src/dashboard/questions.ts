/** What the page asks: one question for each thing that it shows, made of the view alone. */
import type { Kind } from "../design/numbers";
import type { Filter, Question } from "../server/reports";
import { askedRange, comparison, intervals, type Clock, type Interval } from "./ranges";
import { askedFilters, type View } from "./view";

/** A metric as the page shows it. */
export interface Metric {
  id: string;
  kind: Kind;
  /** Whether more of it is better; undefined where it is neither. */
  better?: "more" | "less";
  /** Of the shop: asked by currency. */
  money?: boolean;
  /** Of few visits it says little. */
  ratio?: boolean;
}

/** The head figures, in their order; each can be the chart's metric. */
export const FIGURES: Metric[] = [
  { id: "visitors", kind: "count", better: "more" },
  { id: "visits", kind: "count", better: "more" },
  { id: "pageviews", kind: "count", better: "more" },
  { id: "bounce_rate", kind: "percent", better: "less", ratio: true },
  { id: "visit_duration", kind: "duration", better: "more", ratio: true },
  { id: "revenue", kind: "money", better: "more", money: true },
  { id: "orders", kind: "count", better: "more", money: true },
  { id: "conversion_rate", kind: "percent", better: "more", ratio: true },
];

export const TRAFFIC = FIGURES.filter((one) => !one.money).map((one) => one.id);
export const MONEY = FIGURES.filter((one) => one.money).map((one) => one.id);
export const metricOf = (id: string): Metric => FIGURES.find((one) => one.id === id) ?? { id: "visitors", kind: "count", better: "more" };

/** One list of a panel. */
export interface List {
  id: string;
  dimension: string;
  metrics: { id: string; kind: Kind }[];
  /** Of money: rows are by currency, and no filter of the page. */
  money?: boolean;
}

const count = (id: string): { id: string; kind: Kind } => ({ id, kind: "count" });

const SALES: List["metrics"] = [{ id: "revenue", kind: "money" }, count("orders"), count("units")];

/** A panel of the overview; it is so many rows high from the first moment on. */
export interface Panel {
  id: string;
  lists: List[];
  rows: number;
  wide?: boolean;
}

/** The panels of the overview, each with its lists. */
export const PANELS: Panel[] = [
  {
    id: "pages",
    rows: 9,
    lists: [
      { id: "page", dimension: "event:page", metrics: [count("visitors"), count("pageviews")] },
      { id: "entry", dimension: "visit:entry_page", metrics: [count("visitors"), { id: "bounce_rate", kind: "percent" }] },
      { id: "exit", dimension: "visit:exit_page", metrics: [count("visitors"), count("visits")] },
    ],
  },
  {
    id: "sources",
    rows: 9,
    lists: [
      { id: "source", dimension: "visit:source", metrics: [count("visitors"), { id: "conversion_rate", kind: "percent" }] },
      { id: "channel", dimension: "visit:channel", metrics: [count("visitors"), { id: "conversion_rate", kind: "percent" }] },
      { id: "campaign", dimension: "visit:utm_campaign", metrics: [count("visitors"), { id: "conversion_rate", kind: "percent" }] },
    ],
  },
  { id: "events", rows: 6, lists: [{ id: "event", dimension: "event:name", metrics: [count("events"), count("visitors")] }] },
  {
    id: "devices",
    rows: 6,
    lists: [
      { id: "device", dimension: "visit:device", metrics: [count("visitors"), { id: "bounce_rate", kind: "percent" }] },
      { id: "browser", dimension: "visit:browser", metrics: [count("visitors"), { id: "bounce_rate", kind: "percent" }] },
      { id: "os", dimension: "visit:os", metrics: [count("visitors"), { id: "bounce_rate", kind: "percent" }] },
      { id: "country", dimension: "visit:country", metrics: [count("visitors"), { id: "conversion_rate", kind: "percent" }] },
    ],
  },
  {
    id: "products",
    rows: 9,
    wide: true,
    lists: [
      { id: "product", dimension: "product:name", metrics: SALES, money: true },
      { id: "category", dimension: "product:category", metrics: SALES, money: true },
    ],
  },
];

/** The goals that are kept, each with how many reached it. */
export const GOALS: List = { id: "goal", dimension: "event:goal", metrics: [count("visitors"), { id: "percentage", kind: "percent" }] };

/** How a list of a property's values is named: `prop.size`. */
export const PROPERTY = "prop.";

const propertyList = (id: string): List => ({
  id,
  dimension: `event:props:${id.slice(PROPERTY.length)}`,
  metrics: [count("events"), count("visitors")],
});

/** The list of this name, that of a property's values too. */
export const listOf = (id: string | undefined): List | undefined =>
  id?.startsWith(PROPERTY) && id !== PROPERTY ? propertyList(id) : [...LISTS, GOALS].find((one) => one.id === id);

export const LISTS = PANELS.flatMap((panel) => panel.lists);
export const CURRENCY = "order:currency";

/** Rows that a panel shows. */
export const ROWS = 9;

type Asked = Pick<View, "site" | "period" | "filters">;

function base(view: Asked, clock: Clock, more: Filter[] = []): Pick<Question, "site_id" | "date_range" | "filters"> {
  const filters = [...askedFilters(view.filters), ...more];
  return { site_id: view.site, date_range: askedRange(view.period, clock), ...(filters.length ? { filters } : {}) };
}

function compared(view: View, clock: Clock): Pick<Question, "include"> {
  const comparisons = comparison(view.period, view.compare, clock);
  return comparisons ? { include: { comparisons } } : {};
}

/** The head figures; without those that tell of orders where they may not be seen. */
export const headQuestion = (view: View, clock: Clock, orders = true): Question => ({
  ...base(view, clock),
  metrics: orders ? TRAFFIC : TRAFFIC.filter((metric) => metric !== "conversion_rate"),
  ...compared(view, clock),
});

export const moneyQuestion = (view: View, clock: Clock): Question => ({
  ...base(view, clock),
  metrics: MONEY,
  dimensions: [CURRENCY],
  ...compared(view, clock),
});

/** The steps of the chart: those that were chosen where the range allows them. */
export const intervalOf = (view: View, clock: Clock): Interval => {
  const allowed = intervals(view.period, clock);
  return view.interval && allowed.includes(view.interval) ? view.interval : (allowed[0] ?? "day");
};

const BUCKETS_MAX = 1000;

/** The chart's buckets; an amount of money is asked by currency. */
export function seriesQuestion(view: View, clock: Clock): Question {
  const metric = metricOf(view.metric);
  const time = `time:${intervalOf(view, clock)}`;
  return {
    ...base(view, clock),
    metrics: [metric.id],
    dimensions: metric.kind === "money" ? [time, CURRENCY] : [time],
    order_by: [[time, "asc"]],
    pagination: { limit: BUCKETS_MAX },
    ...compared(view, clock),
  };
}

/** The revenue of the same buckets, for the bars behind the line. */
export function revenueQuestion(view: View, clock: Clock): Question {
  const time = `time:${intervalOf(view, clock)}`;
  return {
    ...base(view, clock),
    metrics: ["revenue"],
    dimensions: [time, CURRENCY],
    order_by: [[time, "asc"]],
    pagination: { limit: BUCKETS_MAX },
  };
}

/** Which part of a list is asked for. */
export interface Part {
  limit: number;
  offset?: number;
  search?: string;
  order?: [string, "asc" | "desc"];
}

export function listQuestion(view: Asked, list: List, part: Part, clock: Clock): Question {
  const search: Filter[] = part.search ? [["contains", list.dimension, [part.search]]] : [];
  return {
    ...base(view, clock, search),
    metrics: list.metrics.map((metric) => metric.id),
    dimensions: list.money ? [list.dimension, CURRENCY] : [list.dimension],
    order_by: [part.order ?? [list.metrics[0]?.id ?? "visitors", "desc"]],
    pagination: { limit: part.limit, ...(part.offset ? { offset: part.offset } : {}) },
  };
}
