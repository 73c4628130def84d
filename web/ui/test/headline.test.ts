import { expect, test } from "vitest";
import { createHeadline } from "../src/dashboard/headline";

const today = {
  dimensions: [],
  metrics: [120, 150, 480, 41.2, 95],
  comparison: { dimensions: [], metrics: [100, 150, 500, 38, null], change: [20, 0, -4, 3.2, null] },
};

test("a day that is not over is compared with as much of yesterday", () => {
  const headline = createHeadline();
  headline.show(today, "yesterday up to this minute");
  const changes = [...headline.node.querySelectorAll(".change")].map((node) => node.textContent);
  const then = " (yesterday up to this minute)";
  expect(changes).toEqual([
    `↑ 20%up 20% from 100${then}`,
    `no changeas before from 150${then}`,
    `↓ 4%down 4% from 500${then}`,
    `↑ 3 ptsup 3 pts from 38%${then}`,
    "",
  ]);
  const classes = [...headline.node.querySelectorAll(".change")].map((node) => node.className);
  expect(classes).toEqual(["change better", "change", "change worse", "change worse", "change"]);
  expect(headline.node.querySelector(".before")?.getAttribute("title")).toBe("yesterday up to this minute");
});

test("without a comparison there is none", () => {
  const headline = createHeadline();
  headline.show(today, "");
  headline.show({ dimensions: [], metrics: [3, 3, 3, null, null] }, "");
  expect([...headline.node.querySelectorAll(".change")].map((node) => node.textContent)).toEqual(["", "", "", "", ""]);
});
