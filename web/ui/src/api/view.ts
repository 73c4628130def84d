/** An operation and a schema as the page shows them: closed until somebody opens them, and made then. */
import { typeOf } from "../../../openapi/types.mjs";
import { el } from "../lib/dom";
import { attempt } from "./attempt";
import { type Answer, answersOf, type Api, type Parameter, type Route, type Schema, whoMayAsk } from "./document";

/** An operation; its `id` on the page is that of the document. */
export function operation(route: Route, api: Api, key: () => string): HTMLDetailsElement {
  const summary = el(
    "summary",
    {},
    el("span", { class: `method ${route.method.toLowerCase()}` }, route.method),
    el("code", {}, route.path),
    el("span", { class: "says" }, route.summary),
  );
  return lazily(route.operationId, "operation", summary, () => [
    route.description && el("p", {}, prose(route.description)),
    el("p", { class: "who-may" }, `${whoMayAsk(route)}.`),
    ...parameters(route.parameters ?? []),
    ...bodies("Takes", route.requestBody?.content),
    el("h3", {}, "Answers"),
    ...answersOf(route, api).map(([status, answer]) => answered(status, answer)),
    el("h3", {}, "Try it on this server"),
    attempt(route, key),
  ]);
}

/** A schema by its name. */
export const schema = (name: string, about: Schema): HTMLDetailsElement =>
  lazily(`schema-${name}`, "schema", el("summary", {}, el("code", {}, name)), () => [
    about.description && el("p", {}, prose(about.description)),
    type(about),
  ]);

function lazily(id: string, name: string, summary: HTMLElement, content: () => (Node | string | undefined | false)[]): HTMLDetailsElement {
  const open = (): void => {
    if (node.open && node.childElementCount === 1) node.append(el("div", { class: "inside" }, ...content()));
  };
  const node = el("details", { class: name, id, toggle: open }, summary);
  return node;
}

function parameters(all: Parameter[]): HTMLElement[] {
  if (all.length === 0) return [];
  const rows = all.map(({ name, in: place, required, description, schema }) =>
    el(
      "tr",
      {},
      el("td", {}, el("code", {}, name), required ? "" : "?"),
      el("td", {}, place),
      el("td", {}, el("code", {}, typeOf(schema))),
      el("td", {}, prose(description ?? "")),
    ),
  );
  const head = el("tr", {}, ...["Name", "In", "Type", "What"].map((title) => el("th", { scope: "col" }, title)));
  return [
    el("h3", {}, "Parameters"),
    el(
      "div",
      { class: "scroll", tabindex: 0, role: "region", "aria-label": "Parameters" },
      el("table", {}, el("thead", {}, head), el("tbody", {}, ...rows)),
    ),
  ];
}

function bodies(title: string, content: Answer["content"]): HTMLElement[] {
  return Object.entries(content ?? {}).flatMap(([mediaType, { schema }]) => [el("h3", {}, `${title} ${mediaType}`), type(schema)]);
}

function answered(status: string, { description, content }: Answer): HTMLElement {
  const kinds = Object.entries(content ?? {});
  return el(
    "div",
    { class: "answered" },
    el("p", {}, el("strong", {}, status), " ", prose(description, Number(status) >= 400 ? problem : code)),
    ...kinds.map(([mediaType, { schema }]) => (mediaType.includes("json") && Number(status) < 400 ? type(schema) : undefined)),
    ...kinds.flatMap(([, { examples }]) =>
      Object.entries(examples ?? {}).map(([name, { value }]) =>
        el("details", { class: "example" }, el("summary", {}, `Example ${name}`), el("pre", { tabindex: 0 }, written(value))),
      ),
    ),
  );
}

const written = (value: unknown): string => (typeof value === "string" ? value : JSON.stringify(value, null, 2));

/** A type, in which the names of schemas lead to them. */
function type(schema: Schema): HTMLPreElement {
  const parts = typeOf(schema).split(/\b([A-Z][a-z]\w+)\b(?!")/);
  const inText = parts.map((part, place) => (place % 2 && document.getElementById(`schema-${part}`) ? link(part) : part));
  return el("pre", { tabindex: 0 }, ...inText);
}

function link(name: string): HTMLAnchorElement {
  return el("a", { href: `#schema-${name}` }, name);
}

const code = (text: string): HTMLElement => el("code", {}, text);

/** A type of problem, which has a page. */
const problem = (name: string): HTMLElement => el("a", { href: `/errors/${name}` }, code(name));

/** A sentence with `code` in it. */
function prose(text: string, marked = code): HTMLSpanElement {
  return el("span", {}, ...text.split("`").map((part, place) => (place % 2 ? marked(part) : part)));
}
