/** The shop's texts in the shopper's language, and amounts and times as they are written there. */
import { createContext, useContext, type ReactNode } from "react";
import { LANGUAGES, localeOf, wantedLanguage, type Language } from "../design/language";
import { createAmounts, type Amounts } from "../design/numbers";
import { en, type Texts } from "./texts/en";

export interface Words extends Amounts {
  t: Texts;
  locale: string;
  /** A day with its year. */
  day(time: string): string;
  /** A day and the time of it. */
  moment(time: string): string;
  /** A country by its code of two letters. */
  country(code: string): string;
}

/** The languages that the shop offers and that there are texts in. */
export const offeredLanguages = (languages: string[]): Language[] => {
  const offered = LANGUAGES.filter((one) => languages.includes(one));
  return offered.length > 0 ? offered : ["en"];
};

/** Fetches the shopper's language of those that the shop offers; English is there already. */
export async function loadWords(languages: string[]): Promise<Words> {
  const language = wantedLanguage(offeredLanguages(languages));
  const t = language === "de" ? (await import("./texts/de")).de : language === "ar" ? (await import("./texts/ar")).ar : en;
  return createWords(t, localeOf(language, t.dir));
}

export function createWords(t: Texts, locale: string): Words {
  const day = new Intl.DateTimeFormat(locale, { dateStyle: "long" });
  const moment = new Intl.DateTimeFormat(locale, { dateStyle: "medium", timeStyle: "short" });
  const names = new Intl.DisplayNames(locale, { type: "region", fallback: "code" });
  return {
    t,
    locale,
    ...createAmounts(locale),
    day: (time) => day.format(new Date(time)),
    moment: (time) => moment.format(new Date(time)),
    country: (code) => (/^[A-Z]{2}$/.test(code) ? (names.of(code) ?? code) : code),
  };
}

const Context = createContext<Words | undefined>(undefined);

export const WordsProvider = ({ words, children }: { words: Words; children: ReactNode }) => (
  <Context.Provider value={words}>{children}</Context.Provider>
);

export function useWords(): Words {
  const words = useContext(Context);
  if (!words) throw new Error("no WordsProvider around");
  return words;
}
