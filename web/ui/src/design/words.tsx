/** The reader's language and locale: texts, numbers and times for every component. */
import { createContext, useContext, type ReactNode } from "react";
import { en, type Texts } from "../texts/en";
import { localeOf, type Language } from "./language";
import { createNumbers, createTimes, type Numbers, type Times } from "./numbers";

export interface Words {
  t: Texts;
  n: Numbers;
  times: Times;
}

export function createWords(t: Texts, locale: string): Words {
  return { t, n: createNumbers(locale, t), times: createTimes(locale) };
}

/** Fetches a language; English is there already. */
export async function loadWords(language: Language): Promise<Words> {
  const t = language === "de" ? (await import("../texts/de")).de : language === "ar" ? (await import("../texts/ar")).ar : en;
  return createWords(t, localeOf(language, t.dir));
}

const Context = createContext<Words | undefined>(undefined);

export const WordsProvider = ({ words, children }: { words: Words; children: ReactNode }) => <Context value={words}>{children}</Context>;

export function useWords(): Words {
  const words = useContext(Context);
  if (!words) throw new Error("no WordsProvider around");
  return words;
}
