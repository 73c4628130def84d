/** The button between light and dark of the pages without React. */
import { el, picture } from "./dom";
import { isDark, onTheme, toggleTheme } from "./theme";

const SUN =
  '<g fill="none" stroke="currentColor" stroke-width="1.8" stroke-linecap="round"><circle cx="12" cy="12" r="4"/><path d="M12 3v2M12 19v2M3 12h2M19 12h2M5.6 5.6l1.4 1.4M17 17l1.4 1.4M5.6 18.4 7 17M17 7l1.4-1.4"/></g>';
const MOON =
  '<path d="M20 14.5A8 8 0 0 1 9.5 4a8 8 0 1 0 10.5 10.5Z" fill="none" stroke="currentColor" stroke-width="1.8" stroke-linejoin="round"/>';

export function themeButton(): HTMLButtonElement {
  const show = (): void => {
    const symbol = picture("0 0 24 24", isDark() ? SUN : MOON);
    symbol.setAttribute("class", "icon");
    button.replaceChildren(symbol);
    button.setAttribute("aria-label", isDark() ? "Use light colours" : "Use dark colours");
  };
  const button = el("button", { type: "button", class: "icon-button", click: () => (toggleTheme(), show()) });
  onTheme(show);
  show();
  return button;
}
