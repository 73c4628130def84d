import { expect, test } from "vitest";
import { createNumbers, createTimes } from "../src/design/numbers";
import { labelStep, ticks } from "../src/design/chart/scale";
import { ar } from "../src/texts/ar";
import { de } from "../src/texts/de";
import { en } from "../src/texts/en";

const LOCALES = {
  en: createNumbers("en-US", en),
  de: createNumbers("de-DE", de),
  ja: createNumbers("ja-JP", en),
  ar: createNumbers("ar-EG", ar),
};
const plain = (text: string | undefined): string | undefined =>
  text?.replaceAll(/[\u00a0\u202f]/g, " ").replaceAll(/[\u200e\u200f\u061c]/g, "");

type Case = [what: string, en: string, de: string, ja: string, ar: string];

test.each<[number | null, ...Case]>([
  [0, "zero is 0", "0", "0", "0", "٠"],
  [null, "nothing is –", "–", "–", "–", "–"],
  [9_999, "whole to 9,999", "9,999", "9.999", "9,999", "٩٬٩٩٩"],
  [12_345, "then compact", "12.3K", "12.345", "1.2万", "١٢٫٣ ألف"],
  [4_200_000, "in millions", "4.2M", "4,2 Mio.", "420万", "٤٫٢ مليون"],
])("a count of %s: %s", (value, _, ...wanted) => {
  expect(Object.values(LOCALES).map((n) => plain(n.count(value).text))).toEqual(wanted);
});

test("what is shortened is whole for readers", () => {
  expect(LOCALES.en.count(12_345).full).toBe("12,345");
  expect(LOCALES.en.count(9_999).full).toBeUndefined();
});

test.each<[{ amount_minor: number; currency: string }, ...Case]>([
  [{ amount_minor: 1_234_567, currency: "EUR" }, "never compact", "€12,345.67", "12.345,67 €", "€12,345.67", "١٢٬٣٤٥٫٦٧ €"],
  [{ amount_minor: 0, currency: "USD" }, "zero with its currency", "$0.00", "0,00 $", "$0.00", "٠٫٠٠ US$"],
  [{ amount_minor: 500, currency: "JPY" }, "without a minor unit", "¥500", "500 ¥", "￥500", "٥٠٠ JP¥"],
  [{ amount_minor: -150, currency: "EUR" }, "below zero", "−€1.50", "−1,50 €", "−€1.50", "−١٫٥٠ €"],
])("%o: %s", (value, _, ...wanted) => {
  expect(Object.values(LOCALES).map((n) => plain(n.money(value)))).toEqual(wanted);
});

test.each<[number | null, ...Case]>([
  [41.2, "one decimal", "41.2%", "41,2 %", "41.2%", "٤١٫٢٪"],
  [100, "also of a whole", "100.0%", "100,0 %", "100.0%", "١٠٠٫٠٪"],
  [null, "nothing is –", "–", "–", "–", "–"],
])("%s percent: %s", (value, _, ...wanted) => {
  expect(Object.values(LOCALES).map((n) => plain(n.percent(value)))).toEqual(wanted);
});

test.each([
  [0, "0s"],
  [59.4, "59s"],
  [95, "1m 35s"],
  [3600, "1h 0m"],
  [7325, "2h 2m"],
  [null, "–"],
])("%s seconds are %s", (value, wanted) => {
  expect(LOCALES.en.duration(value)).toBe(wanted);
});

test.each([
  [12, false, "+12%"],
  [-4, false, "−4%"],
  [0, false, "0%"],
  [3.2, true, "+3.2 pts"],
  [-0.4, true, "−0.4 pts"],
  [12_000, false, "over +999%"],
])("a change of %s (points: %s) is %s", (value, points, wanted) => {
  expect(LOCALES.en.change(value, points)).toBe(wanted);
});

test("buckets are named in the site's own time", () => {
  const times = createTimes("en-GB");
  expect([times.axis("2026-11-19"), times.full("2026-11-19")]).toEqual(["19 Nov", "Thu 19 Nov"]);
  expect([times.axis("2026-11-19 13:00:00"), times.full("2026-11-19 13:00:00")]).toEqual(["13:00", "19 Nov, 13:00"]);
  expect(times.axis("2026-10-25 02:00:00+01:00")).toBe("02:00");
  expect(times.axis("what")).toBe("what");
  expect(times.days("2026-11-19", "2026-11-19")).toBe("19 Nov 2026");
});

test("the scale is round, whole and covers the largest value", () => {
  for (const max of [0, 1, 2, 3, 4, 5, 7, 9, 10, 11, 42, 99, 100, 101, 2500, 123_456]) {
    const scale = ticks(max);
    expect(scale[0]).toBe(0);
    expect(scale.at(-1)).toBeGreaterThanOrEqual(max);
    expect(scale.every(Number.isInteger), `${max}: ${scale}`).toBe(true);
    expect(scale.length).toBeLessThanOrEqual(5);
  }
  expect(ticks(264)).toEqual([0, 100, 200, 300]);
  expect(ticks(0.7, false)).toEqual([0, 0.2, 0.4, 0.6, 0.8]);
});

test("labels are eight at the most, and do not touch", () => {
  expect(labelStep(7, 1000, 64)).toBe(1);
  expect(labelStep(30, 700, 64)).toBe(4);
  expect(labelStep(24, 300, 64)).toBe(6);
  for (const count of [1, 8, 9, 24, 31, 91, 365, 1000]) expect(Math.ceil(count / labelStep(count, 2000, 64))).toBeLessThanOrEqual(8);
});
