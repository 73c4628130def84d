/** The titles of the pages that the server does not write anew on the way. */
import type { PageData } from "./types";
import type { Words } from "./words";

/** Gives the title of such a page, and nothing for the others. */
export function titleOf({ t }: Words): (data: PageData, url: string) => string | undefined {
  return (data, url) => {
    const of = (title: string): string => `${title} · ${data.shop.name}`;
    if (data.page === "cart") return of(t.cart.title);
    if (data.page === "checkout") return of(t.checkout.titles[stepOf(url)]);
    if (data.page === "order") return of(t.order.title);
    if (data.page === "failed") return of(t.failed.title);
    return undefined;
  };
}

const stepOf = (url: string): "contact" | "address" | "review" =>
  url.startsWith("/checkout/address") ? "address" : url.startsWith("/checkout/review") ? "review" : "contact";
