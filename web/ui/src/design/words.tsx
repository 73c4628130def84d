/** The reader's language and locale: texts, numbers and times for every component. */
import { createContext, useContext, type ReactNode } from "react";
import { en, type Texts } from "../texts/en";
import { createNumbers, createTimes, type Numbers, type Times } from "./numbers";

export interface Words {
  t: Texts;
  n: Numbers;
  times: Times;
}

/** The languages that there are, each in its own words; all but English are fetched when they are wanted. */
export const LANGUAGES = ["en", "de", "ar"] as const;
export type Language = (typeof LANGUAGES)[number];

const CHOICE = "kassa-language";

export function createWords(t: Texts, locale: string): Words {
  return { t, n: createNumbers(locale, t), times: createTimes(locale) };
}

/** The language that was chosen here, else the first of the reader's that there is. */
export function wantedLanguage(): Language {
  const is = (tag: string | null | undefined): Language | undefined => LANGUAGES.find((one) => one === tag?.slice(0, 2).toLowerCase());
  return is(stored()) ?? navigator.languages.map(is).find((one) => one !== undefined) ?? "en";
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

/** Fetches a language; numbers are written as in the reader's own region where that speaks it. */
export async function loadWords(language: Language): Promise<Words> {
  const t = language === "de" ? (await import("../texts/de")).de : language === "ar" ? (await import("../texts/ar")).ar : en;
  const locale = navigator.languages.find((tag) => tag.slice(0, 2).toLowerCase() === language) ?? language;
  document.documentElement.lang = language;
  document.documentElement.dir = t.dir;
  return createWords(t, locale);
}

const Context = createContext<Words | undefined>(undefined);

export const WordsProvider = ({ words, children }: { words: Words; children: ReactNode }) => <Context value={words}>{children}</Context>;

export function useWords(): Words {
  const words = useContext(Context);
  if (!words) throw new Error("no WordsProvider around");
  return words;
}
