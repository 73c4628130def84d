// Screenshots of the dashboard and of the shop for people to look at: light and dark, at three widths. `node e2e/shots.mjs [folder]`, with KASSA_URL set of the
// real server, otherwise of the stand-ins. With KASSA_SHOTS_SCALE=0.5 they are half as large.
import { mkdirSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { launchBrowser } from "./browser.mjs";
import { startMock } from "./mock.mjs";
import { startShop } from "./shop_mock.mjs";

const folder = process.argv[2] ?? join(tmpdir(), "kassa-shots");
const only = process.env.KASSA_SHOTS_ONLY?.split(",");
const scale = Number(process.env.KASSA_SHOTS_SCALE ?? 1);
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
};
const SHOP = {
  shop: "/",
  category: "/c/desk",
  search: "/search?q=card",
  nothing: "/search?q=nothing",
  product: "/p/linen-shirt",
  soldout: "/p/bread-knife",
  cart: "/cart",
  contact: "/checkout/contact",
  missing: "/p/nothing",
};
const WIDTHS = [390, 768, 1440];

mkdirSync(folder, { recursive: true });
const mock = process.env.KASSA_URL ? undefined : await startMock();
const shop = process.env.KASSA_URL ? undefined : await startShop();
const addressOf = (path, name) => (process.env.KASSA_URL ?? (name in SHOP ? shop : mock).url) + path;
// What lies in the cart: as it was put there, dearer by now, more than there is, sold out, gone.
const CART = [
  ["stoneware-mug", 2, 1800],
  ["shirt-m-ink", 1, 3000],
  ["gooseneck-kettle", 9, 6400],
  ["bread-knife", 1, 3900],
  ["nothing", 1, 100],
].map(([sku, quantity, seen_price_minor]) => ({ sku, quantity, seen_price_minor }));
const browser = await launchBrowser();
for (const colorScheme of ["light", "dark"])
  for (const width of WIDTHS) {
    const context = await browser.newContext({ colorScheme, viewport: { width, height: 900 }, deviceScaleFactor: scale });
    await context.addInitScript((cart) => localStorage.setItem("kassa-cart", cart), JSON.stringify(CART));
    const page = await context.newPage();
    page.on("console", (message) => message.type() === "error" && console.error(page.url(), message.text()));
    page.on("pageerror", (error) => console.error(page.url(), error));
    for (const [name, path] of Object.entries({ ...PAGES, ...SHOP })) {
      if (only && !only.includes(name)) continue;
      await page.goto(addressOf(path, name));
      await page.locator("main").first().waitFor();
      await page
        .locator(path.startsWith("/dashboard") ? ".panel" : path === "/login" ? ".card" : "footer")
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
