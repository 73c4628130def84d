/** The bars of a pace: where each stands, how high it is, and in which band. */
import type { PaceSecond } from "@kassa/client";

export type Band = "none" | "good" | "slow" | "bad";

const STEP = 10;
const GAP = 2;
const SECONDS = 30;
export const WIDTH = SECONDS * STEP;
export const HEIGHT = 60;
/** What is longer is not higher. */
const LONGEST_MS = 2_000;
/** A second in which nothing ended, and the quickest that did. */
const NOTHING_HIGH = 1;
const LEAST_HIGH = 4;

const highOf = (ms: number): number => (Math.min(ms, LONGEST_MS) / LONGEST_MS) * HEIGHT;

/** How far from above the line of so many milliseconds is. */
export const lineOf = (ms: number): number => HEIGHT - highOf(ms);

/** The worst of what ended within a second. */
export const bandOf = ({ good, slow, bad }: PaceSecond): Band => (bad ? "bad" : slow ? "slow" : good ? "good" : "none");

export function barOf(second: PaceSecond, index: number): { band: Band; box: { x: number; y: number; width: number; height: number } } {
  const band = bandOf(second);
  const height = band === "none" ? NOTHING_HIGH : Math.max(LEAST_HIGH, highOf(second.longest_ms));
  return { band, box: { x: index * STEP + GAP / 2, y: HEIGHT - height, width: STEP - GAP, height } };
}

/** All of them together. */
export const sumOf = (seconds: PaceSecond[]): Omit<PaceSecond, "at"> =>
  seconds.reduce(
    (sum, one) => ({
      good: sum.good + one.good,
      slow: sum.slow + one.slow,
      bad: sum.bad + one.bad,
      longest_ms: Math.max(sum.longest_ms, one.longest_ms),
    }),
    { good: 0, slow: 0, bad: 0, longest_ms: 0 },
  );
