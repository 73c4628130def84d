import { expect, test } from "vitest";
import { bucketText, countText, durationText, metricText } from "../src/dashboard/format";
import { labelStep, ticks } from "../src/dashboard/scale";

test("numbers are written as people read them", () => {
  expect([0, 999, 1234, 99_999, 123_456, 4_200_000].map(countText)).toEqual(["0", "999", "1,234", "99,999", "123.5K", "4.2M"]);
  expect([0, 59.4, 95, 3600, 7325].map(durationText)).toEqual(["0s", "59s", "1m 35s", "1h 0m", "2h 2m"]);
  expect(metricText("bounce_rate", 41.2)).toBe("41%");
  expect(metricText("visit_duration", null)).toBe("–");
});

test("buckets are named in the site's own time", () => {
  expect(bucketText("2026-11-19")).toMatchObject({ axis: "19 Nov", full: expect.stringMatching(/^Thu,? 19 Nov$/) as string });
  expect(bucketText("2026-11-19 13:00:00")).toEqual({ axis: "13:00", full: "19 Nov, 13:00" });
  expect(bucketText("2026-10-25 02:00:00+01:00").axis).toBe("02:00");
  expect(bucketText("what").axis).toBe("what");
});

test("the scale is round, whole and covers the largest value", () => {
  for (const max of [0, 1, 2, 3, 4, 5, 7, 9, 10, 11, 42, 99, 100, 101, 2500, 123_456]) {
    const scale = ticks(max);
    expect(scale[0]).toBe(0);
    expect(scale.at(-1)).toBeGreaterThanOrEqual(max);
    expect(scale.every(Number.isInteger), `${max}: ${scale}`).toBe(true);
    expect(scale.length).toBeLessThanOrEqual(6);
  }
  expect(ticks(264)).toEqual([0, 100, 200, 300]);
});

test("labels do not touch", () => {
  expect(labelStep(7, 1000, 64)).toBe(1);
  expect(labelStep(30, 700, 64)).toBe(3);
  expect(labelStep(24, 300, 64)).toBe(6);
});
