/** Ranges of time: the presets, what each is compared with, and by which steps its chart goes. Days are `YYYY-MM-DD` in the site's zone. */
import type { Comparison } from "../server/reports";

/** The presets, with the single key that chooses each (Plausible's, where they exist). */
export const PRESETS = [
  { period: "realtime", key: "r" },
  { period: "day", key: "d" },
  { period: "yesterday", key: "e" },
  { period: "7d", key: "w" },
  { period: "28d", key: "f" },
  { period: "30d", key: "t" },
  { period: "91d", key: "n" },
  { period: "month", key: "m" },
  { period: "lastmonth", key: "p" },
  { period: "year", key: "y" },
  { period: "12mo", key: "l" },
  { period: "all", key: "a" },
] as const;

export type Preset = (typeof PRESETS)[number]["period"];

export const INTERVALS = ["minute", "hour", "day", "week", "month"] as const;
export type Interval = (typeof INTERVALS)[number];

/** A place in time: the site's zone, and now. */
export interface Clock {
  zone: string;
  now: Date;
}

const DAY_MS = 86_400_000;
const WEEK = 7;

export const isPreset = (period: string): period is Preset => PRESETS.some((one) => one.period === period);

// Years that the server takes, with room for what is compared with them.
const [FIRST, END] = ["1970", "2200"];

/** Both ends of `2026-11-01..2026-11-15` or `2026-11-01T13:00..2026-11-01T14:00`, both in the site's time; undefined for anything else. */
export function customEnds(period: string): [string, string] | undefined {
  const found = /^(\d{4}-\d\d-\d\d(?:T\d\d:\d\d)?)\.\.(\d{4}-\d\d-\d\d(?:T\d\d:\d\d)?)$/.exec(period);
  const [, from, to] = found ?? [];
  if (!from || !to || from.length !== to.length) return undefined;
  const valid = [from, to].every((end) => new Date(`${end.slice(0, 10)}T00:00:00Z`).toJSON()?.startsWith(end.slice(0, 10)));
  return valid && FIRST <= from && from <= to && to < END ? [from, to] : undefined;
}

export const addDays = (day: string, days: number): string =>
  new Date(Date.parse(`${day}T00:00:00Z`) + days * DAY_MS).toISOString().slice(0, 10);

/** How many days a range has, its ends included. */
export const daysBetween = (from: string, to: string): number =>
  Math.round((Date.parse(`${to}T00:00:00Z`) - Date.parse(`${from}T00:00:00Z`)) / DAY_MS) + 1;

/** The site's own date and time at this instant: `2026-11-29T10:04`. */
export function localTime(time: Date, zone: string): string {
  const parts = new Intl.DateTimeFormat("en-CA", {
    timeZone: zone,
    hourCycle: "h23",
    year: "numeric",
    month: "2-digit",
    day: "2-digit",
    hour: "2-digit",
    minute: "2-digit",
  }).formatToParts(time);
  const of = (type: string): string => parts.find((part) => part.type === type)?.value ?? "";
  return `${of("year")}-${of("month")}-${of("day")}T${of("hour")}:${of("minute")}`;
}

export const today = ({ zone, now }: Clock): string => localTime(now, zone).slice(0, 10);

/** The instant of a date or a time of the site; where the clock was set, the earlier reading. */
export function instant(local: string, zone: string): string {
  const wanted = Date.parse(`${local.length === 10 ? `${local}T00:00` : local}:00Z`);
  const offset = (at: number): number => Date.parse(`${localTime(new Date(at), zone)}:00Z`) - Math.floor(at / 60_000) * 60_000;
  const first = wanted - offset(wanted);
  return new Date(wanted - offset(first)).toISOString();
}

/** First and last day of a range; undefined where only the server knows (`all`) or it is no range of days. */
export function dayEnds(period: string, clock: Clock): [string, string] | undefined {
  const now = today(clock);
  const month = `${now.slice(0, 7)}-01`;
  const back = /^(\d+)d$/.exec(period);
  if (back) return [addDays(now, 1 - Number(back[1])), now];
  if (period === "day") return [now, now];
  if (period === "yesterday") return [addDays(now, -1), addDays(now, -1)];
  if (period === "month") return [month, addDays(`${addDays(month, 31).slice(0, 7)}-01`, -1)];
  if (period === "lastmonth") return [`${addDays(month, -1).slice(0, 7)}-01`, addDays(month, -1)];
  if (period === "year") return [`${now.slice(0, 4)}-01-01`, `${now.slice(0, 4)}-12-31`];
  if (period === "12mo") return [monthsBack(month, 11), addDays(`${addDays(month, 31).slice(0, 7)}-01`, -1)];
  const custom = customEnds(period);
  return custom && custom[0].length === 10 ? custom : undefined;
}

function monthsBack(first: string, months: number): string {
  const date = new Date(`${first}T00:00:00Z`);
  date.setUTCMonth(date.getUTCMonth() - months);
  return date.toISOString().slice(0, 10);
}

