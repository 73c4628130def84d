/** The demo shop: one page that changes its address by the history API, so that the tracker has something to follow. */
import { el, picture } from "../lib/dom";
import { themeButton } from "../lib/theme-button";
import { cartCount, onCartChange } from "./cart";
import { CATEGORIES, productAt } from "./products";
import { cartView, missingView, productView, shelfView, type View } from "./views";

const MARK =
  '<rect width="32" height="32" rx="9" fill="var(--accent)"/><path d="M9 14h14l-1.4 9.2H10.4ZM12 14a4 4 0 0 1 8 0" fill="none" stroke="var(--accent-ink)" stroke-width="2.2" stroke-linejoin="round"/>';
const BAG = '<path d="M5 8h14l-1 12H6ZM9 8a3 3 0 0 1 6 0" fill="none" stroke="currentColor" stroke-width="1.8" stroke-linejoin="round"/>';

const main = el("main", { id: "main", class: "wrap", tabindex: -1 });
const toast = el("p", { class: "toast", role: "status" });
const badge = el("span", { class: "badge" });
const cartLink = el("a", { href: "/cart", class: "icon-button cart-link" }, picture("0 0 24 24", BAG), badge);
let toastTimer = 0;

function say(text: string): void {
  toast.textContent = text;
  toast.classList.add("shown");
  clearTimeout(toastTimer);
  toastTimer = window.setTimeout(() => toast.classList.remove("shown"), 2200);
}

function viewAt(path: string): View {
  const [kind, name = ""] = path.split("/").slice(1);
  if (!kind) return shelfView(undefined, say);
  if (kind === "cart") return cartView(draw);
  const category = CATEGORIES.find((one) => one.toLowerCase() === name);
  if (kind === "c" && category) return shelfView(category, say);
  const product = kind === "p" ? productAt(name) : undefined;
  return product ? productView(product, say, go) : missingView();
}

function draw(): void {
  const view = viewAt(location.pathname);
  document.title = view.title;
  // The cart is drawn anew when it changes: who was on a button of it stays there.
  const focused = main.contains(document.activeElement) ? document.activeElement?.getAttribute("aria-label") : undefined;
  main.replaceChildren(...view.body);
  if (focused) main.querySelector<HTMLElement>(`[aria-label="${CSS.escape(focused)}"]`)?.focus();
  view.seen?.();
}

function go(path: string): void {
  history.pushState(null, "", path);
  draw();
  scrollTo(0, 0);
  main.focus({ preventScroll: true });
}

/** Links within the shop change the page without a load; all others are the browser's. */
function follow(event: MouseEvent): void {
  const link = (event.target as Element).closest("a");
  if (!link || event.defaultPrevented || event.button !== 0 || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
  if (link.origin !== location.origin || link.hash || !/^\/($|p\/|c\/|cart$)/.test(link.pathname)) return;
  event.preventDefault();
  if (link.pathname !== location.pathname) go(link.pathname);
}

function countCart(): void {
  const count = cartCount();
  badge.textContent = count ? String(count) : "";
  cartLink.setAttribute("aria-label", count === 1 ? "Cart, 1 thing" : `Cart, ${count} things`);
}

const header = el(
  "header",
  { class: "top" },
  el(
    "div",
    { class: "wrap bar" },
    el(
      "a",
      { href: "/", class: "brand", "aria-label": "Corner Goods, to the shelf" },
      picture("0 0 32 32", MARK),
      el("span", {}, "Corner Goods"),
    ),
    el(
      "nav",
      { class: "top-nav", "aria-label": "Shop" },
      el("a", { href: "/dashboard", class: "to-dashboard" }, "Dashboard"),
      themeButton(),
      cartLink,
    ),
  ),
);
const footer = el(
  "footer",
  { class: "wrap foot" },
  el(
    "p",
    {},
    "A demo shop. Visits are counted by ",
    el("strong", {}, "kassa"),
    " on this very server: no cookies, no visitor id, no third party.",
  ),
  el("p", {}, el("a", { href: "/dashboard" }, "See yourself being counted →")),
);

document.querySelector("#shop")?.append(header, main, footer, toast);
document.addEventListener("click", follow);
addEventListener("popstate", draw);
onCartChange(countCart);
countCart();
draw();
