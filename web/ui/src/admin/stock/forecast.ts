/** When a SKU is sold out, in the words of the shop's clock, and the rate that this rests on. */
import type { Forecast } from "@kassa/client";
import type { Numbers } from "../../design/numbers";
import type { StockTexts } from "../../texts/en.admin.stock";
import { format, zoneName } from "../when";

const DAY_MS = 86_400_000;
/** Days; a date beyond them says nothing. */
const YEAR = 365;

/** `sells out Friday 16:00 at this rate`: the hour of today, a weekday of the six days after it, else the date within a year. */
export function sellsOut(time: string, words: StockTexts, locale: string, zone: string, now = new Date()): string {
  const at = new Date(time);
  const write = (options: Intl.DateTimeFormatOptions, of = locale, when = at): string =>
    format(of, Object.keys(options) + zone, { timeZone: zone, ...options }).format(when);
  const days = (Date.parse(write({}, "sv")) - Date.parse(write({}, "sv", now))) / DAY_MS;
  if (days > YEAR) return words.sellsOut.more;
  if (days > 6) return words.sellsOut.later(write({ day: "numeric", month: "short", year: "numeric" }));
  const hour = write({ hour: "2-digit", minute: "2-digit" });
  return days > 0 ? words.sellsOut.soon(write({ weekday: "long" }), hour) : words.sellsOut.today(hour);
}

/** `1.5 a day over the last 28 days`, with the zone of the sentence where the reader's is another. */
export function rate(
  { days, units_per_day: units }: Pick<Forecast, "days" | "units_per_day">,
  words: StockTexts,
  n: Numbers,
  zone: string,
): string {
  const perDay = units < 0.1 ? `< ${n.decimal(0.1)}` : units % 1 ? n.decimal(units) : n.whole(units);
  return words.rate(perDay, days, n.whole(days)) + (zone === zoneName() ? "" : ` · ${zone}`);
}
