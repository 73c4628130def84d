/** The whole shop: the page that the address names, between what is on every page. */
import { useEffect, useLayoutEffect, useRef } from "react";
import { CartPage } from "./cart/CartPage";
import { CheckoutPage } from "./checkout/CheckoutPage";
import { CategoryPage } from "./list/CategoryPage";
import { HomePage } from "./list/HomePage";
import { SearchPage } from "./list/SearchPage";
import { useView, type View } from "./navigation";
import { OrderPage } from "./order/OrderPage";
import { Failed, Missing, TextPage } from "./parts/Plain";
import { Footer, Header } from "./parts/Shell";
import { ProductPage } from "./product/ProductPage";
import { Tracked } from "./tracking";
import { WordsProvider, type Words } from "./words";

export function App({ words }: { words: Words }) {
  const view = useView();
  const main = useRef<HTMLElement>(null);
  // Another page begins anew; the checkout is one over its steps.
  const key = view.data.page === "checkout" ? "checkout" : view.url.replace(/\?.*/, "");
  useArrival(view, main);
  return (
    <WordsProvider words={words}>
      <Tracked major={words.major} notFound={view.data.page === "missing"}>
        <a className="skip" href="#main">
          {words.t.skip}
        </a>
        {view.data.shop.announcement && (
          <aside className="announcement" dir="auto">
            {view.data.shop.announcement}
          </aside>
        )}
        <Header view={view} />
        <main id="main" ref={main} className="wrap" tabIndex={-1}>
          <PageOf view={view} key={view.data.page + key} />
        </main>
        <Footer shop={view.data.shop} />
      </Tracked>
    </WordsProvider>
  );
}

/** On another page one is at its top, or where one was on it, and hears its heading. */
function useArrival(view: View, main: { current: HTMLElement | null }): void {
  const first = useRef(true);
  const { data, top } = view;
  useLayoutEffect(() => {
    if (first.current && top === 0) return;
    scrollTo(0, top);
  }, [data, top]);
  useEffect(() => {
    if (!first.current) {
      const heading = main.current?.querySelector("h1");
      heading?.setAttribute("tabindex", "-1");
      (heading ?? main.current)?.focus({ preventScroll: true });
    }
    first.current = false;
  }, [data]);
}

function PageOf({ view: { data, url } }: { view: View }) {
  switch (data.page) {
    case "home":
      return <HomePage data={data} />;
    case "category":
      return <CategoryPage data={data} />;
    case "search":
      return <SearchPage data={data} />;
    case "product":
      return <ProductPage data={data} url={url} />;
    case "cart":
      return <CartPage />;
    case "checkout":
      return <CheckoutPage data={data} url={url} />;
    case "order":
      return <OrderPage data={data} url={url} />;
    case "imprint":
    case "terms":
      return <TextPage data={data} />;
    case "missing":
      return <Missing data={data} />;
    case "failed":
      return <Failed />;
  }
}
