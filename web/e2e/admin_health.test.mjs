// Whether it is well, over a real server: how fast, how full, what was backed up; the page of operations under chaos; and a demo's game day.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { openShopRoom } from "./admin.mjs";
import { audit } from "./axe.mjs";
import { launchBrowser } from "./browser.mjs";
import { startKassa } from "./kassa.mjs";
import { openPage, settled } from "./page.mjs";

const GAME_SECONDS = 10;

let browser;
let room;
let demo;
before(async () => {
  browser = await launchBrowser();
  [room, demo] = await Promise.all([openShopRoom(browser, { KASSA_CHAOS__ALLOWED: "true" }), startKassa({ args: ["--demo"] })]);
});
after(async () => {
  await browser?.close();
  await room?.close();
  await demo?.remove();
});

const admin = ["admin"];

test("orders show in the pace of the last seconds, as bars and as a sentence", async () => {
  const sku = await room.addProduct({ price: 700, stock: 50 });
  const { page, context, complaints } = await room.open("/admin/health", admin);
  const orders = page.locator("[data-pace-of='orders']");
  await orders.getByText("none in the last 30 seconds").waitFor();
  await room.order([{ sku, quantity: 1 }], { name: "Paula Pace" });
  await room.order([{ sku, quantity: 2 }], { name: "Paula Pace" });
  await orders.getByText(/^Orders: 2 fast, 0 slow, 0 too slow; the longest took \d+ ms\.$/).waitFor();
  await orders.locator("rect[data-band='good']").first().waitFor();
  assert.equal(await orders.locator("rect").count(), 30);
  await page.locator("[data-pace-of='stock'] rect[data-band='good']").first().waitFor();
  assert.deepEqual(complaints, []);
  await context.close();
});

test("breakers, disk and backup are told in words", async () => {
  const { page, context, complaints } = await room.open("/admin/health", admin);
  const breaker = page.locator("[data-breaker='inventory']");
  await breaker.getByText("closed", { exact: false }).first().waitFor();
  await breaker.getByText("All calls are let through.").waitFor();
  const disk = page.locator("[data-room]");
  await disk.getByText(/^✓ .* free$/).waitFor();
  await disk.getByText("How long this is enough is known an hour after the start.").waitFor();
  await disk.getByText("Shop: products, stock, orders").waitFor();
  const backup = page.locator("[data-backup]");
  await backup.getByText("! No backup was made of this folder.").waitFor();
  await backup.getByText("kassa backup --to /backups/today").waitFor();

  const made = await fetch(`${room.url}/v1/admin/backup`, {
    method: "POST",
    headers: { authorization: `Bearer ${await room.keyOf(admin)}`, "content-type": "application/json" },
    body: "{}",
  });
  assert.match(await made.text(), /"done"/);
  await backup.getByText("not yet: nobody has fetched it").waitFor();
  await backup.getByText(/ in \d+ files$/).waitFor();
  await page.getByText("Only a demo can have one").waitFor();
  assert.equal(await page.getByRole("button", { name: "Begin a game day" }).count(), 0);
  assert.deepEqual(complaints, []);
  await context.close();
});

test("a disk that is soon full and an open breaker are seen without their colours", async () => {
  const since = "2026-11-21T05:00:00Z";
  const disk = { folder: "/srv/kassa", free_bytes: 3e9, total_bytes: 1e11, reserve_bytes: 5e8, used_bytes: 4e10 };
  const uses = [{ what: "log", bytes: 3e10 }];
  const condition = {
    breakers: [{ service: "inventory", state: "open", since }],
    disk: { ...disk, uses, growth_bytes_per_day: 5e8, days_left: 5.4 },
    backup: { made_at: since, made_by: "0.2.0", bytes: 2e9, files: 12, to: "/backups/1", checked_at: since },
    restored: { made_at: since, from: "/backups/0", at: since },
    missing: ["catalog"],
  };
  const { page, context } = await room.open("/admin/health", admin, (page) =>
    page.route("**/v1/admin/condition", (route) => route.fulfill({ json: condition })),
  );
  await page.locator("[data-days='soon']").getByText("! 2.8 GB of 93.1 GB free").waitFor();
  await page.getByText("Enough for 5 days at this rate, 477 MB a day.").waitFor();
  await page.locator("[data-breaker='inventory'][data-state='open']").getByText("No call is let through").waitFor();
  await page.getByText("In other processes: Catalogue.").waitFor();
  await page.locator("[data-backup='made']").getByText("/backups/1", { exact: true }).waitFor();
  await page.getByText("was restored from the backup of").waitFor();
  assert.deepEqual(await audit(page), []);
  await context.close();
});

