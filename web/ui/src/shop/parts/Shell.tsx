/** What is on every page: the shop's name, the search, its categories, the cart; and below, what has to be said. */
import { useCart } from "../cart/cart";
import { useCheckout } from "../checkout/attempt";
import { chooseLanguage, type Language } from "../../design/language";
import { Icon } from "../../design/Icon";
import { isDark, toggleTheme } from "../../lib/theme";
import { SearchBox } from "../list/SearchBox";
import { useBusy, type View } from "../navigation";
import type { Category, Shop } from "../types";
import { offeredLanguages, useWords } from "../words";
import { useState } from "react";

export function Header({ view }: { view: View }) {
  const { shop, categories, page } = view.data;
  const { t } = useWords();
  const busy = useBusy();
  return (
    <header className="top">
      <div className="wrap bar">
        <a href="/" className="brand" dir="auto" aria-label={t.toShop(shop.name)}>
          {shop.logo ? <img src={`/assets/i/${shop.logo}-320`} alt="" height={40} /> : shop.name}
        </a>
        <SearchBox key={view.data.page === "search" ? view.data.q : ""} q={view.data.page === "search" ? view.data.q : ""} />
        <CartLink />
      </div>
      {page !== "checkout" && (
        <Categories categories={categories} current={view.data.page === "category" ? view.data.category : undefined} />
      )}
      <div className="busy" data-on={busy} role="progressbar" aria-label={t.loading} hidden={!busy} />
      <Unanswered page={page} />
    </header>
  );
}

function CartLink() {
  const { t } = useWords();
  const count = useCart().reduce((sum, { quantity }) => sum + quantity, 0);
  return (
    <a href="/cart" className="cart-link" aria-label={t.cart.link(count)}>
      <Icon name="bag" />
      {count > 0 && <span className="badge">{count}</span>}
    </a>
  );
}

function Categories({ categories, current }: { categories: Category[]; current: Category | undefined }) {
  const { t } = useWords();
  const tops = categories.filter(({ parent_id: parent }) => parent === null);
  if (tops.length === 0) return null;
  const isCurrent = ({ id }: Category): boolean => id === current?.id || id === current?.parent_id;
  return (
    <nav className="wrap categories" aria-label={t.categories}>
      {tops.map((category) => (
        <a key={category.id} href={`/c/${category.slug}`} aria-current={isCurrent(category) ? "true" : undefined} dir="auto">
          {category.name}
        </a>
      ))}
    </nav>
  );
}

/** An order was sent and is not answered: it is not forgotten on other pages. */
function Unanswered({ page }: { page: string }) {
  const { t } = useWords();
  const { body } = useCheckout();
  if (body === null || page === "checkout") return null;
  return (
    <p className="wrap notice" role="status">
      {t.checkout.unanswered} <a href="/checkout/review">{t.checkout.seeUnanswered}</a>
    </p>
  );
}

export function Footer({ shop }: { shop: Shop }) {
  const { t } = useWords();
  const [dark, setDark] = useState(isDark);
  return (
    <footer className="foot">
      <div className="wrap">
        <p dir="auto">{shop.name}</p>
        <nav aria-label={t.about}>
          <a href="/imprint">{t.imprint}</a>
          <a href="/terms">{t.terms}</a>
        </nav>
        <Languages languages={offeredLanguages(shop.languages)} />
        <button type="button" className="plain" onClick={() => (toggleTheme(), setDark(isDark()))}>
          <Icon name={dark ? "sun" : "moon"} />
          {dark ? t.light : t.dark}
        </button>
      </div>
    </footer>
  );
}

const NAMES: Record<Language, string> = { en: "English", de: "Deutsch", ar: "العربية" };

function Languages({ languages }: { languages: Language[] }) {
  const { t } = useWords();
  if (languages.length < 2) return null;
  return (
    <label className="languages">
      <span className="unseen">{t.language}</span>
      <select value={t.lang} onChange={(event) => chooseLanguage(event.currentTarget.value as Language)}>
        {languages.map((one) => (
          <option key={one} value={one} lang={one}>
            {NAMES[one]}
          </option>
        ))}
      </select>
    </label>
  );
}
