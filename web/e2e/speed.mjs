// How fast the dashboard is in headless Chromium: `KASSA_URL=http://… node e2e/speed.mjs [rounds] [query]` (a server with --demo, or KASSA_BIN's own demo; of
// the page's address the query, `period=7d`). Prints how long each first view took until it was complete and each filter click until all was filtered, in
// milliseconds, and their medians; fails above KASSA_FIRST_MS and KASSA_CLICK_MS where they are set. `make bench PART=m` reads it.
import { launchBrowser } from "./browser.mjs";
import { startKassa } from "./kassa.mjs";

const ROUNDS = Number(process.argv[2] ?? 7);
const PATH = `/dashboard?${process.argv[3] ?? "period=7d"}`;

const own = process.env.KASSA_URL ? undefined : await startKassa({ args: ["--demo"] });
const url = process.env.KASSA_URL ?? own.url;
const browser = await launchBrowser();
const median = (all) => all.toSorted((a, b) => a - b)[all.length >> 1];
const first = [];
const clicks = [];
for (let round = 0; round < ROUNDS; round++) {
  const context = await browser.newContext();
  const page = await context.newPage();
  const start = performance.now();
  await page.goto(url + PATH, { waitUntil: "commit" });
  await page.waitForFunction(
    () =>
      document.querySelector(".plot .line")?.getAttribute("d") &&
      !document.body.classList.contains("loading") &&
      !document.querySelector(".grid .skeleton"),
    null,
    { polling: "raf" },
  );
  first.push(performance.now() - start);
  await page.waitForTimeout(500);
  clicks.push(await page.evaluate(click));
  await context.close();
}

/** Filters by the first source; done when every panel shows the answer. */
function click() {
  const shown = () => document.querySelector('[data-metric="visitors"]').textContent;
  const was = shown();
  const start = performance.now();
  document.querySelector(".row[data-name=Google] button.row-name").click();
  return new Promise((done) => {
    const look = () => {
      const waits = document.querySelector(".stale") || document.body.classList.contains("loading") || shown() === was;
      if (waits) requestAnimationFrame(look);
      else done(performance.now() - start);
    };
    requestAnimationFrame(look);
  });
}

const rounded = (all) => all.map((ms) => Math.round(ms));
const result = { first_view_ms: Math.round(median(first)), click_ms: Math.round(median(clicks)) };
console.log(JSON.stringify({ ...result, first_views_ms: rounded(first), clicks_ms: rounded(clicks) }));
await browser.close();
await own?.remove();
const over = (value, limit) => limit !== undefined && value > Number(limit);
if (over(result.first_view_ms, process.env.KASSA_FIRST_MS) || over(result.click_ms, process.env.KASSA_CLICK_MS)) process.exitCode = 1;
