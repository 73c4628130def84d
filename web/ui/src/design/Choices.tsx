/** What the reader chooses for every page: light or dark, and the language. */
import { useEffect, useState } from "react";
import { isDark, onTheme, toggleTheme } from "../lib/theme";
import { later, Opener } from "./Floating";
import { chooseLanguage, LANGUAGES } from "./language";
import { IconButton } from "./Panel";
import { useWords } from "./words";

const MenuPopup = later(async () => (await import("./MenuPopup")).MenuPopup);

export function ThemeButton() {
  const { t } = useWords();
  const [dark, setDark] = useState(isDark);
  useEffect(() => onTheme(() => setDark(isDark())), []);
  return <IconButton icon={dark ? "sun" : "moon"} label={dark ? t.light : t.dark} onClick={() => (toggleTheme(), setDark(isDark()))} />;
}

export function LanguageMenu() {
  const { t } = useWords();
  const items = LANGUAGES.map((id) => ({ id, title: NAMES[id], checked: id === t.lang, choose: () => chooseLanguage(id) }));
  return (
    <Opener
      popup="menu"
      className="icon-button language"
      label={`${t.language}: ${t.lang.toUpperCase()}`}
      content={(floating) => <MenuPopup {...floating} label={t.language} groups={[{ items }]} />}
    >
      <span aria-hidden="true">{t.lang.toUpperCase()}</span>
    </Opener>
  );
}

const NAMES = { en: "English", de: "Deutsch", ar: "العربية" };
