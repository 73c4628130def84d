// Screenshots of the dashboard, of the shop and, of a real server, of the admin for people to look at: light and dark, at three widths. `node e2e/shots.mjs [folder]`, with KASSA_URL set of the
// real server, otherwise of the stand-ins. With KASSA_SHOTS_SCALE=0.5 they are half as large, with KASSA_SHOTS_LOCALE=ar for who reads Arabic, and with
// KASSA_SHOTS_ONLY=shop,cart of these pages alone.
import { mkdirSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { launchBrowser } from "./browser.mjs";
import { startMock } from "./mock.mjs";
import { startShop } from "./shop_mock.mjs";
import { FILLED, pagesOf, STAND_IN } from "./shots_shop.mjs";

const folder = process.argv[2] ?? join(tmpdir(), "kassa-shots");
const only = process.env.KASSA_SHOTS_ONLY?.split(",");
const scale = Number(process.env.KASSA_SHOTS_SCALE ?? 1);
const locale = process.env.KASSA_SHOTS_LOCALE ?? "en-US";
const VIEWS = ["stream", "funnel", "retention", "paths", "goods", "demand", "drops", "alerts", "kept", "sites"];
const PAGES = {
  today: "/dashboard",
  week: "/dashboard?period=7d",
  audit: "/dashboard?open=audit",
  realtime: "/dashboard?period=realtime",
  filter: "/dashboard?period=7d&page=/cart",
  list: "/dashboard?period=7d&open=page",
  nosite: "/dashboard?site=nobody",
  ...Object.fromEntries(VIEWS.map((view) => [view, `/dashboard?view=${view}&period=30d`])),
  definitions: "/dashboard/definitions",
  login: "/login",
  // The stand-ins have no orders to run a shop with.
  ...(process.env.KASSA_URL ? await adminOf(process.env.KASSA_URL) : {}),
};
const WIDTHS = [320, 390, 768, 1280, 1440];
/** Of the dashboard, and of the shop. */
const widthsOf = (name) => (name in PAGES ? [390, 768, 1440] : [320, 390, 1280]);

mkdirSync(folder, { recursive: true });
const mock = process.env.KASSA_URL ? undefined : await startMock();
const shop = process.env.KASSA_URL ? undefined : await startShop();
const { pages, cart } = process.env.KASSA_URL ? await pagesOf(process.env.KASSA_URL) : STAND_IN;
const CART = cart.map(([sku, quantity, seen_price_minor]) => ({ sku, quantity, seen_price_minor }));
const addressOf = (path, name) => (process.env.KASSA_URL ?? (name in PAGES ? mock : shop).url) + path;
const browser = await launchBrowser();
for (const colorScheme of ["light", "dark"])
  for (const width of WIDTHS) {
    const context = await browser.newContext({ colorScheme, locale, viewport: { width, height: 900 }, deviceScaleFactor: scale });
    const keep = ([lines, filled]) => (localStorage.setItem("kassa-cart", lines), sessionStorage.setItem("kassa-checkout", filled));
    await context.addInitScript(keep, [JSON.stringify(CART), FILLED]);
    const page = await context.newPage();
    page.on("console", (message) => message.type() === "error" && console.error(page.url(), message.text()));
    page.on("pageerror", (error) => console.error(page.url(), error));
    for (const [name, path] of Object.entries({ ...PAGES, ...pages })) {
      if ((only && !only.includes(name)) || !widthsOf(name).includes(width)) continue;
      await page.goto(addressOf(path, name));
      await page.locator("main").first().waitFor();
      await page
        .locator(/^\/(dashboard|admin)/.test(path) ? "main :is(.panel, article)" : path === "/login" ? ".card" : "footer")
        .first()
        .waitFor();
      await page.waitForFunction(() => !document.body.classList.contains("loading") && !document.querySelector(".skeleton"));
      await page.evaluate(() => {
        const ending = document.getAnimations().filter((animation) => animation.effect.getComputedTiming().endTime < Infinity);
        return Promise.allSettled(ending.map((animation) => animation.finished));
      });
      const overflow = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
      if (overflow > 0) console.error(`${name} ${width}: ${overflow} pixels too wide`);
      await page.screenshot({
        path: `${folder}/${name}-${width}-${colorScheme}.png`,
        fullPage: !["list", "stream", "audit"].includes(name),
      });
    }
    await context.close();
  }
await browser.close();
await mock?.stop();
await shop?.stop();
console.log(folder);

/** The pages of the admin, with the newest order and what is first on the shelves. */
async function adminOf(url) {
  const first = async (path) => (await (await fetch(url + path)).json()).results[0];
  const [order, stock] = [await first("/v1/orders?limit=1"), await first("/v1/inventory?limit=1")];
  const { id } = await (await fetch(`${url}/v1/products/sku:${stock?.sku}`)).json();
  const paths = [
    ...[
      "orders",
      "orders/new",
      "products",
      "products/new",
      "products/grid",
      "products/categories",
      "products/import",
      "stock",
      "stock/count",
    ],
    ...["customers", "messages", "messages/webhooks", "messages/templates", "events", "events/drops", "events/sites", "events/rules"],
    ...["health", "changes", "settings", "people", "ops"],
  ];
  return {
    ...Object.fromEntries(paths.map((path) => [`admin-${path.replace("/", "-")}`, `/admin/${path}`])),
    "admin-order": `/admin/orders/${order?.id}`,
    "admin-print": `/admin/orders/print?what=slip&id=${order?.id}`,
    "admin-product": `/admin/products/${id}`,
    "admin-sku": `/admin/stock?sku=${stock?.sku}`,
  };
}
