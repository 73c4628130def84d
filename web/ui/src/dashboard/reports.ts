/** The questions that the page asks, and where each answer goes. */
import { ask, type Now, type Question, type Row } from "./api";
import type { Point } from "./chart";
import { HEADLINE } from "./headline";
import type { State } from "./state";

/** Where the answers go. */
export interface Reports {
  headline(row: Row | undefined): void;
  series(points: Point[]): void;
  pages(rows: Row[]): void;
  sources(rows: Row[]): void;
  devices(rows: Row[]): void;
  events(rows: Row[]): void;
}

const ROWS_MAX = 8;

/** Asks everything for this state; each part is shown as soon as it is there. Fails with the first `AskError`. */
export async function loadReports(state: State, device: string, to: Reports, signal: AbortSignal): Promise<void> {
  const live = state.range === "realtime";
  const base = {
    site_id: state.site,
    date_range: state.range,
    ...(state.page === undefined ? {} : { filters: [["is", "event:page", [state.page]]] }),
  };
  const top = (dimension: string, ...metrics: string[]): Question => ({
    ...base,
    metrics,
    dimensions: [dimension],
    order_by: [[metrics[0] ?? "visitors", "desc"]],
    pagination: { limit: ROWS_MAX },
  });
  const part = async (question: Question, show: (rows: Row[]) => void): Promise<void> => {
    const rows = await ask(question, signal);
    if (!signal.aborted) show(rows);
  };
  const headline: Question = {
    ...base,
    metrics: [...HEADLINE],
    ...(live ? {} : { include: { comparisons: { mode: "previous_period" } } }),
  };
  const series: Question = { ...base, metrics: ["visitors", "pageviews"], dimensions: [state.range === "day" ? "time:hour" : "time:day"] };
  await Promise.all([
    part(headline, (rows) => to.headline(rows[0])),
    live ? undefined : part(series, (rows) => to.series(points(rows, state))),
    part(top("event:page", "visitors", "pageviews"), to.pages),
    part(top("event:name", "events", "visitors"), to.events),
    part(top("visit:source", "visitors"), to.sources),
    part(top(device, "visitors"), to.devices),
  ]);
}

function points(rows: Row[], state: State): Point[] {
  const all = rows.map((row) => ({ label: row.dimensions[0] ?? "", visitors: row.metrics[0] ?? 0, pageviews: row.metrics[1] ?? 0 }));
  const some = all.findLastIndex((point) => point.visitors > 0 || point.pageviews > 0);
  if (some < 0) return [];
  // The rest of today has not been yet: no line at zero for it.
  return state.range === "day" ? all.slice(0, some + 1) : all;
}

/** The last half hour by minutes, as the live stream has it. */
export const minutePoints = (now: Now): Point[] => {
  const all = now.minutes.map((one) => ({ label: one.time, visitors: one.visitors, pageviews: one.pageviews }));
  return all.some((point) => point.pageviews > 0) ? all : [];
};
