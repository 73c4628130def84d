/** From answers to the points of the chart. */
import type { Point } from "../design/chart/Chart";
import { isMoney, type Money } from "../design/numbers";
import type { Now } from "../server/live";
import type { Report, Row } from "../server/reports";
import { localTime, type Clock, type Interval } from "./ranges";

/** The currency that most of the money is in: the first of an answer by currency, the most first. */
const mainCurrency = (rows: Row[]): string | undefined => {
  const sums = new Map<string, number>();
  for (const row of rows) {
    const value = row.metrics[0];
    if (isMoney(value)) sums.set(value.currency, (sums.get(value.currency) ?? 0) + Math.abs(value.amount_minor));
  }
  return [...sums].sort((a, b) => b[1] - a[1])[0]?.[0];
};

/** The buckets of a report, with the revenue of the same ones where it is asked for. Those that are still to come are left out. */
export function points(report: Report, revenue: Report | undefined, interval: Interval, clock: Clock): Point[] {
  const currency = mainCurrency(report.results);
  const rows = currency ? report.results.filter((row) => row.dimensions[1] === currency) : report.results;
  const money = revenueByBucket(revenue);
  const now = startOf(localTime(clock.now, clock.zone), interval);
  const all = rows
    .filter((row) => startOf(row.dimensions[0] ?? "", interval) <= now)
    .map((row): Point => {
      const label = row.dimensions[0] ?? "";
      const before = row.comparison;
      return {
        label,
        value: row.metrics[0],
        before: before ? { label: before.dimensions[0] ?? label, value: before.metrics[0] } : undefined,
        revenue: money.get(label),
        running: startOf(label, interval) === now,
      };
    });
  return all.some((point) => hasSome(point.value) || point.revenue) ? all : [];
}

const hasSome = (value: Point["value"]): boolean => (isMoney(value) ? value.amount_minor !== 0 : (value ?? 0) !== 0);

function revenueByBucket(revenue: Report | undefined): Map<string, Money> {
  const currency = mainCurrency(revenue?.results ?? []);
  const of = (revenue?.results ?? []).flatMap((row): [string, Money][] => {
    const [value] = row.metrics;
    return isMoney(value) && value.currency === currency && value.amount_minor !== 0 ? [[row.dimensions[0] ?? "", value]] : [];
  });
  return new Map(of);
}

/** The label of the bucket that this time of the site lies in, to be compared as text. */
export function startOf(local: string, interval: Interval): string {
  const time = local.replace(" ", "T");
  if (interval === "minute") return time.slice(0, 16);
  if (interval === "hour") return time.slice(0, 13);
  if (interval === "month") return time.slice(0, 7);
  if (interval === "day") return time.slice(0, 10);
  const day = new Date(`${time.slice(0, 10)}T00:00:00Z`);
  day.setUTCDate(day.getUTCDate() - ((day.getUTCDay() + 6) % 7));
  return day.toISOString().slice(0, 10);
}

/** The last half hour by minutes, as the live stream has it. */
export function minutePoints(now: Now | null | undefined, metric: string, zone: string): Point[] {
  const of = metric === "visitors" || metric === "events" ? metric : "pageviews";
  const all = (now?.minutes ?? []).map((one, index, list): Point => ({
    label: localTime(new Date(one.time), zone),
    value: one[of],
    running: index === list.length - 1,
  }));
  return all.some((point) => hasSome(point.value)) ? all : [];
}
