/** Numbers, money, durations and times as the reader's locale writes them; all by `Intl`. One `Numbers` for each locale. */

/** What a cell shows, and the same in full where it is shortened. */
export interface Shown {
  text: string;
  /** The exact value, for the title and for readers of the screen; undefined where `text` is exact. */
  full?: string;
}

/** An amount of money in the smallest unit of its currency. */
export interface Money {
  amount_minor: number;
  currency: string;
}

/** What a report's cell can be: a count or a ratio, an amount, or nothing. */
export type Value = number | Money | null | undefined;

export const isMoney = (value: Value): value is Money => typeof value === "object" && value !== null;

/** The number in a value, for bars and lines; null is 0. */
export const amountOf = (value: Value): number => (isMoney(value) ? value.amount_minor : (value ?? 0));

/** How a metric is written. */
export type Kind = "count" | "percent" | "duration" | "decimal" | "money";

export const NOTHING = "–";
// Whole numbers up to here are written in full.
const WHOLE_MAX = 9_999;

export interface Numbers extends Amounts {
  locale: string;
  count(value: number | null | undefined): Shown;
  whole(value: number): string;
  percent(value: number | null | undefined): string;
  decimal(value: number | null | undefined): string;
  duration(seconds: number | null | undefined): string;
  show(kind: Kind, value: Value): Shown;
  /** A change in percent or points, with its sign: `+12 %`, `−3.2 pts`. */
  change(value: number, points: boolean): string;
}

const MINUS = "\u2212";

/** How amounts of money are written. */
export interface Amounts {
  money(value: Money): string;
  /** An amount in its currency's own unit: 1250 US cents are 12.5. */
  major(value: Money): number;
}

export function createAmounts(locale: string): Amounts {
  const currencies = new Map<string, { format: Intl.NumberFormat; digits: number }>();

  function currency(code: string): { format: Intl.NumberFormat; digits: number } {
    const known = currencies.get(code);
    if (known) return known;
    const format = new Intl.NumberFormat(locale, { style: "currency", currency: code });
    const made = { format, digits: format.resolvedOptions().maximumFractionDigits ?? 2 };
    currencies.set(code, made);
    return made;
  }
  const major = ({ amount_minor, currency: code }: Money): number => amount_minor / 10 ** currency(code).digits;
  const money = (value: Money): string => currency(value.currency).format.format(major(value)).replace("-", MINUS);
  return { money, major };
}

export function createNumbers(locale: string, words: { points: (amount: string) => string; over: (amount: string) => string }): Numbers {
  const plain = new Intl.NumberFormat(locale, { maximumFractionDigits: 0 });
  const compact = new Intl.NumberFormat(locale, { notation: "compact", maximumFractionDigits: 1 });
  const tenth = new Intl.NumberFormat(locale, { minimumFractionDigits: 1, maximumFractionDigits: 1 });
  const share = new Intl.NumberFormat(locale, { style: "percent", minimumFractionDigits: 1, maximumFractionDigits: 1 });
  const percentChange = new Intl.NumberFormat(locale, { style: "percent", maximumFractionDigits: 0 });
  const unit = (name: string) => new Intl.NumberFormat(locale, { style: "unit", unit: name, unitDisplay: "narrow" });
  const [hours, minutes, seconds] = [unit("hour"), unit("minute"), unit("second")];
  const { money, major } = createAmounts(locale);
  function count(value: number | null | undefined): Shown {
    if (value === null || value === undefined) return { text: NOTHING };
    const whole = plain.format(value);
    return Math.abs(value) <= WHOLE_MAX ? { text: whole } : { text: compact.format(value), full: whole };
  }
  const percent = (value: number | null | undefined) => (value === null || value === undefined ? NOTHING : share.format(value / 100));
  const decimal = (value: number | null | undefined) => (value === null || value === undefined ? NOTHING : tenth.format(value));
  function duration(value: number | null | undefined): string {
    if (value === null || value === undefined) return NOTHING;
    const s = Math.round(value);
    if (s < 60) return seconds.format(s);
    if (s < 3600) return `${minutes.format(Math.floor(s / 60))} ${seconds.format(s % 60)}`;
    return `${hours.format(Math.floor(s / 3600))} ${minutes.format(Math.floor((s % 3600) / 60))}`;
  }
  function show(kind: Kind, value: Value): Shown {
    if (isMoney(value)) return { text: money(value) };
    if (kind === "percent") return { text: percent(value) };
    if (kind === "duration") return { text: duration(value) };
    if (kind === "decimal") return { text: decimal(value) };
    return count(value);
  }
  function change(value: number, points: boolean): string {
    const sign = value > 0 ? "+" : value < 0 ? MINUS : "";
    const size = Math.abs(value);
    if (points) return words.points(`${sign}${tenth.format(size)}`);
    const text = percentChange.format(Math.min(size, CHANGE_MAX) / 100);
    return size > CHANGE_MAX ? words.over(`${sign}${text}`) : `${sign}${text}`;
  }
  return { locale, count, whole: (value) => plain.format(value), percent, decimal, money, major, duration, show, change };
}

// Beyond, the exact number says nothing.
const CHANGE_MAX = 999;

/** Names of times of the site, as the server labels buckets and `localTime` writes them: `2026-11-19`, `2026-11-19 13:00:00`, `2026-11-19T13:00`. */
export interface Times {
  axis(label: string): string;
  full(label: string): string;
  clock(time: Date, zone: string): string;
  /** The same to the second. */
  second(time: Date, zone: string): string;
  /** `19 – 25 Nov 2026`; ends inclusive, as `YYYY-MM-DD`. */
  days(from: string, to: string): string;
}

export function createTimes(locale: string): Times {
  const of = (options: Intl.DateTimeFormatOptions) => new Intl.DateTimeFormat(locale, { timeZone: "UTC", ...options });
  const clock = of({ hour: "2-digit", minute: "2-digit", hourCycle: "h23" });
  const day = of({ day: "numeric", month: "short" });
  const weekday = of({ weekday: "short", day: "numeric", month: "short" });
  const long = of({ day: "numeric", month: "short", year: "numeric" });
  const parse = (label: string): { date: Date; kind: "day" | "time" } | undefined => {
    const kind = label.length === 10 ? "day" : "time";
    const date = new Date(`${label.slice(0, 19).replace(" ", "T")}${kind === "time" ? "Z" : "T00:00:00Z"}`);
    return Number.isNaN(date.getTime()) ? undefined : { date, kind };
  };
  return {
    axis(label) {
      const time = parse(label);
      if (!time) return label;
      return time.kind === "day" ? day.format(time.date) : clock.format(time.date);
    },
    full(label) {
      const time = parse(label);
      if (!time) return label;
      return time.kind === "day" ? weekday.format(time.date) : `${day.format(time.date)}, ${clock.format(time.date)}`;
    },
    clock: (time, zone) =>
      new Intl.DateTimeFormat(locale, { hour: "2-digit", minute: "2-digit", hourCycle: "h23", timeZone: zone }).format(time),
    second: (time, zone) => new Intl.DateTimeFormat(locale, { timeStyle: "medium", timeZone: zone, hourCycle: "h23" }).format(time),
    days: (from, to) =>
      from === to
        ? long.format(new Date(`${from}T00:00:00Z`))
        : long.formatRange(new Date(`${from}T00:00:00Z`), new Date(`${to}T00:00:00Z`)),
  };
}
