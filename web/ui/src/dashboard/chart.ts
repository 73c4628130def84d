/**
 * The time series: visitors as an area, page views as a line, a cursor that follows pointer and arrow keys. Own SVG, redrawn as a whole:
 * a hundred points cost less than a library.
 */
import { el, svg } from "../lib/dom";
import { bucketText, countText } from "./format";
import { labelStep, ticks } from "./scale";

/** One bucket of time. */
export interface Point {
  label: string;
  visitors: number;
  pageviews: number;
}

/** The chart on the page. */
export interface Chart {
  node: HTMLElement;
  /** Shows these; with none it shows `empty` in their place. */
  show(points: Point[], empty: HTMLElement): void;
}

const HEIGHT = 260;
const TIP_GAP = 14;
const PAD = { left: 44, right: 14, top: 14, bottom: 30 };

export function createChart(): Chart {
  const tip = el("div", { class: "tip", "aria-live": "polite" });
  const plot = el("div", { class: "plot", tabindex: 0, role: "group", "aria-roledescription": "chart" });
  const legend = el(
    "p",
    { class: "legend" },
    el("span", { class: "key visitors" }, "Visitors"),
    el("span", { class: "key pageviews" }, "Page views"),
  );
  const node = el("div", { class: "chart" }, legend, plot);
  let points: Point[] = [];
  let cursor = -1;
  let drawn: Drawn | undefined;

  function draw(): void {
    if (!points.length) return;
    const width = Math.max(280, plot.clientWidth);
    drawn = drawLines(points, width);
    plot.replaceChildren(drawn.root, tip);
    point(cursor < points.length ? cursor : -1);
  }

  function point(index: number): void {
    cursor = index;
    const at = points[index];
    tip.hidden = !at;
    drawn?.cursor.setAttribute("visibility", at ? "visible" : "hidden");
    if (!at || !drawn) return;
    const x = drawn.x(index);
    drawn.cursor.setAttribute("transform", `translate(${x} 0)`);
    drawn.dots[0].setAttribute("cy", String(drawn.y(at.visitors)));
    drawn.dots[1].setAttribute("cy", String(drawn.y(at.pageviews)));
    tip.replaceChildren(
      el("strong", {}, bucketText(at.label).full),
      el("span", { class: "key visitors" }, `${countText(at.visitors)} visitors`),
      el("span", { class: "key pageviews" }, `${countText(at.pageviews)} page views`),
    );
    // Beside the cursor, not over it: to the right as long as there is room.
    const right = x + TIP_GAP;
    const left = right + tip.offsetWidth <= plot.clientWidth ? right : x - TIP_GAP - tip.offsetWidth;
    tip.style.left = `${Math.max(0, left)}px`;
  }

  plot.addEventListener("pointermove", (event) => {
    if (!drawn) return;
    const x = event.clientX - plot.getBoundingClientRect().left;
    point(Math.max(0, Math.min(points.length - 1, Math.round(drawn.index(x)))));
  });
  plot.addEventListener("pointerleave", () => point(-1));
  plot.addEventListener("blur", () => point(-1));
  plot.addEventListener("keydown", (event) => {
    const step = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
    if (!step || !points.length) return;
    event.preventDefault();
    point(cursor < 0 ? points.length - 1 : Math.max(0, Math.min(points.length - 1, cursor + step)));
  });
  new ResizeObserver(draw).observe(plot);

  return {
    node,
    show(next, empty) {
      points = next;
      legend.hidden = !next.length;
      plot.setAttribute("aria-label", summary(next));
      if (next.length) return draw();
      drawn = undefined;
      plot.replaceChildren(empty);
    },
  };
}

function summary(points: Point[]): string {
  const first = points[0];
  const last = points.at(-1);
  if (!first || !last) return "No visits in this period";
  const most = points.reduce((best, one) => (one.pageviews > best.pageviews ? one : best), first);
  return `Visitors and page views from ${bucketText(first.label).full} to ${bucketText(last.label).full}; most page views, ${most.pageviews}, on ${bucketText(most.label).full}. Arrow keys read the values.`;
}

interface Drawn {
  root: SVGSVGElement;
  cursor: SVGGElement;
  dots: [SVGCircleElement, SVGCircleElement];
  x: (index: number) => number;
  y: (value: number) => number;
  index: (x: number) => number;
}

function drawLines(points: Point[], width: number): Drawn {
  const scale = ticks(Math.max(...points.map((one) => Math.max(one.pageviews, one.visitors))));
  const top = scale.at(-1) ?? 1;
  const span = width - PAD.left - PAD.right;
  const steps = Math.max(1, points.length - 1);
  const x = (index: number): number => PAD.left + (points.length === 1 ? span / 2 : (span * index) / steps);
  const y = (value: number): number => HEIGHT - PAD.bottom - ((HEIGHT - PAD.bottom - PAD.top) * value) / top;
  const index = (at: number): number => ((at - PAD.left) / span) * steps;
  const line = (of: (one: Point) => number, from = 0, to = points.length): string =>
    points
      .slice(from, to)
      .map((one, i) => `${i ? "L" : "M"}${x(from + i).toFixed(1)} ${y(of(one)).toFixed(1)}`)
      .join("");
  // The last bucket is not over yet: its stretch is dashed.
  const lines = (of: (one: Point) => number, name: string): SVGPathElement[] => [
    svg("path", { d: line(of, 0, Math.max(1, points.length - 1)), class: `line ${name}` }),
    svg("path", { d: line(of, Math.max(0, points.length - 2)), class: `line open ${name}` }),
  ];
  const area = `${line((one) => one.visitors)}L${x(points.length - 1).toFixed(1)} ${y(0)}L${x(0).toFixed(1)} ${y(0)}Z`;
  const dots: Drawn["dots"] = [dot("visitors"), dot("pageviews")];
  const cursor = svg("g", { class: "cursor", visibility: "hidden" }, svg("line", { y1: PAD.top, y2: HEIGHT - PAD.bottom }), ...dots);
  const root = svg(
    "svg",
    { width, height: HEIGHT, viewBox: `0 0 ${width} ${HEIGHT}`, "aria-hidden": "true" },
    ...scale.map((value) =>
      svg(
        "g",
        { class: "tick" },
        svg("line", { x1: PAD.left, x2: width - PAD.right, y1: y(value), y2: y(value) }),
        svg("text", { x: PAD.left - 8, y: y(value) + 4, "text-anchor": "end" }, countText(value)),
      ),
    ),
    ...axisLabels(points, span, x),
    svg("path", { d: area, class: "area" }),
    ...lines((one) => one.pageviews, "pageviews"),
    ...lines((one) => one.visitors, "visitors"),
    ...(points.length === 1
      ? points.flatMap((one) => [dot("pageviews", x(0), y(one.pageviews)), dot("visitors", x(0), y(one.visitors))])
      : []),
    cursor,
  );
  return { root, cursor, dots, x, y, index };
}

const dot = (name: string, cx = 0, cy = 0): SVGCircleElement => svg("circle", { cx, cy, r: 4.5, class: `dot ${name}` });

function axisLabels(points: Point[], span: number, x: (index: number) => number): SVGTextElement[] {
  const step = labelStep(points.length, span, 64);
  return points.flatMap((one, index) => {
    if (index % step) return [];
    const anchor = index === points.length - 1 ? "end" : "middle";
    return [svg("text", { x: x(index), y: HEIGHT - 8, "text-anchor": anchor, class: "axis" }, bucketText(one.label).axis)];
  });
}
