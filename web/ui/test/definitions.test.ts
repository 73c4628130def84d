import { expect, test } from "vitest";
import { anchor, rangeText, sections, valueText } from "../src/definitions/view";

const EVENTS = ["Fri 10:00", "Fri 10:01", "Fri 10:02", "Fri 11:00", "Fri 11:01"].map((time) => ({
  time,
  visitor: "Anna",
  does: "views /?a=<b>",
}));
const example = { events: EVENTS, asked_at: "Friday", query: { metrics: ["visits"], date_range: "day" }, gives: 2.5 as unknown };

test("a definition shows its sentence, its five events and what they give", () => {
  const [metrics, dimensions, others] = sections({
    metrics: [{ name: "visits", definition: "The number of visits.", example }],
    dimensions: [
      {
        name: "event:props:<key>",
        definition: "A property.",
        example: {
          ...example,
          query: { metrics: ["events"], dimensions: ["event:props:size"], date_range: "7d" },
          gives: [
            ["L", 2],
            ["(none)", { amount_minor: -150, currency: "EUR" }],
          ],
        },
      },
    ],
    others: [{ name: "rounding", definition: "To one decimal." }],
  });
  expect(metrics?.querySelector("#visits p")?.textContent).toBe("The number of visits.");
  expect(metrics?.querySelectorAll("tbody tr")).toHaveLength(5);
  expect(metrics?.querySelector("tbody tr")?.textContent).toBe("Fri 10:00Annaviews /?a=<b>");
  expect(metrics?.querySelector(".gives")?.textContent).toBe("visits (Today) is 2.5.");
  expect([...(dimensions?.querySelectorAll(".gives li") ?? [])].map((row) => row.textContent)).toEqual(["L 2", "(none) -€1.50"]);
  expect(dimensions?.querySelector(".gives p")?.textContent).toBe("events by event:props:size (7 days) is");
  expect(others?.querySelector("table")).toBeNull();
});

test("a range is said in the dashboard's words", () => {
  expect(
    (["realtime", "12mo", ["2026-11-19", "2026-11-19"], ["2026-11-18", "2026-11-20"]] as const).map((range) => rangeText(range as string)),
  ).toEqual(["Realtime", "12 months", "2026-11-19", "2026-11-18 to 2026-11-20"]);
});

test("names are anchors, values are words", () => {
  expect(["visits", "event:props:<key>", "(none)"].map(anchor)).toEqual(["visits", "event-props-key", "none"]);
  expect([3, 0, null, { amount_minor: 7, currency: "JPY" }].map(valueText)).toEqual(["3", "0", "–", "¥7"]);
});

test("an example of another report shows what its rows give", () => {
  const steps = {
    ...example,
    route: "/v1/funnel",
    member: "causes",
    query: { steps: [{ page: "/" }], date_range: "7d" },
    gives: [null, { amount_minor: 1500, currency: "EUR" }, [{ reason: "left", visitors: 1 }]],
  };
  const [, , others] = sections({
    metrics: [],
    dimensions: [],
    others: [{ name: "causes of a drop", definition: "Why.", example: steps }],
  });
  expect(others?.querySelector(".gives p")?.textContent).toBe("causes of /v1/funnel (7 days), row by row, is");
  expect([...(others?.querySelectorAll(".gives li") ?? [])].map((row) => row.textContent)).toEqual([
    "–",
    "€15.00",
    "reason left visitors 1",
  ]);
});
