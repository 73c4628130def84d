/** The button that switches between light and dark; the choice is remembered. `public/assets/theme-1.js` applies it before the first paint. */
import { el, picture } from "./dom";

const SUN =
  '<g fill="none" stroke="currentColor" stroke-width="1.8" stroke-linecap="round"><circle cx="12" cy="12" r="4"/><path d="M12 3v2M12 19v2M3 12h2M19 12h2M5.6 5.6l1.4 1.4M17 17l1.4 1.4M5.6 18.4 7 17M17 7l1.4-1.4"/></g>';
const MOON =
  '<path d="M20 14.5A8 8 0 0 1 9.5 4a8 8 0 1 0 10.5 10.5Z" fill="none" stroke="currentColor" stroke-width="1.8" stroke-linejoin="round"/>';

const isDark = (): boolean => {
  const chosen = document.documentElement.dataset.theme;
  return chosen ? chosen === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;
};

export function themeButton(): HTMLButtonElement {
  const button = el("button", { type: "button", class: "icon-button", click: toggle });
  const show = (): void => {
    button.replaceChildren(picture("0 0 24 24", isDark() ? SUN : MOON));
    button.setAttribute("aria-label", isDark() ? "Use light colours" : "Use dark colours");
  };
  function toggle(): void {
    const theme = isDark() ? "light" : "dark";
    document.documentElement.dataset.theme = theme;
    try {
      localStorage.setItem("kassa-theme", theme);
    } catch {
      // Then it holds for this page only.
    }
    show();
  }
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", show);
  show();
  return button;
}
