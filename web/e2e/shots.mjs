// Screenshots of every page for people to look at: light and dark, wide and narrow. `node e2e/shots.mjs [folder]`, with KASSA_URL set of the real
// server, otherwise of the stand-in.
import { mkdirSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { launchBrowser } from "./browser.mjs";
import { startMock } from "./mock.mjs";

const folder = process.argv[2] ?? join(tmpdir(), "kassa-shots");
const PAGES = {
  shop: "/",
  product: "/p/stoneware-mug",
  today: "/dashboard",
  month: "/dashboard?period=30d",
  realtime: "/dashboard?period=realtime",
  filter: "/dashboard?period=7d&page=/cart",
  definitions: "/dashboard/definitions",
  login: "/login",
};
const WIDTHS = { wide: 1360, tablet: 800, phone: 390 };

mkdirSync(folder, { recursive: true });
const mock = process.env.KASSA_URL ? undefined : await startMock();
const base = process.env.KASSA_URL ?? mock.url;
const browser = await launchBrowser();
for (const colorScheme of ["light", "dark"])
  for (const [size, width] of Object.entries(WIDTHS)) {
    const context = await browser.newContext({ colorScheme, viewport: { width, height: 900 } });
    const page = await context.newPage();
    page.on("console", (message) => message.type() === "error" && console.error(page.url(), message.text()));
    page.on("pageerror", (error) => console.error(page.url(), error));
    for (const [name, path] of Object.entries(PAGES)) {
      await page.goto(base + path);
      await page
        .locator(
          path === "/dashboard/definitions"
            ? ".panel .gives"
            : path.startsWith("/dashboard")
              ? ".panel .row"
              : path === "/login"
                ? ".card"
                : ".tile",
        )
        .first()
        .waitFor();
      await page.waitForFunction(() => !document.body.classList.contains("loading"));
      await page.evaluate(() => {
        const ending = document.getAnimations().filter((animation) => animation.effect.getComputedTiming().endTime < Infinity);
        return Promise.allSettled(ending.map((animation) => animation.finished));
      });
      const overflow = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
      if (overflow > 0) console.error(`${name} ${size}: ${overflow} pixels too wide`);
      await page.screenshot({ path: `${folder}/${name}-${size}-${colorScheme}.png`, fullPage: true });
    }
    await context.close();
  }
await browser.close();
await mock?.stop();
console.log(folder);
