/** Where things of a chart stand, in the SVG's own units (which are CSS pixels). */
import { ticks } from "./scale";

export const HEIGHT = 260;
const PAD = { start: 48, end: 14, top: 14, bottom: 30 };

export interface Geometry {
  width: number;
  scale: number[];
  top: number;
  bottom: number;
  left: number;
  right: number;
  x: (index: number) => number;
  y: (value: number) => number;
  /** The bucket at this place, whether or not there is one. */
  index: (x: number) => number;
  /** How wide a bucket is. */
  step: number;
}

export function geometry(count: number, most: number, width: number, whole: boolean): Geometry {
  const scale = ticks(most, whole);
  const highest = scale.at(-1) ?? 1;
  const span = width - PAD.start - PAD.end;
  const steps = Math.max(1, count - 1);
  const bottom = HEIGHT - PAD.bottom;
  return {
    width,
    scale,
    top: PAD.top,
    bottom,
    left: PAD.start,
    right: width - PAD.end,
    step: span / steps,
    x: (index) => PAD.start + (count === 1 ? span / 2 : (span * index) / steps),
    y: (value) => bottom - ((bottom - PAD.top) * value) / highest,
    index: (x) => Math.max(0, Math.min(count - 1, Math.round(((x - PAD.start) / span) * steps))),
  };
}

/** A line through these values; a gap where there is none. */
export function line(values: (number | null)[], at: Geometry, from = 0, to = values.length): string {
  let path = "";
  let pen = false;
  for (let index = from; index < to; index++) {
    const value = values[index];
    if (value !== null && value !== undefined) path += `${pen ? "L" : "M"}${at.x(index).toFixed(1)} ${at.y(value).toFixed(1)}`;
    pen = value !== null && value !== undefined;
  }
  return path;
}