test("operations: an order, then chaos, an order that waits and is decided, and nothing sold below zero; by keyboard", async () => {
  const sku = await room.addProduct({ price: 900, stock: 20 });
  const { page, context, complaints } = await room.open("/admin/ops", admin);
  await page.getByLabel("Product").selectOption(sku);
  await page.getByLabel("Units").fill("2");
  await page.keyboard.press("Enter");
  const placed = page.locator(".ops-placed a");
  await placed.getByText(/^Order #\d+: confirmed$/).waitFor();
  const orders = page.getByRole("region", { name: "The newest orders" });
  await orders.locator("[data-state='confirmed']").first().waitFor();
  const stock = page.getByRole("region", { name: "Stock" });
  await stock.getByText("✓ Nothing is sold below zero.").waitFor();

  await page.getByRole("button", { name: "Moderate" }).focus();
  await page.keyboard.press("Enter");
  await page.locator(".chaos-banner").waitFor();
  await page.getByRole("button", { name: "Place the order" }).focus();
  await page.keyboard.press("Enter");
  await placed.getByText(/: accepted$/).waitFor();
  await orders.locator("[data-state='accepted']").first().waitFor();
  await page.locator("[data-pace-of='orders'] rect[data-band='slow'], [data-pace-of='orders'] rect[data-band='bad']").first().waitFor();
  assert.deepEqual(await audit(page), []);
  await page.getByRole("button", { name: "Stop it" }).click();
  await page.locator(".chaos-banner").waitFor({ state: "detached" });
  await page.locator("[data-waiting='0']").waitFor();
  await stock.locator("[data-below='0']").waitFor();
  await room.until(
    () => room.get(`/v1/inventory/${sku}`),
    ({ available }) => available === 16,
  );
  assert.deepEqual(complaints, []);
  await context.close();
});

test("a game day in a demo ends with books that agree to the cent; one at a time", async () => {
  const { page, context, complaints } = await openPage(browser, `${demo.url}/admin/health`);
  const panel = page.locator("[data-game-day]");
  await panel.getByRole("button", { name: "Begin a game day" }).waitFor();
  const begin = (seconds) =>
    fetch(`${demo.url}/v1/admin/game-day`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ seconds }),
    });
  assert.equal((await begin(5)).status, 400);
  // As the button does, in a twelfth of its time.
  await page.route("**/v1/admin/game-day", (route) =>
    route.request().method() === "POST" ? route.continue({ postData: JSON.stringify({ seconds: GAME_SECONDS }) }) : route.continue(),
  );
  await panel.getByRole("button", { name: "Begin a game day" }).focus();
  await page.keyboard.press("Enter");
  await panel.locator("progress").waitFor();
  assert.equal((await begin(GAME_SECONDS)).status, 409);
  await page.locator(".chaos-banner").waitFor();
  await panel.locator("[aria-current='step']").getByText("everything at once").waitFor();
  await panel.getByText("✓ Nothing was lost, doubled or oversold, and the books agree.").waitFor({ timeout: 60_000 });
  assert.equal(await panel.locator("[data-proof][data-ok='true']").count(), 6);
  const { run } = await (await fetch(`${demo.url}/v1/admin/game-day`)).json();
  const { orders, outcome } = run;
  assert.equal(outcome.ok, true);
  assert.ok(orders.asked >= 30 && orders.accepted > 0 && orders.confirmed > 0 && orders.repeated > 0, JSON.stringify(orders));
  assert.equal(outcome.orders.confirmed + outcome.orders.failed, orders.confirmed + orders.accepted + orders.failed);
  assert.ok(outcome.units.ordered > 0 && outcome.units.ordered === outcome.units.taken, JSON.stringify(outcome.units));
  assert.ok(outcome.revenue.orders_minor > 0 && outcome.revenue.orders_minor === outcome.revenue.reports_minor);
  console.log(`game day: ${JSON.stringify({ orders, outcome: { ...outcome, books_after: outcome.books_after.checked } })}`);
  assert.deepEqual(await audit(page), []);
  // What came of it stays, with when that was.
  await page.reload();
  const when = new Intl.DateTimeFormat("en", { day: "numeric", month: "short", hour: "2-digit", minute: "2-digit", hourCycle: "h23" });
  await panel.getByText(when.format(new Date(run.ended_at))).waitFor();

  // Another is stopped, and is counted all the same.
  await panel.getByRole("button", { name: "Begin another" }).click();
  await panel.getByRole("button", { name: "End it now" }).click();
  await panel.getByText("ended before its time").waitFor({ timeout: 30_000 });
  assert.deepEqual(complaints, []);
  await context.close();
});

test("in Arabic and German, on a phone and on a desk, light and dark, nothing is too wide and axe has no complaint", async () => {
  for (const [locale, width, colorScheme] of [
    ["ar", 390, "dark"],
    ["de-DE", 320, "light"],
    ["en", 1440, "light"],
  ]) {
    const options = { locale, colorScheme, viewport: { width, height: 900 } };
    const { page, context, complaints } = await openPage(browser, `${demo.url}/admin/health`, options);
    for (const path of ["/admin/health", "/admin/ops"]) {
      await page.goto(demo.url + path);
      await settled(page);
      await page.locator("[data-pace-of='orders'] rect").first().waitFor();
      const over = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
      assert.ok(over <= 0, `${path} is ${over} too wide in ${locale} at ${width}`);
      assert.deepEqual(await audit(page), [], `${path} in ${locale}`);
    }
    assert.deepEqual(complaints, []);
    await context.close();
  }
});
