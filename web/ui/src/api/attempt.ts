/** A form that sends a request of an operation to this server, filled in from its examples. */
import { el } from "../lib/dom";
import { exampleNames, type Parameter, type Route } from "./document";

/** What is sent: everything as it stands in the form. */
export interface Filled {
  values: Map<Parameter, string>;
  body: string;
  key: string;
}

/** The request of `route`; the path has what was filled in, each in its place. */
export function requestOf(route: Route, { values, body, key }: Filled): { url: string; init: RequestInit } {
  let path = route.path;
  const query = new URLSearchParams();
  const headers = new Headers();
  for (const [parameter, value] of values) {
    if (value === "" && parameter.in !== "path") continue;
    if (parameter.in === "path") path = path.replace(`{${parameter.name}}`, encodeURIComponent(value).replaceAll("%3A", ":"));
    else if (parameter.in === "query") query.set(parameter.name, value);
    else headers.set(parameter.name, value);
  }
  if (key) headers.set("authorization", `Bearer ${key}`);
  const init: RequestInit = { method: route.method, headers, cache: "no-store" };
  if (route.requestBody && body.trim() !== "") {
    headers.set("content-type", Object.keys(route.requestBody.content)[0] ?? "application/json");
    init.body = body;
  }
  const text = query.toString();
  return { url: text ? `${path}?${text}` : path, init };
}

/** What an example sends. */
export function valuesOf(route: Route, example: string): { values: Map<Parameter, string>; body: string } {
  const values = new Map<Parameter, string>();
  for (const parameter of route.parameters ?? []) {
    const value = parameter.examples?.[example]?.value;
    values.set(parameter, value === undefined ? "" : String(value));
  }
  const sent = Object.values(route.requestBody?.content ?? {})[0]?.examples?.[example]?.value;
  return { values, body: sent === undefined ? "" : JSON.stringify(sent, null, 2) };
}

/** The form; `key` says which key to show. */
export function attempt(route: Route, key: () => string): HTMLElement {
  const fields = (route.parameters ?? []).map((parameter) => ({
    parameter,
    input: el("input", { name: parameter.name, "aria-label": parameter.name, required: parameter.required, spellcheck: "false" }),
  }));
  const body = el("textarea", { "aria-label": "Body", rows: 8, spellcheck: "false" });
  const answer = el("div", { class: "answer", "aria-live": "polite" });
  const fill = (example: string): void => {
    const { values, body: text } = valuesOf(route, example);
    for (const { parameter, input } of fields) input.value = values.get(parameter) ?? "";
    body.value = text;
  };
  const names = exampleNames(route);
  const choice = el(
    "select",
    { "aria-label": "Example", change: () => fill(choice.value) },
    ...names.map((name) => el("option", {}, name)),
  );
  fill(names[0] ?? "");
  const send = async (event: Event): Promise<void> => {
    event.preventDefault();
    const filled = { values: new Map(fields.map(({ parameter, input }) => [parameter, input.value])), body: body.value, key: key() };
    const { url, init } = requestOf(route, filled);
    answer.replaceChildren(await told(url, init));
  };
  return el(
    "form",
    { class: "attempt", submit: (event) => void send(event) },
    names.length > 1 && el("label", { class: "line" }, el("span", {}, "Example"), choice),
    ...fields.map(({ parameter, input }) => el("label", { class: "line" }, el("span", {}, el("code", {}, parameter.name)), input)),
    route.requestBody && body,
    el("button", { type: "submit", class: "button primary" }, `Send ${route.method}`),
    answer,
  );
}

// Long answers and streams are shown as far as this.
const SHOWN_MAX = 20_000;

async function told(url: string, init: RequestInit): Promise<HTMLElement> {
  try {
    const answer = await fetch(url, init);
    const head = el("p", {}, el("strong", {}, String(answer.status)), ` ${answer.headers.get("content-type") ?? ""} `, el("code", {}, url));
    if (answer.headers.get("content-type")?.startsWith("text/event-stream")) {
      await answer.body?.cancel();
      return el("div", {}, head);
    }
    return el("div", {}, head, el("pre", { tabindex: 0 }, shown(await answer.text())));
  } catch (error) {
    return el("p", { class: "failure", role: "alert" }, `The server does not answer: ${(error as Error).message}`);
  }
}

function shown(text: string): string {
  try {
    return JSON.stringify(JSON.parse(text), null, 2).slice(0, SHOWN_MAX);
  } catch {
    return text.slice(0, SHOWN_MAX);
  }
}
