/** The vertical scale of the chart: a few round numbers from zero up. */

/** Ticks from 0 to at least `max`: at most five, whole, round. */
export function ticks(max: number): number[] {
  const rough = Math.max(max, 1) / 4;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = Math.max(
    1,
    [1, 2, 2.5, 5, 10].map((factor) => factor * power).find((candidate) => candidate >= rough && Number.isInteger(candidate)) ??
      Math.ceil(rough),
  );
  const count = Math.max(1, Math.ceil(max / step));
  return Array.from({ length: count + 1 }, (_, index) => index * step);
}

/** Which of `count` labels are written so that they do not touch: every n-th, counted from the first. */
export function labelStep(count: number, width: number, labelWidth: number): number {
  const room = Math.max(2, Math.floor(width / labelWidth));
  const raw = Math.ceil(count / room);
  return [1, 2, 3, 4, 5, 6, 7, 10, 12, 15, 20].find((step) => step >= raw) ?? raw;
}
