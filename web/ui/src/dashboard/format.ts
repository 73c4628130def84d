/** Numbers, durations and dates as people read them. */

const whole = new Intl.NumberFormat("en", { maximumFractionDigits: 0 });
const short = new Intl.NumberFormat("en", { notation: "compact", maximumFractionDigits: 1 });

/** 1234 → "1,234"; from 100,000 on "123.5K". */
export const countText = (value: number): string => (value < 100_000 ? whole : short).format(value);

/** Seconds → "1m 35s". */
export function durationText(seconds: number): string {
  const s = Math.round(seconds);
  if (s < 60) return `${s}s`;
  if (s < 3600) return `${Math.floor(s / 60)}m ${s % 60}s`;
  return `${Math.floor(s / 3600)}h ${Math.floor((s % 3600) / 60)}m`;
}

/** How a metric's value is written. */
export function metricText(metric: string, value: number | null | undefined): string {
  if (value === null || value === undefined) return "–";
  if (metric === "bounce_rate") return `${Math.round(value)}%`;
  if (metric === "visit_duration") return durationText(value);
  return countText(value);
}

const clock = new Intl.DateTimeFormat("en-GB", { hour: "2-digit", minute: "2-digit", timeZone: "UTC" });
const day = new Intl.DateTimeFormat("en-GB", { day: "numeric", month: "short", timeZone: "UTC" });
const weekday = new Intl.DateTimeFormat("en-GB", { weekday: "short", day: "numeric", month: "short", timeZone: "UTC" });

/** A bucket's label (`2026-11-19`, `2026-11-19 13:00:00` in the site's own time, or an instant) → axis text, and in full. */
export function bucketText(label: string): { axis: string; full: string } {
  const date = new Date(label.includes("T") ? label : `${label.slice(0, 19).replace(" ", "T")}${label.length > 10 ? "Z" : "T00:00:00Z"}`);
  if (Number.isNaN(date.getTime())) return { axis: label, full: label };
  if (label.length === 10) return { axis: day.format(date), full: weekday.format(date) };
  const local = label.includes("T") ? new Date(date.getTime() - date.getTimezoneOffset() * 60_000) : date;
  return { axis: clock.format(local), full: `${day.format(local)}, ${clock.format(local)}` };
}
