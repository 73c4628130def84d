/** Times as the reader's own clock has them: whoever packs and answers works by it. */
const formats = new Map<string, Intl.DateTimeFormat>();

export function format(locale: string, name: string, options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat {
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

/** The day of an instant, to tell one from the next. */
export const dayOf = (time: string): string => new Date(time).toDateString();

export const zoneName = (): string => Intl.DateTimeFormat().resolvedOptions().timeZone;

/** All time zones that the browser knows, and the one that is chosen. */
export const zones = (chosen: string): string[] => [...new Set(["UTC", chosen, ...Intl.supportedValuesOf("timeZone")])];

/** The shop's site, as the server has written it into the page. */
export const shopSite = (): string => document.documentElement.dataset["site"] ?? "default";

/** The zone in which the shop's days begin, likewise. */
export const shopZone = (): string => document.documentElement.dataset["zone"] ?? "UTC";
