/** The bars of a pace, sizes in words, and how readable white is on a colour. */
import { expect, test } from "vitest";
import { bytesText } from "../src/admin/health/bytes";
import { bandOf, barOf, HEIGHT, lineOf, sumOf, WIDTH } from "../src/admin/health/pace";
import { CONTRAST_MIN, whiteOn } from "../src/admin/settings/contrast";

const second = (good: number, slow: number, bad: number, longest_ms: number) => ({ at: 0, good, slow, bad, longest_ms });

test("a second is in the band of its worst, and as high as its longest", () => {
  expect(bandOf(second(0, 0, 0, 0))).toBe("none");
  expect(bandOf(second(9, 0, 0, 500))).toBe("good");
  expect(bandOf(second(9, 1, 0, 501))).toBe("slow");
  expect(bandOf(second(9, 1, 1, 1001))).toBe("bad");
  const high = (ms: number): number => barOf(second(1, 0, 0, ms), 0).box.height;
  expect(high(0)).toBeLessThan(high(500));
  expect(HEIGHT - lineOf(500)).toBe(high(500));
  expect(high(5_000)).toBe(HEIGHT);
  expect(barOf(second(1, 0, 0, 9), 29).box.x).toBeLessThan(WIDTH);
});

test("all seconds together", () => {
  expect(sumOf([])).toEqual({ good: 0, slow: 0, bad: 0, longest_ms: 0 });
  expect(sumOf([second(3, 1, 0, 700), second(2, 0, 1, 1200)])).toEqual({ good: 5, slow: 1, bad: 1, longest_ms: 1200 });
});

test("sizes are short", () => {
  expect(bytesText(0, "en")).toBe("0 byte");
  expect(bytesText(1_536, "en")).toBe("1.5 kB");
  expect(bytesText(300 * 1_048_576, "en")).toBe("300 MB");
  expect(bytesText(5e12, "de")).toBe("4,5 TB");
});

test("white on a colour, as WCAG counts it", () => {
  expect(whiteOn("#000000")).toBeCloseTo(21, 5);
  expect(whiteOn("#ffffff")).toBeCloseTo(1, 5);
  expect(whiteOn("#767676")).toBeGreaterThan(CONTRAST_MIN);
  expect(whiteOn("#777777")).toBeLessThan(CONTRAST_MIN);
});
