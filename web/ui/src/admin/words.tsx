/** The admin's own texts, beside those that it shares with the dashboard. */
import { createContext, useContext, type ReactNode } from "react";
import type { Language } from "../design/language";
import { useWords, type Words } from "../design/words";
import { admin as en, type AdminTexts } from "../texts/en.admin";

/** Fetches a language; English is there already. */
export async function loadAdmin(language: Language): Promise<AdminTexts> {
  if (language === "de") return (await import("../texts/de.admin")).admin;
  return language === "ar" ? (await import("../texts/ar.admin")).admin : en;
}

const Context = createContext<AdminTexts>(en);

export const AdminWords = ({ texts, children }: { texts: AdminTexts; children: ReactNode }) => <Context value={texts}>{children}</Context>;

/** Texts, numbers and times; `a` are the admin's own. */
export function useAdmin(): Words & { a: AdminTexts } {
  const words = useWords();
  return { ...words, a: useContext(Context) };
}
