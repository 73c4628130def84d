/** The shop's pages: shelf, product, cart. Each is a function from state to elements. */
import { el, picture } from "../lib/dom";
import { cartLines, changeCart, emptyCart } from "./cart";
import { CATEGORIES, PRODUCTS, priceText, type Category, type Product } from "./products";
import { track, trackProduct, trackSearch } from "./track";

/** A page: its title and what stands in `<main>`; `seen` is called once both are in place. */
export interface View {
  title: string;
  body: HTMLElement[];
  seen?: () => void;
}

/** Says something for a moment at the edge of the page. */
export type Say = (text: string) => void;

export function shelfView(category: Category | undefined, say: Say): View {
  const shown = PRODUCTS.filter((product) => !category || product.category === category);
  const chips = el(
    "nav",
    { class: "chips", "aria-label": "Shelves" },
    chip("/", "Everything", !category),
    ...CATEGORIES.map((name) => chip(shelfPath(name), name, name === category)),
  );
  const hero = el(
    "section",
    { class: "hero" },
    el("h1", {}, category ?? "Good things, and not too many."),
    el(
      "p",
      {},
      category
        ? `${shown.length} things for the ${category === "Carry" ? "way" : category.toLowerCase()}.`
        : "A corner shop of twelve. Look around, put something in the cart: everything you do here is counted, and nothing is charged.",
    ),
  );
  const shelf = el("ul", { class: "shelf" });
  const none = el("p", { class: "notice", role: "status", hidden: true });
  const show = (products: Product[], query: string): void => {
    shelf.replaceChildren(...products.map((product) => el("li", {}, card(product, say))));
    none.hidden = products.length > 0;
    none.textContent = products.length > 0 ? "" : `There is no “${query}” on this shelf.`;
  };
  show(shown, "");
  return { title: category ?? "Corner Goods", body: [hero, searchField(shown, show), chips, shelf, none] };
}

/** How long nobody types before what stands there is what was searched for, in ms. */
const TYPED_MS = 700;

/** A field that leaves what fits on the shelf while one types, and tells what was searched for once one stops. */
function searchField(products: Product[], show: (found: Product[], query: string) => void): HTMLElement {
  const field = el("input", { type: "search", class: "search", placeholder: "Search the shelf", "aria-label": "Search the shelf" });
  let timer = 0;
  let told = "";
  field.addEventListener("input", () => {
    const query = field.value.trim();
    const words = query.toLowerCase().split(/\s+/);
    const text = ({ name, category, line }: Product): string => `${name} ${category} ${line}`.toLowerCase();
    const found = products.filter((product) => words.every((word) => text(product).includes(word)));
    show(found, query);
    clearTimeout(timer);
    timer = window.setTimeout(() => {
      if (query && query !== told) trackSearch(query, found.length);
      told = query;
    }, TYPED_MS);
  });
  return field;
}

const shelfPath = (category: Category): string => `/c/${category.toLowerCase()}`;

const chip = (href: string, text: string, current: boolean): HTMLElement =>
  el("a", { href, class: "chip", "aria-current": current ? "page" : undefined }, text);

function card(product: Product, say: Say): HTMLElement {
  return el(
    "article",
    { class: "card" },
    el(
      "a",
      { href: `/p/${product.slug}`, class: "card-link", "aria-label": product.name },
      tile(product),
      el("h2", {}, product.name),
      el("p", {}, product.line),
    ),
    el("div", { class: "card-foot" }, el("span", { class: "price" }, priceText(product.cents)), addButton(product, say, "button small")),
  );
}

const tile = (product: Product): HTMLElement => el("div", { class: `tile ${product.tile}` }, picture("0 0 200 200", product.art));

function addButton(product: Product, say: Say, look: string): HTMLElement {
  const add = (): void => {
    changeCart(product, 1);
    trackProduct("Product Added", product);
    say(`${product.name} is in your cart`);
  };
  return el("button", { type: "button", class: look, click: add, "aria-label": `Add to cart: ${product.name}` }, "Add to cart");
}

