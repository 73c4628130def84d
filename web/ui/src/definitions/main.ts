/** The page of definitions: what every number of the dashboard means, in the server's own words. */
import { connect } from "@kassa/client";
import { el, picture } from "../lib/dom";
import { loginPath, readSession } from "../lib/session";
import { themeButton } from "../lib/theme-button";
import { type Definitions, sections } from "./view";

const MARK = '<rect width="32" height="32" rx="9"/><path d="M8 23V13M13.3 23V9M18.6 23v-7M24 23V11"/>';

function mark(): SVGSVGElement {
  const node = picture("0 0 32 32", MARK);
  node.setAttribute("class", "mark");
  return node;
}

const main = el("main", { id: "main", class: "wrap" }, el("p", { class: "intro", role: "status" }, "Loading…"));

async function load(): Promise<void> {
  try {
    const session = await readSession();
    if (session && !session.signed_in) return location.replace(loginPath(location));
    const definitions = (await connect({ retries: 0 }).listDefinitions()) as Definitions;
    const asked = definitions.metrics[0]?.example?.asked_at ?? "";
    main.replaceChildren(
      el("p", { class: "intro" }, `What each number means, with five events as an example. Questions are asked on ${asked}.`),
      ...sections(definitions),
    );
    if (location.hash) document.getElementById(location.hash.slice(1))?.scrollIntoView();
  } catch (error) {
    const again = el("button", { type: "button", class: "button", click: () => void load() }, "Try again");
    main.replaceChildren(
      el(
        "p",
        { class: "failure whole", role: "alert" },
        error instanceof TypeError ? "The server does not answer." : String((error as Error).message),
        " ",
        again,
      ),
    );
  }
}

document
  .querySelector("#definitions")
  ?.append(
    el(
      "header",
      { class: "wrap top" },
      el(
        "div",
        { class: "who" },
        el("a", { href: "/dashboard", "aria-label": "kassa, to the dashboard" }, mark()),
        el("h1", {}, "Definitions"),
      ),
      themeButton(),
    ),
    main,
  );
void load();
