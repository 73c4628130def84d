/** Times as the reader's own clock has them: whoever packs and answers works by it. */
const formats = new Map<string, Intl.DateTimeFormat>();

function format(locale: string, name: string, options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat {
  const key = `${locale} ${name}`;
  const known = formats.get(key) ?? new Intl.DateTimeFormat(locale, { hourCycle: "h23", ...options });
  formats.set(key, known);
  return known;
}

/** `29 Nov, 10:04`, with the year where it is another. */
export function shortTime(time: string, locale: string): string {
  const date = new Date(time);
  const year = date.getFullYear() === new Date().getFullYear() ? undefined : "numeric";
  return format(locale, `short ${year}`, { day: "numeric", month: "short", year, hour: "2-digit", minute: "2-digit" }).format(date);
}

/** The same to the second, as one clicks through a visit. */
export const clockTime = (time: string, locale: string): string =>
  format(locale, "clock", { hour: "2-digit", minute: "2-digit", second: "2-digit" }).format(new Date(time));

export const longDay = (time: string, locale: string): string =>
  format(locale, "day", { weekday: "short", day: "numeric", month: "short", year: "numeric" }).format(new Date(time));

const WEEK_MS = 7 * 86_400_000;

/** `Fri 16:00` within a week, else the day. */
export function soonTime(time: string, locale: string): string {
  const date = new Date(time);
  if (date.getTime() - Date.now() > WEEK_MS) return format(locale, "far", { day: "numeric", month: "short", year: "numeric" }).format(date);
  return format(locale, "soon", { weekday: "short", hour: "2-digit", minute: "2-digit" }).format(date);
}

/** The day of an instant, to tell one from the next. */
export const dayOf = (time: string): string => new Date(time).toDateString();

export const zoneName = (): string => Intl.DateTimeFormat().resolvedOptions().timeZone;

/** All time zones that the browser knows, and the one that is chosen. */
export const zones = (chosen: string): string[] => [...new Set(["UTC", chosen, ...Intl.supportedValuesOf("timeZone")])];
