// A list of the admin that is long: a real server with hundreds of products, all of them scrolled through.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { openShopRoom } from "./admin.mjs";
import { launchBrowser } from "./browser.mjs";

const PRODUCTS = 900;
/** Rows that may be in the page at a time, of however many. */
const ROWS_MAX = 160;
/** What a picture may be late by while one scrolls, on a machine that others use as well. */
const LATE_MS = 250;

let browser;
let room;
before(async () => {
  browser = await launchBrowser();
  room = await openShopRoom(browser);
  const lines = Array.from({ length: PRODUCTS }, (_, at) => ({
    line: at + 1,
    item: {
      slug: `thing-${at}`,
      name: `Thing ${at} ${"of a long name ".repeat(at % 4)}`.trim(),
      variants: [{ sku: `sku-${String(at).padStart(4, "0")}`, price: { amount_minor: 100, currency: "EUR" }, on_hand: at }],
    },
  }));
  const { id } = await room.post("/v1/admin/imports", { kind: "products", file: "ab".repeat(32), name: "things.jsonl" });
  for (let from = 0; from < PRODUCTS; from += 300)
    await room.post(`/v1/admin/imports/${id}`, { from, to: from + 300, lines: lines.slice(from, from + 300) });
});
after(async () => {
  await browser?.close();
  await room?.close();
});

/** Scrolls down by less than a screen at a time until nothing more comes; the rows that were seen, and how late the latest picture was. */
async function scrollThrough(page) {
  return page.evaluate(async () => {
    const picture = () => new Promise((seen) => requestAnimationFrame(seen));
    const seen = new Set();
    let most = 0;
    let late = 0;
    let still = 0;
    while (still < 60) {
      const rows = [...document.querySelectorAll("tbody tr[data-sku]")];
      for (const row of rows) {
        const { top, bottom } = row.getBoundingClientRect();
        if (bottom > 0 && top < innerHeight) seen.add(row.dataset.sku);
      }
      most = Math.max(most, rows.length);
      const isEnd = scrollY + innerHeight >= document.documentElement.scrollHeight - 2;
      still = isEnd ? still + 1 : 0;
      const before = performance.now();
      scrollBy(0, 0.8 * innerHeight);
      await picture();
      late = Math.max(late, performance.now() - before);
      // What comes into the page for this place is drawn with the next one.
      await picture();
    }
    return { seen: seen.size, most, late };
  });
}

test("of hundreds of rows each is seen, few are in the page, and no picture is late", async () => {
  const { page, context, complaints } = await room.open("/admin/stock", ["read", "inventory"]);
  await page.locator("tbody tr[data-sku]").first().waitFor();
  const { seen, most, late } = await scrollThrough(page);
  assert.equal(seen, PRODUCTS);
  assert.ok(most <= ROWS_MAX, `${most} rows in the page`);
  assert.ok(late <= LATE_MS, `a picture came after ${late} ms`);

  // The keyboard goes on where the page is, row by row, beyond what is in it.
  const last = page.locator("tbody tr[data-sku] .row-link").last();
  await last.focus();
  for (let up = 0; up < 80; up++) await page.keyboard.press("ArrowUp");
  const focused = await page.evaluate(() => document.activeElement?.closest("tr")?.dataset.sku);
  assert.equal(focused, `sku-${String(PRODUCTS - 81).padStart(4, "0")}`);
  assert.deepEqual(complaints, []);
  await context.close();
});
