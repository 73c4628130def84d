/** Which time is shown, in which zone, and what it is compared with. */
import { useWords } from "../design/words";
import type { Report } from "../server/reports";
import { addDays, customEnds, dayEnds, localTime, type Clock } from "./ranges";
import type { View } from "./view";

/** The time that a report is compared with, in words and to the minute; undefined where it is compared with none. */
export function useCompared(report: Report | undefined, zone: string): string | undefined {
  const { t, times } = useWords();
  const range = report?.meta.comparison_date_range;
  if (!range) return undefined;
  const [from, to] = [localTime(new Date(range[0]), zone), localTime(new Date(range[1]), zone)];
  const [first, last] = [from.slice(0, 10), to.slice(0, 10)];
  const midnight = "T00:00";
  if (from.endsWith(midnight) && to.endsWith(midnight)) return times.days(first, addDays(last, -1));
  const until = times.axis(`${last} ${to.slice(11)}:00`);
  return from.endsWith(midnight)
    ? t.until(times.days(first, last), until)
    : `${times.days(first, last)}, ${times.axis(`${first} ${from.slice(11)}:00`)}–${until}`;
}

export function RangeName({ view, zone, before }: { view: View; zone: string; before: string | undefined }) {
  const { t, times } = useWords();
  const clock: Clock = { zone, now: new Date() };
  const ends = dayEnds(view.period, clock);
  const custom = customEnds(view.period);
  const name =
    view.period === "realtime"
      ? t.lastHalfHour
      : ends
        ? times.days(...ends)
        : custom
          ? `${times.full(custom[0])} – ${times.full(custom[1])}`
          : t.periods[view.period];
  return (
    <p className="range-name">
      <strong>{name}</strong> <span>· {t.zone(zone)}</span> {before && <span>· {t.comparedWith(before)}</span>}
    </p>
  );
}
