import { expect, test } from "vitest";
import { askedFilters, readView, toggled, writeView } from "../src/dashboard/view";
import { askedRange, bucketRange, bucketsRange, comparison, dayEnds, instant, intervals, stepped } from "../src/dashboard/ranges";

const clock = { zone: "Europe/Berlin", now: new Date("2026-11-29T10:04:30Z") };
const read = (search: string) => readView(search, "demo");

test.each([
  [""],
  ["?site=second&period=7d&metric=orders"],
  ["?view=funnel&period=2026-11-01..2026-11-15&compare=year&v.step=page%3A%2F&v.step=event%3ABuy&v.window=24h"],
  ["?period=2026-11-01T13%3A00..2026-11-01T14%3A00&interval=minute"],
  ["?page=%2Fcart&source=Google&source=Bing"],
  ["?page%21=%2Fcart&page%7E=%2Fp%2F&prop.size%21%7E=L"],
  ["?page=%3Cb%3E%22%E2%80%AE%3D1%2B1&tab.pages=entry&open=page"],
])("the address %s is read and written back", (search) => {
  expect(writeView(read(search), "demo")).toBe(search);
});

test("what an address does not understand is as if it were not there", () => {
  expect(read("?period=never&compare=x&interval=second&nonsense=1&prop.=2&__proto__=3")).toEqual(read(""));
  expect(read("?period=2026-02-31..2026-03-01").period).toBe("day");
  expect(read("?period=2026-03-02..2026-03-01").period).toBe("day");
  expect(read("?period=0001-01-01..9999-12-31").period).toBe("day");
});

test("filters are asked in the words of the API", () => {
  expect(askedFilters(read("?page=%2F&page=%2Fcart&source%21=Google&prop.size%7E=L").filters)).toEqual([
    ["is", "event:page", ["/", "/cart"]],
    ["is_not", "visit:source", ["Google"]],
    ["contains", "event:props:size", ["L"]],
  ]);
});

test("a row that is clicked twice is no filter any more", () => {
  const once = toggled(read("?source%21=Bing"), "event:page", "/cart");
  expect(writeView(once, "demo")).toBe("?source%21=Bing&page=%2Fcart");
  expect(writeView(toggled(once, "event:page", "/"), "demo")).toBe("?source%21=Bing&page=%2F");
  expect(writeView(toggled(once, "event:page", "/cart"), "demo")).toBe("?source%21=Bing");
});

test.each([
  ["day", ["2026-11-29", "2026-11-29"]],
  ["yesterday", ["2026-11-28", "2026-11-28"]],
  ["28d", ["2026-11-02", "2026-11-29"]],
  ["month", ["2026-11-01", "2026-11-30"]],
  ["lastmonth", ["2026-10-01", "2026-10-31"]],
  ["12mo", ["2025-12-01", "2026-11-30"]],
  ["year", ["2026-01-01", "2026-12-31"]],
  ["all", undefined],
])("%s is from %j", (period, ends) => {
  expect(dayEnds(period, clock)).toEqual(ends);
});

test("days begin at the site's midnight, also where its clock was set", () => {
  expect(instant("2026-11-29", "Europe/Berlin")).toBe("2026-11-28T23:00:00.000Z");
  expect(instant("2026-03-29T12:00", "Europe/Berlin")).toBe("2026-03-29T10:00:00.000Z");
  expect(instant("2026-10-25", "Europe/Berlin")).toBe("2026-10-24T22:00:00.000Z");
  expect(askedRange("2026-11-01T13:00..2026-11-01T14:00", clock)).toEqual(["2026-11-01T12:00:00.000Z", "2026-11-01T13:00:00.000Z"]);
});

test("a running period is compared with the same weekdays until the same minute", () => {
  expect(comparison("day", "weekday", clock)).toEqual({
    mode: "custom",
    date_range: ["2026-11-21T23:00:00.000Z", "2026-11-22T10:05:00.000Z"],
  });
  expect(comparison("30d", "weekday", clock)).toEqual({
    mode: "custom",
    date_range: ["2026-09-25T22:00:00.000Z", "2026-10-25T10:05:00.000Z"],
  });
  expect(comparison("yesterday", "weekday", clock)).toEqual({
    mode: "custom",
    date_range: ["2026-11-20T23:00:00.000Z", "2026-11-21T23:00:00.000Z"],
  });
  expect(comparison("7d", "weekday", clock)).toEqual({ mode: "previous_period" });
  expect(comparison("month", "weekday", clock)).toEqual({ mode: "previous_period" });
  expect(comparison("day", "year", clock)).toEqual({ mode: "year_over_year" });
  expect(comparison("day", "2026-10-01..2026-10-02", clock)).toEqual({ mode: "custom", date_range: ["2026-10-01", "2026-10-02"] });
  for (const [period, compare] of [
    ["day", "none"],
    ["realtime", "weekday"],
    ["all", "year"],
  ] as const)
    expect(comparison(period, compare, clock)).toBeUndefined();
});

test("a chart has at most a thousand buckets", () => {
  expect(intervals("day", clock)).toEqual(["hour"]);
  expect(intervals("7d", clock)).toEqual(["day", "hour"]);
  expect(intervals("12mo", clock)).toEqual(["month", "week", "day"]);
  expect(intervals("2010-01-01..2026-01-01", clock)).toEqual(["month", "week"]);
  expect(intervals("2026-11-01T13:00..2026-11-01T14:00", clock)).toEqual(["minute"]);
});

test("a bucket that is chosen is a range", () => {
  expect(bucketRange("2026-02-01", "month")).toBe("2026-02-01..2026-02-28");
  expect(bucketRange("2026-11-23", "week")).toBe("2026-11-23..2026-11-29");
  expect(bucketRange("2026-11-23", "day")).toBe("2026-11-23..2026-11-23");
  expect(bucketRange("2026-11-23 23:00:00", "hour")).toBe("2026-11-23T23:00..2026-11-24T00:00");
  expect(bucketRange("2026-11-23 23:01:00", "minute")).toBeUndefined();
  expect(bucketsRange("2026-11-01", "2026-12-01", "month")).toBe("2026-11-01..2026-12-31");
});

test("a period is stepped by its own length, and not into the future", () => {
  expect(stepped("day", -1, clock)).toBe("2026-11-28..2026-11-28");
  expect(stepped("2026-11-28..2026-11-28", 1, clock)).toBe("day");
  expect(stepped("day", 1, clock)).toBeUndefined();
  expect(stepped("month", -1, clock)).toBe("2026-10-01..2026-10-31");
  expect(stepped("2026-02-01..2026-02-28", -1, clock)).toBe("2026-01-01..2026-01-31");
  expect(stepped("year", -1, clock)).toBe("2025-01-01..2025-12-31");
  expect(stepped("7d", -1, clock)).toBe("2026-11-16..2026-11-22");
  expect(stepped("all", -1, clock)).toBeUndefined();
});
