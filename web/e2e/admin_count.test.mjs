// Stock counted by scanning and typing, over a real server: kept in the browser, written once, and taken back.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { openShopRoom } from "./admin.mjs";
import { audit } from "./axe.mjs";
import { launchBrowser } from "./browser.mjs";
import { settled } from "./page.mjs";

let browser;
let room;
before(async () => {
  browser = await launchBrowser();
  room = await openShopRoom(browser);
});
after(async () => {
  await browser?.close();
  await room?.close();
});

const scopes = ["read", "inventory"];
const on_hand = async (sku) => (await room.get(`/v1/inventory/${sku}`)).on_hand;
const line = (page, sku) => page.locator(`tr[data-sku="${sku}"]`);
const differs = (page, sku, by) => line(page, sku).locator(`[data-difference="${by}"]`).waitFor();

/** As a scanner does: keys and Enter, faster than anybody types. */
async function scan(page, text) {
  await page.keyboard.type(text);
  await page.keyboard.press("Enter");
}

test("a scan adds one, a number sets, and what differs is written with a reason and taken back", async () => {
  const [mug, cup, pot] = [
    await room.addProduct({ price: 100, stock: 3 }),
    await room.addProduct({ price: 100, stock: 5 }),
    await room.addProduct({ price: 100, stock: 1 }),
  ];
  await room.patch(`/v1/products/sku:${mug}/variants/${mug}`, { barcode: "4006381333931" });
  const { page, context, complaints } = await room.open("/admin/stock", scopes);
  await page.getByRole("link", { name: "Count", exact: true }).press("Enter");
  await page.getByLabel("SKU or barcode").and(page.locator(":focus")).waitFor();
  for (const text of ["4006381333931", mug, `${cup} 12`, "nothing-like-it", pot]) await scan(page, text);
  await differs(page, mug, -1);
  await differs(page, cup, 7);
  await differs(page, pot, 0);
  await scan(page, "nothing-like-it");
  await page.getByText("Nothing is counted under “nothing-like-it”.").waitFor();
  // What is counted outlives the page.
  await page.reload();
  await differs(page, cup, 7);
  const units = page.getByLabel(`Counted of ${cup}`);
  await units.focus();
  await page.keyboard.press("ArrowDown");
  assert.notEqual(await page.evaluate(() => document.activeElement?.getAttribute("aria-label")), `Counted of ${cup}`, "the line below");
  assert.equal(await units.inputValue(), "12", "arrows change no number");
  await units.fill("4");
  await differs(page, cup, -1);
  assert.deepEqual(await audit(page), []);
  await page.getByRole("button", { name: "Write 2 differences into the books" }).press("Enter");
  await page.getByText("2 differences are in the books.").waitFor();
  assert.deepEqual([await on_hand(mug), await on_hand(cup), await on_hand(pot)], [2, 4, 1]);
  const ledger = await room.get(`/v1/inventory/${mug}/ledger`);
  assert.deepEqual([ledger.results[0].kind, ledger.results[0].quantity, ledger.results[0].reason], ["adjust", -1, "count"]);
  await line(page, mug).waitFor({ state: "detached" });
  await page.getByRole("button", { name: "Undo" }).click();
  await page.getByText("Taken back.").waitFor();
  assert.deepEqual([await on_hand(mug), await on_hand(cup)], [3, 5]);
  // What is no SKU, and may be a barcode, is said to be none.
  assert.deepEqual(
    complaints.filter((one) => !one.includes("404")),
    [],
  );
  await context.close();
});

test("however fast one scans and however slow the page is, each scan counts", async () => {
  const skus = [await room.addProduct({ price: 100, stock: 9 }), await room.addProduct({ price: 100, stock: 9 })];
  const { page, context } = await room.open("/admin/stock/count", scopes);
  await page.getByLabel("SKU or barcode").and(page.locator(":focus")).waitFor();
  const devtools = await context.newCDPSession(page);
  await devtools.send("Emulation.setCPUThrottlingRate", { rate: 6 });
  const SCANS = 40;
  for (let scanned = 0; scanned < SCANS; scanned++) await scan(page, skus[scanned % 2]);
  for (const sku of skus) await differs(page, sku, SCANS / 2 - 9);
  assert.equal(await page.getByLabel(`Counted of ${skus[0]}`).inputValue(), String(SCANS / 2));
  await context.close();
});

test("what could not be written stays, says why, and is written once when it is tried again", async () => {
  const [mug, cup] = [await room.addProduct({ price: 100, stock: 3 }), await room.addProduct({ price: 100, stock: 3 })];
  const { page, context } = await room.open("/admin/stock/count", scopes);
  await page.getByLabel("SKU or barcode").waitFor();
  await scan(page, `${mug} 8`);
  await differs(page, mug, 5);
  await scan(page, `${cup} 9`);
  await differs(page, cup, 6);
  // Written, and the answer lost on its way.
  let lost = 1;
  await page.route(`**/v1/inventory/${mug}/adjust`, async (route) => {
    if (lost-- <= 0) return route.continue();
    await route.fetch();
    return route.abort();
  });
  await page.getByRole("button", { name: "Write 2 differences into the books" }).click();
  await line(page, mug)
    .getByText(/not written/)
    .waitFor();
  await page.getByRole("button", { name: "Try what is left again" }).click();
  await page.getByText("2 differences are in the books.").waitFor();
  assert.deepEqual([await on_hand(mug), await on_hand(cup)], [8, 9], "each once");
  await context.close();
});

test("an empty count, and one that was begun anew, come back", async () => {
  const sku = await room.addProduct({ price: 100, stock: 3 });
  const { page, context } = await room.open("/admin/stock/count", scopes);
  await page.getByText("Nothing is counted yet.").waitFor();
  await page.getByLabel("SKU or barcode").focus();
  await scan(page, sku);
  await differs(page, sku, -2);
  await page.getByRole("button", { name: "Begin anew" }).click();
  await page.getByText("Nothing is counted yet.").waitFor();
  await page.getByRole("button", { name: "Undo" }).click();
  await differs(page, sku, -2);
  await context.close();
});

test("who may read alone counts nothing into the books", async () => {
  const { page, context } = await room.open("/admin/stock", ["read"]);
  await page.getByRole("heading", { level: 1, name: "Stock" }).waitFor();
  assert.equal(await page.getByRole("link", { name: "Count", exact: true }).count(), 0);
  await context.close();
});

for (const width of [320, 1440])
  test(`nothing is wrong with the count at ${width}`, async () => {
    const sku = await room.addProduct({ price: 100, stock: 3 });
    const { page, context, complaints } = await room.open("/admin/stock/count", scopes, undefined, { viewport: { width, height: 900 } });
    await page.getByLabel("SKU or barcode").waitFor();
    await scan(page, `${sku} 12`);
    await differs(page, sku, 9);
    await settled(page);
    assert.deepEqual(await audit(page), []);
    const beyond = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
    assert.ok(beyond <= 0);
    assert.deepEqual(complaints, []);
    await context.close();
  });
