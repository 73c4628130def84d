/** Light or dark: the choice is remembered. `public/assets/theme-1.js` applies it before the first paint. */
const PREFERENCE = "(prefers-color-scheme: dark)";

export const isDark = (): boolean => {
  const chosen = document.documentElement.dataset["theme"];
  return chosen ? chosen === "dark" : matchMedia(PREFERENCE).matches;
};

export function toggleTheme(): void {
  const theme = isDark() ? "light" : "dark";
  document.documentElement.dataset["theme"] = theme;
  try {
    localStorage.setItem("kassa-theme", theme);
  } catch {
    // Then it holds for this page only.
  }
}

/** Calls when the browser's own preference changes, until the returned function is called. */
export function onTheme(changed: () => void): () => void {
  const preference = matchMedia(PREFERENCE);
  preference.addEventListener("change", changed);
  return () => preference.removeEventListener("change", changed);
}
