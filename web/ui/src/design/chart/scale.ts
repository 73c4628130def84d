/** The scales of a chart: a few round numbers from zero up, and labels that do not touch. */

const TICKS_MAX = 5;
const LABELS_MAX = 8;

/** Ticks from 0 to at least `max`: at most five, round, and whole where a half is none. */
export function ticks(max: number, whole = true): number[] {
  const least = whole ? 1 : 0.1;
  const rough = Math.max(max, least) / (TICKS_MAX - 1);
  const power = 10 ** Math.floor(Math.log10(rough));
  const fits = (step: number): boolean => step >= rough * (1 - 1e-9) && (!whole || Number.isInteger(step));
  const step = Math.max(whole ? 1 : 0, [1, 2, 2.5, 5, 10].map((factor) => factor * power).find(fits) ?? Math.ceil(rough));
  const count = Math.max(1, Math.ceil(max / step - 1e-9));
  return Array.from({ length: count + 1 }, (_, index) => Number((index * step).toPrecision(12)));
}

/** Which of `count` labels are written: every n-th from the first, at most eight, and none over another. */
export function labelStep(count: number, width: number, labelWidth: number): number {
  const room = Math.max(2, Math.min(LABELS_MAX, Math.floor(width / labelWidth)));
  const raw = Math.ceil(count / room);
  return [1, 2, 3, 4, 5, 6, 7, 10, 12, 14, 15, 20, 28, 30].find((step) => step >= raw) ?? raw;
}