export function productView(product: Product, say: Say, go: (path: string) => void): View {
  const buy = (): void => {
    changeCart(product, 1);
    trackProduct("Product Added", product);
    go("/cart");
  };
  const others = PRODUCTS.filter((other) => other.category === product.category && other !== product);
  const detail = el(
    "section",
    { class: "product" },
    tile(product),
    el(
      "div",
      { class: "product-text" },
      el(
        "p",
        { class: "crumb" },
        el("a", { href: "/" }, "Everything"),
        " / ",
        el("a", { href: shelfPath(product.category) }, product.category),
      ),
      el("h1", {}, product.name),
      el("p", { class: "lead" }, product.line),
      el("p", {}, product.text),
      el("p", { class: "price large" }, priceText(product.cents)),
      el(
        "div",
        { class: "actions" },
        el("button", { type: "button", class: "button", click: buy }, "Buy now"),
        addButton(product, say, "button quiet"),
      ),
    ),
  );
  return {
    title: `${product.name} · Corner Goods`,
    seen: () => trackProduct("Product Viewed", product),
    body: [
      detail,
      el("h2", { class: "section-title" }, `Also in ${product.category}`),
      el("ul", { class: "shelf" }, ...others.map((other) => el("li", {}, card(other, say)))),
    ],
  };
}

export function cartView(redraw: () => void): View {
  const lines = cartLines();
  const total = lines.reduce((sum, line) => sum + line.quantity * line.product.cents, 0);
  const checkout = (): void => {
    track("Checkout Started", {
      value: total / 100,
      currency: "USD",
      products: lines.map((line) => ({ sku: line.product.slug, quantity: line.quantity })),
    });
    emptyCart();
    body.replaceChildren(
      el(
        "p",
        { class: "notice", role: "status" },
        "That was counted as a checkout. This is a demo: nothing was charged, nothing will arrive.",
      ),
      el("a", { href: "/", class: "button" }, "Back to the shelf"),
    );
  };
  const change = (product: Product, by: number): void => {
    changeCart(product, by);
    trackProduct(by > 0 ? "Product Added" : "Product Removed", product);
    redraw();
  };
  const body = el("section", { class: "cart" });
  if (lines.length === 0)
    body.append(el("p", { class: "notice" }, "Your cart is empty."), el("a", { href: "/", class: "button" }, "Back to the shelf"));
  else
    body.append(
      el("ul", { class: "lines" }, ...lines.map((line) => cartLine(line.product, line.quantity, change))),
      el("p", { class: "total" }, el("span", {}, "Total"), el("strong", {}, priceText(total))),
      el("button", { type: "button", class: "button", click: checkout }, "Check out"),
    );
  return { title: "Cart · Corner Goods", body: [el("h1", { class: "page-title" }, "Your cart"), body] };
}

function cartLine(product: Product, quantity: number, change: (product: Product, by: number) => void): HTMLElement {
  const step = (by: number, text: string, label: string): HTMLElement =>
    el("button", { type: "button", class: "step", "aria-label": `${label}: ${product.name}`, click: () => change(product, by) }, text);
  return el(
    "li",
    { class: "line" },
    el("a", { href: `/p/${product.slug}`, "aria-label": product.name }, tile(product)),
    el("div", { class: "line-text" }, el("a", { href: `/p/${product.slug}` }, product.name), el("span", {}, priceText(product.cents))),
    el(
      "div",
      { class: "steps" },
      step(-1, "−", "One less"),
      el("span", { "aria-label": "Quantity" }, String(quantity)),
      step(1, "+", "One more"),
    ),
    el("strong", { class: "line-total" }, priceText(product.cents * quantity)),
  );
}

export function missingView(): View {
  return {
    title: "Not found · Corner Goods",
    body: [
      el("h1", { class: "page-title" }, "There is nothing on this shelf"),
      el("a", { href: "/", class: "button" }, "Back to all things"),
    ],
  };
}