/** A range in the words of `POST /v1/query`. */
export function askedRange(period: string, clock: Clock): string | [string, string] {
  if (period === "yesterday" || period === "lastmonth") return dayEnds(period, clock) ?? "day";
  const custom = customEnds(period);
  if (!custom) return period;
  return custom[0].length === 10 ? custom : [instant(custom[0], clock.zone), instant(custom[1], clock.zone)];
}

/** With what a range is compared: `weekday` is the time before that begins on the same day of the week. */
export type Compare = string;
export const COMPARES = ["weekday", "previous", "year", "none"] as const;

/** `include.comparisons` of the question; undefined for none. A period that is not over is compared with as much of the other one. */
export function comparison(period: string, compare: Compare, clock: Clock): Comparison | undefined {
  if (compare === "none" || period === "realtime" || period === "all") return undefined;
  if (compare === "year") return { mode: "year_over_year" };
  const custom = customEnds(compare);
  if (custom) return { mode: "custom", date_range: custom };
  const ends = dayEnds(period, clock);
  const length = ends ? daysBetween(...ends) : 0;
  if (compare === "previous" || !ends || isMonths(period) || length % WEEK === 0) return { mode: "previous_period" };
  return { mode: "custom", date_range: weeksBefore(ends, length, clock) };
}

const isMonths = (period: string): boolean => ["month", "lastmonth", "year", "12mo"].includes(period);

/** The same days of the week before, by whole weeks; as far as the range itself has come, this minute included. */
function weeksBefore([from, to]: [string, string], length: number, clock: Clock): [string, string] {
  const back = -WEEK * Math.ceil(length / WEEK);
  const now = localTime(new Date(clock.now.getTime() + 60_000), clock.zone);
  const end = to >= today(clock) ? `${addDays(now.slice(0, 10), back)}${now.slice(10)}` : addDays(to, back + 1);
  return [instant(addDays(from, back), clock.zone), instant(end, clock.zone)];
}

/** The steps that a chart of this range may have, the usual one first. */
export function intervals(period: string, clock: Clock): Interval[] {
  const custom = customEnds(period);
  if (period === "realtime") return ["minute"];
  if (custom && custom[0].length > 10) {
    const hours = (Date.parse(`${custom[1]}:00Z`) - Date.parse(`${custom[0]}:00Z`)) / 3_600_000;
    return hours <= 3 ? ["minute"] : hours <= 12 ? ["hour", "minute"] : ["hour"];
  }
  const ends = dayEnds(period, clock);
  const length = ends ? daysBetween(...ends) : Infinity;
  if (length <= 1) return ["hour"];
  if (length <= 14) return ["day", "hour"];
  if (length <= 100) return ["day", "week"];
  return length <= 400 ? ["month", "week", "day"] : ["month", "week"];
}

/** The range that one bucket of a chart is; undefined where there is nothing finer. `label` is the server's. */
export function bucketRange(label: string, interval: Interval): string | undefined {
  const day = label.slice(0, 10);
  if (interval === "month") return `${day}..${addDays(`${addDays(day, 31).slice(0, 7)}-01`, -1)}`;
  if (interval === "week") return `${day}..${addDays(day, WEEK - 1)}`;
  if (interval === "day") return `${day}..${day}`;
  if (interval === "minute") return undefined;
  const from = `${day}T${label.slice(11, 16)}`;
  return `${from}..${new Date(Date.parse(`${from}:00Z`) + 3_600_000).toISOString().slice(0, 16)}`;
}

/** From the first bucket to the last, both included. */
export function bucketsRange(first: string, last: string, interval: Interval): string | undefined {
  const [from] = (bucketRange(first, interval) ?? "").split("..");
  const [, to] = (bucketRange(last, interval) ?? "").split("..");
  return from && to ? `${from}..${to}` : undefined;
}

/** The range before or after this one, of the same length; undefined where there is none, or it would lie ahead. */
export function stepped(period: string, direction: -1 | 1, clock: Clock): string | undefined {
  const ends = dayEnds(period, clock);
  if (!ends) return undefined;
  const [from, to] = ends;
  const whole = from.endsWith("-01") && addDays(to, 1).endsWith("-01");
  const length = daysBetween(from, to) * direction;
  let next: [string, string] = [addDays(from, length), addDays(to, length)];
  if (whole) {
    const months = (Number(to.slice(0, 4)) - Number(from.slice(0, 4))) * 12 + Number(to.slice(5, 7)) - Number(from.slice(5, 7)) + 1;
    next = [monthsBack(from, -months * direction), addDays(monthsBack(addDays(to, 1), -months * direction), -1)];
  }
  if (next[0] > today(clock)) return undefined;
  return next[1] === today(clock) && next[0] === next[1] ? "day" : `${next[0]}..${next[1]}`;
}
