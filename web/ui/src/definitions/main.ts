/** The page of definitions: what every number of the dashboard means, in the server's own words. */
import { el, picture } from "../lib/dom";
import { loginPath, readSession } from "../lib/session";
import { themeButton } from "../lib/theme";
import { type Definitions, sections } from "./view";

const MARK =
  '<rect width="32" height="32" rx="9" fill="var(--accent)"/><path d="M8 23V13M13.3 23V9M18.6 23v-7M24 23V11" stroke="var(--accent-ink)" stroke-width="3.2" stroke-linecap="round"/>';

const main = el("main", { id: "main", class: "wrap" }, el("p", { class: "intro", role: "status" }, "Loading…"));

async function load(): Promise<void> {
  try {
    const answer = await fetch("/v1/query/definitions");
    if (answer.status === 401 && !(await readSession())?.signed_in) return location.replace(loginPath(location));
    if (!answer.ok) throw new Error(`The server answered ${answer.status}.`);
    const definitions = (await answer.json()) as Definitions;
    const asked = definitions.metrics[0]?.example?.asked_at ?? "";
    main.replaceChildren(
      el("p", { class: "intro" }, `What each number means, with five events as an example. Questions are asked on ${asked}.`),
      ...sections(definitions),
    );
    if (location.hash) document.getElementById(location.hash.slice(1))?.scrollIntoView();
  } catch (error) {
    const again = el("button", { type: "button", class: "small-button", click: () => void load() }, "Try again");
    main.replaceChildren(
      el(
        "p",
        { class: "alert", role: "alert" },
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
        el("a", { href: "/dashboard", class: "mark", "aria-label": "kassa, to the dashboard" }, picture("0 0 32 32", MARK)),
        el("h1", {}, "Definitions"),
      ),
      themeButton(),
    ),
    main,
  );
void load();
