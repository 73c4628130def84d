/** The small question marks: a definition on hover, focus or tap. The words are the server's own. */
import { el } from "../lib/dom";
import { definitions } from "./api";

const texts: Record<string, HTMLElement[]> = {};
let count = 0;

/** A question mark that explains the metric or dimension of this name. */
export function help(name: string): HTMLElement {
  const id = `help-${++count}`;
  const text = el("span", { class: "help-text", role: "tooltip", id });
  (texts[name] ??= []).push(text);
  const button = el("button", { type: "button", class: "help-mark", "aria-label": "What this means", "aria-describedby": id }, "?");
  // Escape closes it without moving on, as a tooltip should.
  button.addEventListener("keydown", (event) => event.key === "Escape" && button.blur());
  return el("span", { class: "help", hidden: true }, button, text);
}

/** Fetches the definitions once; a mark without one stays hidden. */
export async function explain(): Promise<void> {
  const known = await definitions();
  for (const [name, nodes] of Object.entries(texts))
    for (const node of nodes) {
      const definition = known.get(name);
      if (!definition) continue;
      node.textContent = definition;
      node.parentElement?.removeAttribute("hidden");
    }
}
