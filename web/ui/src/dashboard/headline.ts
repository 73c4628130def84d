/** The headline numbers, each with what it means and how it compares to the period before. The server compares like with like: a
 * period that is not over with the same part of the one before. */
import { el } from "../lib/dom";
import type { Row } from "./api";
import { metricText } from "./format";
import { help } from "./help";

/** The metrics of the headline, in this order. */
export const HEADLINE = ["visitors", "visits", "pageviews", "bounce_rate", "visit_duration"] as const;

const TITLES: Record<(typeof HEADLINE)[number], string> = {
  visitors: "Visitors",
  visits: "Visits",
  pageviews: "Page views",
  bounce_rate: "Bounce rate",
  visit_duration: "Visit duration",
};

/** The headline on the page. */
export interface Headline {
  node: HTMLElement;
  /** `before` says in words what is compared with. */
  show(row: Row | undefined, before: string): void;
}

export function createHeadline(): Headline {
  const cards = HEADLINE.map((metric) => {
    const value = el("dd", { class: "number", "data-metric": metric }, "–");
    const change = el("dd", { class: "change" });
    return { metric, value, change, node: el("div", { class: "figure" }, el("dt", {}, TITLES[metric], help(metric)), value, change) };
  });
  return {
    node: el("dl", { class: "headline", "aria-label": "Key figures" }, ...cards.map((card) => card.node)),
    show(row, before) {
      cards.forEach(({ metric, value, change }, index) => {
        setNumber(value, metricText(metric, row?.metrics[index]));
        showChange(change, metric, row?.comparison?.change[index], { value: row?.comparison?.metrics[index], words: before });
      });
    },
  };
}

/** Sets a number and lets it light up for a moment if it is another than before. */
export function setNumber(node: HTMLElement, text: string): void {
  if (node.textContent === text) return;
  const first = node.textContent === "–" || node.textContent === "";
  node.textContent = text;
  if (first) return;
  node.classList.remove("bump");
  // Reading a size restarts the animation.
  void node.offsetWidth;
  node.classList.add("bump");
}

const CHANGE_SHOWN_MAX = 999;

/** A number of the period before, and which period that is. */
interface Before {
  value: number | null | undefined;
  words: string;
}

function showChange(node: HTMLElement, metric: string, change: number | null | undefined, before: Before): void {
  node.className = "change";
  node.textContent = "";
  if (change === null || change === undefined) return;
  const points = metric === "bounce_rate";
  const amount = Math.abs(Math.round(change));
  const size = `${amount > CHANGE_SHOWN_MAX ? `over ${CHANGE_SHOWN_MAX}` : amount}${points ? " pts" : "%"}`;
  const better = points ? change < 0 : change > 0;
  if (Math.round(change) !== 0) node.classList.add(better ? "better" : "worse");
  const arrow = change > 0 ? "↑" : "↓";
  const words = Math.round(change) === 0 ? "as before" : `${change > 0 ? "up" : "down"} ${size}`;
  node.append(
    el("span", { "aria-hidden": "true" }, Math.round(change) === 0 ? "no change" : `${arrow} ${size}`),
    el("span", { class: "hidden-text" }, words),
    el("span", { class: "before", title: before.words }, ` from ${metricText(metric, before.value)}`),
    el("span", { class: "hidden-text" }, ` (${before.words})`),
  );
}
