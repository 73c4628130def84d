/** Which of the languages that there are the reader wants. */

/** The languages that there are, each in its own words. */
export const LANGUAGES = ["en", "de", "ar"] as const;
export type Language = (typeof LANGUAGES)[number];

const CHOICE = "kassa-language";

/** The language that was chosen here, else the first of the reader's that is `offered`; the first of these where there is none. */
export function wantedLanguage(offered: readonly Language[] = LANGUAGES): Language {
  const is = (tag: string | null | undefined): Language | undefined => offered.find((one) => one === tag?.slice(0, 2).toLowerCase());
  return is(stored()) ?? navigator.languages.map(is).find((one) => one !== undefined) ?? offered[0] ?? "en";
}

function stored(): string | null {
  try {
    return localStorage.getItem(CHOICE);
  } catch {
    return null;
  }
}

/** Remembers the choice and shows the page anew in that language. */
export function chooseLanguage(language: Language): void {
  try {
    localStorage.setItem(CHOICE, language);
  } catch {
    // Then it holds for this page only, which is about to go.
  }
  location.reload();
}

/** The language in the reader's own region where that speaks it, for numbers and times; the page is marked as being in it. */
export function localeOf(language: Language, dir: "ltr" | "rtl"): string {
  document.documentElement.lang = language;
  document.documentElement.dir = dir;
  return navigator.languages.find((tag) => tag.slice(0, 2).toLowerCase() === language) ?? language;
}
