// The admin's other pages over a real server: stock set right, a customer's data, a message sent again, and whether it is well.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { createServer } from "node:http";
import { after, before, test } from "node:test";
import { openShopRoom } from "./admin.mjs";
import { audit } from "./axe.mjs";
import { launchBrowser } from "./browser.mjs";
import { settled } from "./page.mjs";

let browser;
let room;
let target;
before(async () => {
  browser = await launchBrowser();
  room = await openShopRoom(browser, { KASSA_CHAOS__ALLOWED: "true", KASSA_WEBHOOKS__ALLOW_PRIVATE: "true" });
  target = await listen();
});
after(async () => {
  await browser?.close();
  await room?.close();
  target?.server.close();
  target?.server.closeAllConnections();
});

/** A webhook's other side, which answers as a test wants it. */
async function listen() {
  const found = { status: 500, taken: 0 };
  found.server = createServer((request, response) => {
    request.resume();
    found.taken += found.status < 300 ? 1 : 0;
    response.writeHead(found.status).end("the shelf is full");
  });
  await new Promise((done) => found.server.listen(0, "127.0.0.1", done));
  found.url = `http://127.0.0.1:${found.server.address().port}/hook`;
  return found;
}

const admin = ["admin"];

test("stock comes in and is set right by keyboard, and the ledger says why", async () => {
  const sku = await room.addProduct({ price: 100, stock: 7 });
  await room.order([{ sku, quantity: 3 }], { name: "Lena Ledger" });
  const { page, context, complaints } = await room.open("/admin/stock", ["read", "inventory", "orders"]);
  await page.getByRole("searchbox", { name: "Find products" }).fill(sku);
  const row = page.locator(`tr[data-sku="${sku}"]`);
  await row.getByRole("link").waitFor();
  await page.waitForURL(/q=sku/);
  await row.getByRole("link").focus();
  await page.keyboard.press("Enter");
  const sheet = page.getByRole("dialog", { name: `Thing ${sku}` });
  await sheet.getByLabel("Units that came in").focus();
  await page.keyboard.type("5");
  await sheet.getByText("On hand 4 → 9").waitFor();
  await page.keyboard.press("Enter");
  await sheet.getByText("It is on the shelf.").waitFor();

  await sheet.getByRole("button", { name: "Set right" }).first().click();
  await sheet.getByLabel("More (5) or fewer (-5)").fill("-10");
  assert.ok(await sheet.locator("form button").isDisabled(), "fewer than none are on no shelf");
  await sheet.getByLabel("More (5) or fewer (-5)").fill("-2");
  assert.ok(await sheet.locator("form button").isDisabled(), "nobody has said why");
  await sheet.getByLabel("Reason").fill("two broke");
  await sheet.getByText("On hand 9 → 7").waitFor();
  await page.keyboard.press("Enter");
  await sheet.getByText("The books are set right.").waitFor();
  const ledger = sheet.getByRole("region", { name: "Ledger" });
  await ledger.getByText("corrected: two broke").waitFor();
  assert.deepEqual(await ledger.locator("li strong").allInnerTexts(), ["−2", "+5", "−3", "+7"]);

  await sheet.getByRole("button", { name: "Low from" }).click();
  await sheet.getByRole("textbox", { name: "Low from" }).fill("20");
  await page.keyboard.press("Enter");
  await sheet.getByText("It is noted.").waitFor();
  const stock = await room.get(`/v1/inventory/${sku}`);
  assert.deepEqual([stock.on_hand, stock.low_stock_at, stock.low], [7, 20, true]);
  await page.keyboard.press("Escape");
  await sheet.waitFor({ state: "detached" });
  await page.getByLabel("Only what is low").check();
  await row.locator("[data-state='low']").waitFor();
  await row.getByRole("link").click();
  await ledger.getByRole("link", { name: "To the order" }).click();
  await page.waitForURL(/\/admin\/orders\//);
  assert.deepEqual(complaints, []);
  await context.close();
});

/** What the page says of a forecast whose shop is in UTC. */
function saidOf({ sold_out_at }) {
  const at = new Date(sold_out_at);
  const [day, today] = [sold_out_at.slice(0, 10), new Date().toISOString().slice(0, 10)];
  const weekday = new Intl.DateTimeFormat("en", { weekday: "long", timeZone: "UTC" }).format(at);
  return `sells out ${day === today ? "today" : weekday} ${sold_out_at.slice(11, 16)} at this rate`;
}

test("the list of stock and a SKU's page say when it is sold out, by the shop's clock and nobody else's", async () => {
  const sku = await room.addProduct({ price: 100, stock: 7 });
  const still = await room.addProduct({ price: 100, stock: 7 });
  await room.order([{ sku, quantity: 3 }], { name: "Fred Forecast" });
  const foretold = async () => (await room.get(`/v1/products/forecast?sku=${sku}`)).results[0];
  const before = await foretold();
  assert.deepEqual([before.available, before.units, before.days, before.units_per_day], [4, 3, 1, 3]);
  const { page, context, complaints } = await room.open(`/admin/stock?q=${sku}`, ["read", "inventory"], undefined, {
    timezoneId: "Pacific/Auckland",
  });
  const cell = page.locator(`tr[data-sku="${sku}"] [data-forecast]`);
  await cell.waitFor();
  const said = [before, await foretold()].map(saidOf);
  assert.ok(said.includes(await cell.innerText()), `${await cell.innerText()}: ${said}`);
  assert.equal(await cell.getAttribute("title"), "3 a day over the last day · UTC");
  await page.locator(`tr[data-sku="${sku}"]`).getByRole("link").click();
  const sheet = page.getByRole("dialog", { name: `Thing ${sku}` });
  await sheet.locator("[data-forecast]").getByText("3 a day over the last day").waitFor();
  const text = await sheet.locator("[data-forecast]").innerText();
  assert.ok(
    [before, await foretold()].map(saidOf).some((one) => text.startsWith(`${one} 3 a day`)),
    text,
  );
  // Of what nobody buys there is nothing to say.
  await page.goto(`${room.url}/admin/stock?q=${still}&sku=${still}`);
  await page
    .getByRole("dialog", { name: `Thing ${still}` })
    .getByText("On hand")
    .waitFor();
  await page.locator(`tr[data-sku="${still}"]`).waitFor({ state: "attached" });
  await settled(page);
  assert.equal(await page.locator("[data-forecast]").count(), 0);
  assert.deepEqual(complaints, []);
  await context.close();
});

test("who may read alone changes no stock", async () => {
  const sku = await room.addProduct({ price: 100, stock: 7 });
  const { page, context, complaints } = await room.open(`/admin/stock?sku=${sku}`, ["read"]);
  const sheet = page.getByRole("dialog", { name: `Thing ${sku}` });
  await sheet.getByText("On hand").waitFor();
  assert.equal(await sheet.getByRole("textbox").count(), 0);
  assert.deepEqual(await page.locator(".admin-nav a").allInnerTexts(), ["Products", "Stock"]);
  assert.deepEqual(complaints, []);
  await context.close();
});

test("a customer is found, their orders are theirs, and their data is given out and erased", async () => {
  const sku = await room.addProduct({ price: 2500, stock: 7 });
  const placed = await room.order([{ sku, quantity: 2 }], { name: "Paula Privat" });
  const { email } = (await room.get(`/v1/orders/${placed.id}`)).customer;
  const { page, context, complaints } = await room.open("/admin/customers", admin);
  await page.getByRole("searchbox", { name: "Find customers" }).fill("paula");
  await page.locator(`[data-customer="${email}"]`).getByRole("link").click();
  const sheet = page.getByRole("dialog", { name: "Paula Privat" });
  await sheet.getByRole("region", { name: "Orders" }).getByText("€50.00").waitFor();
  const waiting = page.waitForEvent("download");
  await sheet.getByRole("button", { name: "Save all of it as a file" }).click();
  const file = await waiting;
  assert.equal(file.suggestedFilename(), `${email}.json`);
  const data = JSON.parse(readFileSync(await file.path(), "utf8"));
  assert.equal(data.orders[0].order.id, placed.id);

  await sheet.getByText("Erase this person").click();
  const erase = sheet.getByRole("button", { name: "Erase for good" });
  await sheet.getByLabel(`Type ${email} to confirm`).fill("somebody@else.test");
  assert.ok(await erase.isDisabled());
  await sheet.getByLabel(`Type ${email} to confirm`).fill(email);
  await erase.click();
  await sheet.waitFor({ state: "detached" });
  const order = await room.get(`/v1/orders/${placed.id}`);
  assert.deepEqual([order.customer?.email ?? null, order.total.amount_minor], [null, 5000]);
  assert.deepEqual((await room.get(`/v1/customers?q=${encodeURIComponent(email)}`)).results, []);
  assert.deepEqual(complaints, []);
  await context.close();
});

test("only who may do everything sees a person's data at work", async () => {
  const sku = await room.addProduct({ price: 2500, stock: 7 });
  await room.order([{ sku, quantity: 1 }], { name: "Nora Normal" });
  const { page, context } = await room.open("/admin/customers?q=nora", ["orders"]);
  await page.locator("[data-customer] a").first().click();
  const sheet = page.getByRole("dialog", { name: "Nora Normal" });
  await sheet.getByText("€25.00").first().waitFor();
  assert.equal(await sheet.getByText("Erase this person").count(), 0);
  await context.close();
});

test("a message that was refused shows its attempts and answers, and is sent again", async () => {
  await room.post("/v1/webhooks", { url: target.url, event_types: ["OrderConfirmed"] });
  const sku = await room.addProduct({ price: 100, stock: 7 });
  const placed = await room.order([{ sku, quantity: 1 }], { name: "Mona Message" });
  const { page, context, complaints } = await room.open("/admin/messages?channel=webhook", ["orders"]);
  const row = page.locator("[data-delivery]").first();
  await row.locator("[data-state='waiting']").waitFor();
  await row.getByRole("link").click();
  const sheet = page.getByRole("dialog", { name: /^Webhook: / });
  await sheet.getByText("the shelf is full").first().waitFor();
  await sheet
    .getByText(/to be tried again · 500/)
    .first()
    .waitFor();
  target.status = 204;
  await sheet.getByRole("button", { name: "Send it again" }).click();
  await sheet.locator("[data-state='sent']").waitFor();
  assert.equal(target.taken, 1);
  await sheet.getByText("What it tells of").click();
  await sheet.getByText(placed.id).first().waitFor();
  await sheet.getByRole("link", { name: "To the order" }).click();
  await page.getByRole("heading", { level: 1, name: `Order #${placed.number}` }).waitFor();
  assert.deepEqual(complaints, []);
  await context.close();
});

test("health says what is there, and chaos is seen on every page until it is stopped", async () => {
  const { page, context, complaints } = await room.open("/admin/health", admin);
  await page.locator("[data-check='database']").first().getByText("is there").waitFor();
  await page.locator("[data-probe='/readyz']").getByText("✓ well").waitFor();
  await page.getByText("Roles here").waitFor();
  await page.getByRole("button", { name: "Look at it now" }).click();
  await page.locator("[data-invariant='7']").waitFor();
  await page.getByRole("button", { name: "Mild" }).click();
  const banner = page.locator(".chaos-banner");
  await banner.getByText(/It ends in \d+m/).waitFor();
  assert.deepEqual(await audit(page), []);
  await page.getByRole("link", { name: "Orders" }).click();
  await page.getByRole("heading", { level: 1, name: "Orders" }).waitFor();
  await banner.getByText("Chaos is on.").waitFor();
  await page.getByRole("link", { name: "Health" }).click();
  await page.getByRole("button", { name: "Stop it" }).click();
  await banner.waitFor({ state: "detached" });
  assert.deepEqual(complaints, []);
  await context.close();
});

test("what is down says so, though the probe is no success", async () => {
  const { page, context } = await room.open("/admin/health", admin, async (page) => {
    const checks = { database: { status: "down", needed: true, latency_ms: 1500, detail: "no answer within 1 s" } };
    await page.route("**/health/deep", (route) => route.fulfill({ status: 503, json: { status: "failed", ok: false, checks } }));
  });
  const line = page.locator("[data-check='database']");
  await line.getByText("no answer within 1 s").waitFor();
  await line.getByText("too slow").waitFor();
  await page.locator("[data-probe='/health/deep']").getByText("✗ not well").waitFor();
  await context.close();
});

test("what somebody changed stands under changes and with the order, with who it was and what they asked", async () => {
  const sku = await room.addProduct({ price: 1250, stock: 7 });
  const placed = await room.order([{ sku, quantity: 2 }], { name: "Clara Change" });
  const { page, context, complaints } = await room.open(`/admin/orders/${placed.id}`, admin);
  await page.getByRole("button", { name: "Mark as paid" }).click();
  await page.getByLabel("Reference").fill("bank <b>77");
  await page.getByRole("button", { name: "€25.00 has come" }).click();
  const here = page.getByRole("region", { name: "Changes" });
  await here.getByText("anna marked the order as paid").waitFor();
  await room.post(`/v1/orders/${placed.id}/refunds`, { amount_minor: 500 }, { "idempotency-key": `c-${placed.id}` });

  await page.goto(`${room.url}/admin/changes`);
  const refund = page.locator("[data-change='refunded']").first();
  await refund.getByText("The admin gave money back").waitFor();
  await page.locator("[data-change='productMade']").first().getByRole("link", { name: sku }).waitFor();
  await page.getByLabel("Of what").selectOption("Of products");
  await page.waitForURL(/path=%2Fv1%2Fproducts/);
  await refund.waitFor({ state: "detached" });
  await page.goBack();
  const paid = page.locator("[data-change='paid']").first();
  await paid.getByText("What was asked").click();
  await paid.getByText('"bank <b>77"').waitFor();
  await paid.getByText(`POST /v1/orders/${placed.id}/payments`).waitFor();
  assert.deepEqual(await audit(page), []);
  await paid.getByRole("link", { name: placed.id }).click();
  await page.getByRole("heading", { level: 1, name: `Order #${placed.number}` }).waitFor();
  await here.getByText("The admin gave money back").waitFor();
  assert.equal(await here.locator("[data-change]").count(), 2);
  assert.deepEqual(complaints, []);
  await context.close();
});

test("older changes come as one scrolls, and of one order alone where the address says so", async () => {
  const sku = await room.addProduct({ price: 100, stock: 7 });
  const placed = await room.order([{ sku, quantity: 5 }], { name: "Otto Older" });
  for (let unit = 0; unit < 12; unit++)
    await room.post(`/v1/orders/${placed.id}/refunds`, { amount_minor: 1 + unit }, { "idempotency-key": `${placed.id}-${unit}` });
  for (let shelf = 0; shelf < 50; shelf++)
    await room.post("/v1/categories", { name: `Shelf ${shelf} ${sku}` }, { "idempotency-key": `${placed.id}-shelf-${shelf}` });
  const { page, context, complaints } = await room.open("/admin/changes", admin);
  const all = page.locator("[data-change]");
  await all.first().waitFor();
  assert.equal(await all.count(), 50);
  await page.locator("[data-change='refunded']").first().waitFor({ state: "detached" });
  await page.mouse.move(300, 500);
  while (!(await page.locator("[data-change='refunded']").count())) await page.mouse.wheel(0, 2000);
  await page.goto(`${room.url}/admin/orders/${placed.id}`);
  await page.getByRole("link", { name: "All changes of this order" }).click();
  await page.waitForURL(/\/admin\/changes\?path=/);
  await page.waitForFunction(() => document.querySelectorAll("[data-change='refunded']").length === 12);
  assert.equal(await all.count(), 12);
  await page.getByRole("button", { name: "Show all" }).click();
  await page.locator("[data-change='categoryMade']").first().waitFor();
  assert.deepEqual(complaints, []);
  await context.close();
});

for (const colorScheme of ["light", "dark"])
  for (const width of [320, 768, 1440])
    test(`nothing is wrong with the other pages at ${width} in the ${colorScheme}`, async () => {
      const { page, context } = await room.open("/admin/stock", admin, undefined, { colorScheme, viewport: { width, height: 900 } });
      const sku = await room.addProduct({ price: 100, stock: 2 });
      await room.order([{ sku, quantity: 2 }], { name: "Ein-sehr-langer-Name-ohne-jede-Lücke-in-der-Mitte" });
      for (const path of ["/admin/stock", "/admin/customers", "/admin/messages", "/admin/health", "/admin/changes"]) {
        await page.goto(room.url + path);
        await settled(page);
        assert.deepEqual(await audit(page), [], path);
        assert.ok((await page.evaluate(() => document.documentElement.scrollWidth - innerWidth)) <= 0, `${path} is too wide`);
      }
      await page.goto(`${room.url}/admin/stock?sku=${sku}`);
      await page.getByRole("dialog").getByText("On hand").waitFor();
      assert.deepEqual(
        (await audit(page)).filter((one) => !one.startsWith("region:")),
        [],
      );
      await context.close();
    });

test("⌘K leads to orders, customers, products and pages, and single keys do", async () => {
  const sku = await room.addProduct({ price: 100, stock: 7 });
  const placed = await room.order([{ sku, quantity: 1 }], { name: "Kasimir Key" });
  const { page, context, complaints } = await room.open("/admin/orders", admin);
  await page.locator(".list .row").first().waitFor();
  const box = page.getByRole("combobox", { name: "Find and do" });
  const find = async (text, option) => {
    await page.keyboard.press("ControlOrMeta+k");
    await box.fill(text);
    const found = page.getByRole("option", { name: option }).first();
    await found.waitFor();
    while ((await found.getAttribute("aria-selected")) !== "true") await page.keyboard.press("ArrowDown");
    await page.keyboard.press("Enter");
  };
  await find(`#${placed.number}`, `#${placed.number} · Kasimir Key · €1.00`);
  await page.getByRole("heading", { level: 1, name: `Order #${placed.number}` }).waitFor();
  await find(sku, `Thing ${sku}`);
  await page.waitForURL(/\/admin\/products\/\d+$/);
  await page.getByRole("heading", { level: 1, name: `Thing ${sku}` }).waitFor();
  await page.goto(`${room.url}/admin/orders`);
  await page.locator(".list .row-link").first().focus();
  await page.keyboard.press("g");
  await page.keyboard.press("x");
  await page.waitForURL(/\/admin\/ops/);
  await find("health", "Health");
  await page.waitForURL(/\/admin\/health/);
  await page.keyboard.press("g");
  await page.keyboard.press("c");
  await page.waitForURL(/\/admin\/customers/);
  await page.getByRole("searchbox").waitFor();
  await page.keyboard.press("/");
  await page.keyboard.type("kasimir");
  await page.locator(".list .row").first().waitFor();
  await page.waitForURL(/q=kasimir/);
  await page.keyboard.press("Tab");
  await page.locator("body").press("?");
  const keys = page.getByRole("dialog", { name: "Keys" });
  await keys.getByText("G O").waitFor();
  await keys.getByRole("checkbox").uncheck();
  await page.keyboard.press("Escape");
  await keys.waitFor({ state: "detached" });
  await page.keyboard.press("g");
  await page.keyboard.press("o");
  await page.keyboard.press("ControlOrMeta+k");
  await box.waitFor();
  assert.match(page.url(), /customers/, "single keys are off, and this one is none");
  assert.deepEqual(complaints, []);
  await context.close();
});

/** What a key of each scope sees, and what it can set going on the pages that it sees. */
const SEEN = [
  { scopes: ["read"], pages: ["Products", "Stock"], order: undefined, stock: [] },
  { scopes: ["catalog"], pages: ["Products"], order: undefined, stock: undefined },
  { scopes: ["inventory"], pages: ["Stock"], order: undefined, stock: ["Receive", "Set right", "Low from"] },
  { scopes: ["inventory", "read"], pages: ["Products", "Stock"], order: undefined, stock: ["Receive", "Set right", "Low from"] },
  {
    scopes: ["orders"],
    pages: ["Orders", "Customers", "Messages"],
    order: ["Pack", "Mark as paid", "Refund", "Edit lines", "Cancel the order"],
    stock: undefined,
  },
  {
    scopes: ["admin"],
    pages: ["Orders", "Products", "Stock", "Customers", "Messages", "Events", "Health", "Operations", "Changes", "Settings", "People"],
    order: ["Pack", "Mark as paid", "Refund", "Edit lines", "Cancel the order"],
    stock: ["Receive", "Set right", "Low from"],
  },
];

test("each scope sees its pages, and on them what it may do, and nothing there fails", async () => {
  const sku = await room.addProduct({ price: 100, stock: 7 });
  const placed = await room.order([{ sku, quantity: 1 }], { name: "Rosa Role" });
  for (const { scopes, pages, order, stock } of SEEN) {
    const { page, context, complaints } = await room.open("/admin", scopes);
    await page.locator("main > *").first().waitFor();
    assert.deepEqual(await page.locator(".admin-nav a").allInnerTexts(), pages, scopes.join());
    for (const name of pages) {
      await page.locator(".admin-nav a", { hasText: name }).click();
      await page.getByRole("heading", { level: 1, name }).waitFor();
      await settled(page);
      assert.equal(await page.locator(".failure").count(), 0, `${scopes}: ${name}`);
    }
    await page.goto(`${room.url}/admin/orders/${placed.id}`);
    await settled(page);
    if (order) assert.deepEqual(await page.locator(".acts button").allInnerTexts(), order);
    else await page.getByText("This page is not yours to see.").or(page.getByText("none of the scopes")).first().waitFor();
    await page.goto(`${room.url}/admin/stock?sku=${sku}`);
    if (stock) {
      await page.getByRole("dialog").getByText("On hand").waitFor();
      assert.deepEqual(await page.locator("[role=dialog] .tabs button").allInnerTexts(), stock, scopes.join());
    } else await page.getByText("This page is not yours to see.").waitFor();
    assert.deepEqual(complaints, [], scopes.join());
    await context.close();
  }
});

test("in Arabic it goes from right to left, in German it is German, and both fit a phone", async () => {
  const sku = await room.addProduct({ price: 100, stock: 7 });
  const placed = await room.order([{ sku, quantity: 1 }], { name: "Layla Latif" });
  for (const [locale, dir, title] of [
    ["ar", "rtl", "الطلبات"],
    ["de-DE", "ltr", "Bestellungen"],
  ]) {
    const { page, context, complaints } = await room.open("/admin/orders", admin, undefined, {
      locale,
      viewport: { width: 390, height: 800 },
    });
    await page.getByRole("heading", { level: 1, name: title }).waitFor();
    assert.equal(await page.evaluate(() => document.documentElement.dir), dir);
    for (const path of [
      `/admin/orders/${placed.id}`,
      "/admin/stock",
      "/admin/customers",
      "/admin/messages",
      "/admin/health",
      "/admin/changes",
      "/admin/ops",
      "/admin/settings",
    ]) {
      await page.goto(room.url + path);
      await settled(page);
      assert.ok((await page.evaluate(() => document.documentElement.scrollWidth - innerWidth)) <= 0, `${path} is too wide in ${locale}`);
      assert.deepEqual(await audit(page), [], `${path} in ${locale}`);
    }
    assert.deepEqual(complaints, []);
    await context.close();
  }
});
