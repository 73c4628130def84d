/** A list of the most frequent values with a bar each. Rows are kept from one showing to the next, so that focus and eye stay where they are. */
import { el } from "../lib/dom";
import type { Row } from "./api";
import { countText } from "./format";
import { setNumber } from "./headline";
import { help } from "./help";

/** What a panel shows. */
export interface PanelSpec {
  title: string;
  /** Heading of the names' column. */
  of: string;
  /** Headings of the numbers' columns; the first one makes the bars. */
  columns: string[];
  /** Whose definition the question mark shows. */
  definition?: string;
  /** What an empty panel says. */
  empty: string;
  /** Called with the name of the row that was chosen. */
  choose?: (name: string) => void;
  /** How a value is called on the page. */
  name?: (value: string) => string;
}

/** A panel on the page. */
export interface Panel {
  node: HTMLElement;
  show(rows: Row[], chosen?: string): void;
}

interface Line {
  node: HTMLLIElement;
  link: HTMLElement;
  numbers: HTMLElement[];
}

export function createPanel(spec: PanelSpec, ...extra: HTMLElement[]): Panel {
  const lines = new Map<string, Line>();
  const list = el("ol", { class: "rows" });
  const head = el(
    "div",
    { class: "row-head", "aria-hidden": "true" },
    el("span", {}, spec.of),
    ...spec.columns.map((column) => el("span", {}, column)),
  );
  const empty = el("p", { class: "panel-empty" }, spec.empty);
  const title = el("h2", {}, spec.title);
  if (spec.definition) title.append(help(spec.definition));
  const node = el(
    "section",
    { class: "panel", "aria-label": spec.title },
    el("div", { class: "panel-top" }, title, ...extra),
    head,
    list,
    empty,
  );

  function lineOf(value: string): Line {
    const known = lines.get(value);
    if (known) return known;
    const shown = spec.name?.(value) ?? value;
    const choose = spec.choose;
    const link = choose
      ? el("button", { type: "button", class: "row-name", title: shown, click: () => choose(value) }, shown)
      : el("span", { class: "row-name", title: shown }, shown);
    const numbers = spec.columns.map(() => el("span", { class: "row-number" }));
    const line = { node: el("li", { class: "row", "data-name": value }, link, ...numbers), link, numbers };
    lines.set(value, line);
    return line;
  }

  function show(rows: Row[], chosen?: string): void {
    const most = Math.max(1, ...rows.map((row) => row.metrics[0] ?? 0));
    const shown = rows.map((row) => {
      const line = lineOf(row.dimensions[0] ?? "");
      line.node.style.setProperty("--share", `${(100 * (row.metrics[0] ?? 0)) / most}%`);
      if (spec.choose) line.link.setAttribute("aria-pressed", String(row.dimensions[0] === chosen));
      line.numbers.forEach((number, index) => {
        setNumber(number, countText(row.metrics[index] ?? 0));
        number.setAttribute("aria-label", `${number.textContent ?? ""} ${spec.columns[index] ?? ""}`);
      });
      return line.node;
    });
    // Only what is out of place is moved: moving an element takes its focus away.
    shown.forEach((item, index) => {
      if (list.children[index] !== item) list.insertBefore(item, list.children[index] ?? null);
    });
    while (list.children.length > shown.length) list.lastElementChild?.remove();
    empty.hidden = rows.length > 0;
    head.hidden = rows.length === 0;
  }
  show([]);
  return { node, show };
}
