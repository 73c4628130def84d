// Lists of the admin that are long: a real server with hundreds of products, all of them scrolled through, read, and changed in the grid.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { openShopRoom } from "./admin.mjs";
import { launchBrowser } from "./browser.mjs";
import { pasteText } from "./page.mjs";

const PRODUCTS = 900;
/** Rows that may be in the page at a time, of however many. */
const ROWS_MAX = 160;
/** What all pictures but one in twenty may be late by while one scrolls, on a machine that others use as well. */
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

/** Scrolls down by less than a screen at a time until nothing more comes; the rows that were seen, and how late pictures were, but the latest twentieth. */
async function scrollThrough(page) {
  return page.evaluate(async () => {
    const picture = () => new Promise((seen) => requestAnimationFrame(seen));
    const seen = new Set();
    let most = 0;
    const waits = [];
    let still = 0;
    while (still < 60) {
      const rows = [...document.querySelectorAll("tbody tr[data-sku]")];
      for (const row of rows) {
        const { top, bottom } = row.getBoundingClientRect();
        if (bottom > 0 && top < innerHeight) seen.add(row.dataset.sku);
      }
      most = Math.max(most, rows.length);
      const isEnd = scrollY + innerHeight >= document.documentElement.scrollHeight - 2 && !document.querySelector(".sheet-foot button");
      still = isEnd ? still + 1 : 0;
      const before = performance.now();
      scrollBy(0, 0.8 * innerHeight);
      await picture();
      waits.push(performance.now() - before);
      // What comes into the page for this place is drawn with the next one.
      await picture();
    }
    const late = waits.sort((one, other) => one - other)[Math.floor(0.95 * (waits.length - 1))];
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

test("in the grid, too: a block goes into rows that are not read yet, keys lead to rows that are not in the page, and what is typed out of sight is typed", async () => {
  const { page, context, complaints } = await room.open("/admin/products/grid", ["catalog", "read", "inventory"]);
  const cell = (row, column) => page.locator(`[data-cell="${row}:${column}"]`);
  const at = (place) => page.waitForFunction((wanted) => document.activeElement?.dataset.cell === wanted, place);
  const PASTED = 120;
  await cell(2, 3).click();
  assert.ok((await page.locator("tbody tr[data-sku]").count()) < PASTED, "the others are not read yet");
  await pasteText(page, "3.00\n".repeat(PASTED));
  await page.getByText(`${PASTED} cells pasted`).waitFor({ timeout: 30_000 });
  const priced = async () => {
    const all = [];
    for (let cursor = ""; cursor !== null;) {
      const { results, next_cursor } = await room.get(`/v1/products?limit=100${cursor && `&cursor=${cursor}`}`);
      all.push(...results.map(({ price }) => price.amount_minor));
      cursor = next_cursor;
    }
    return all;
  };
  const prices = await room.until(priced, (all) => all.filter((price) => price === 300).length === PASTED);
  assert.deepEqual([prices.indexOf(300), prices.lastIndexOf(300)], [2, PASTED + 1], "one row after the other from where one was");

  const { seen, most, late } = await scrollThrough(page);
  assert.equal(seen, PRODUCTS);
  assert.ok(most <= ROWS_MAX, `${most} rows in the page`);
  assert.ok(late <= LATE_MS, `a picture came after ${late} ms`);
  // One is still where one was, far above; what is typed goes in there.
  await at("2:3");
  await page.keyboard.type("4.5");
  await page.keyboard.press("Enter");
  await at("3:3");
  await cell(3, 3).and(page.locator(":focus")).waitFor();
  await room.until(
    async () => (await priced())[2],
    (price) => price === 450,
  );
  await page.keyboard.press("ControlOrMeta+End");
  await at(`${PRODUCTS - 1}:7`);
  for (let up = 0; up < 45; up++) await page.keyboard.press("ArrowUp");
  await at(`${PRODUCTS - 46}:7`);
  const inSight = () => page.evaluate(() => document.activeElement.getBoundingClientRect().top >= 0);
  assert.ok(await inSight());
  await page.keyboard.press("ControlOrMeta+Home");
  await at("0:0");
  assert.ok(await inSight());
  assert.deepEqual(complaints, []);
  await context.close();
});
