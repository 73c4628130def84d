/** The page of the API: every operation to read and try, from this server's own description. */
import { el, picture } from "../lib/dom";
import { themeButton } from "../lib/theme-button";
import { type Api, fits, type Route, routesOf } from "./document";
import { operation, schema } from "./view";

const MARK = '<rect width="32" height="32" rx="9"/><path d="M8 23V13M13.3 23V9M18.6 23v-7M24 23V11"/>';

function mark(): SVGSVGElement {
  const node = picture("0 0 32 32", MARK);
  node.setAttribute("class", "mark");
  return node;
}

const main = el("main", { id: "main", class: "wrap" }, el("p", { class: "intro", role: "status" }, "Loading…"));
const key = el("input", { id: "key", type: "password", autocomplete: "off", spellcheck: "false", placeholder: "ks_live_…" });
const search = el("input", { id: "search", type: "search", placeholder: "orders refund", spellcheck: "false" });

async function load(): Promise<void> {
  try {
    const answer = await fetch("/openapi.json");
    if (!answer.ok) throw new Error(`The server answered ${answer.status}.`);
    show((await answer.json()) as Api);
  } catch (error) {
    const again = el("button", { type: "button", class: "button", click: () => void load() }, "Try again");
    const why = error instanceof TypeError ? "The server does not answer." : (error as Error).message;
    main.replaceChildren(el("p", { class: "failure whole", role: "alert" }, why, " ", again));
  }
}

function show(api: Api): void {
  const routes = routesOf(api);
  const shown = new Map<Route, HTMLElement>(routes.map((route) => [route, operation(route, api, () => key.value.trim())]));
  const sections = api.tags.map(({ name, description }) => {
    const own = routes.filter(({ tags }) => tags.includes(name)).map((route) => shown.get(route) as HTMLElement);
    return el("section", { "aria-label": name }, el("h2", {}, name), el("p", { class: "intro" }, description), ...own);
  });
  const none = el("p", { class: "intro", role: "status", hidden: true }, "No operation has these words.");
  search.addEventListener("input", () => {
    for (const [route, node] of shown) node.hidden = !fits(route, search.value);
    for (const section of sections) section.hidden = ![...section.querySelectorAll<HTMLElement>(".operation")].some((node) => !node.hidden);
    none.hidden = sections.some((section) => !section.hidden);
  });
  const schemas = Object.entries(api.components.schemas).map(([name, about]) => schema(name, about));
  main.replaceChildren(
    el("p", { class: "intro" }, api.info.description),
    el(
      "div",
      { class: "tools" },
      el("label", { class: "field" }, el("span", {}, "Find"), search),
      el("label", { class: "field" }, el("span", {}, "Key to try with"), key),
      el("a", { href: "/openapi.json", class: "button" }, "openapi.json"),
      el("a", { href: "/errors", class: "button" }, "Problems"),
    ),
    none,
    ...sections,
    el("section", { "aria-label": "Schemas" }, el("h2", {}, "Schemas"), ...schemas),
  );
  follow();
}

/** Opens what the address names. */
function follow(): void {
  const node = document.getElementById(decodeURIComponent(location.hash.slice(1)));
  if (!(node instanceof HTMLDetailsElement)) return;
  // What was searched for may have hidden it.
  search.value = "";
  search.dispatchEvent(new Event("input"));
  node.open = true;
  node.scrollIntoView();
}

document
  .querySelector("#api")
  ?.append(
    el(
      "header",
      { class: "wrap top" },
      el("div", { class: "who" }, el("a", { href: "/dashboard", "aria-label": "kassa, to the dashboard" }, mark()), el("h1", {}, "API")),
      themeButton(),
    ),
    main,
  );
addEventListener("hashchange", follow);
void load();
