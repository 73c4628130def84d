// The admin over a real server: orders found and read, money back and what follows of it, and two people at one order.
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

const heading = (page, name) => page.getByRole("heading", { level: 1, name }).waitFor();
const dialog = (page, name) => page.getByRole("dialog", { name, exact: true });

test("a key of the scope orders finds an order by the beginning of a name and gives a line back; stock and revenue follow", async () => {
  const sku = await room.addProduct({ price: 1950, stock: 10 });
  const placed = await room.order([{ sku, quantity: 3 }], { name: "Wilhelmina Straw" });
  const { page, context, complaints } = await room.open("/admin", ["orders"]);
  await page.waitForURL(/\/admin\/orders$/);
  await page.getByText("as anna", { exact: true }).waitFor();
  await page.getByRole("searchbox", { name: "Find orders" }).fill("Wilhelm");
  const row = page.locator(`[data-order="${placed.number}"]`);
  await row.getByText("Wilhelmina Straw").waitFor();
  await page.waitForURL(/q=Wilhelm/);
  await row.getByRole("link").click();
  await heading(page, `Order #${placed.number}`);
  await page.getByText("wilhelmina-straw").first().waitFor();
  const story = page.getByRole("region", { name: "The whole story" });
  await story.getByText("Order confirmed").waitFor();
  await story.getByText(`Stock of ${sku}: −3`).waitFor();

  await page.getByRole("button", { name: "Refund", exact: true }).click();
  const sheet = dialog(page, "Refund");
  await sheet.getByRole("spinbutton").fill("1");
  const effects = sheet.getByRole("region", { name: "What will happen" });
  await effects.getByText(`Stock of ${sku}: +1, from 7 to 8`).waitFor();
  assert.match(await effects.innerText(), /€19\.50[\s\S]*€0\.00 → €19\.50[\s\S]*€58\.50 → €39\.00/);
  const go = sheet.getByRole("button", { name: "Refund €19.50" });
  assert.ok(await go.isDisabled(), "the amount is not typed yet");
  await sheet.getByLabel("Type €19.50 to confirm").fill("19.00");
  assert.ok(await go.isDisabled(), "it is another amount");
  await sheet.getByLabel("Type €19.50 to confirm").fill("19.50");
  await go.click();
  await sheet.waitFor({ state: "detached" });
  await page.getByRole("status").filter({ hasText: "The money is on its way back." }).waitFor();
  await page.locator(`[data-sku="${sku}"]`).getByText("1 refunded").waitFor();
  await page.getByRole("row", { name: "Left €39.00" }).waitFor();
  await story.getByText("Money back").waitFor();
  await story.getByText(`Stock of ${sku}: +1`).waitFor();

  const order = await room.get(`/v1/orders/${placed.id}`);
  assert.equal(order.refunded.amount_minor, 1950);
  assert.equal((await room.get(`/v1/inventory/${sku}`)).available, 8);
  await room.until(
    () => room.revenueOf(placed.id),
    (revenue) => revenue === 3900,
  );
  assert.deepEqual(complaints, []);
  await context.close();
});

test("by keyboard alone: find, open, pack with tracking, mark as paid", async () => {
  const sku = await room.addProduct({ price: 500, stock: 5 });
  const placed = await room.order([{ sku, quantity: 2 }], { name: "Quirin Keys" });
  const { page, context, complaints } = await room.open("/admin/orders", ["orders"]);
  await page.locator(".list .row").first().waitFor();
  await page.getByRole("searchbox").focus();
  await page.keyboard.type("quirin");
  const link = page.locator(`[data-order="${placed.number}"] a`);
  await link.waitFor();
  await page.waitForURL(/q=quirin/);
  while (!(await link.evaluate((node) => node === document.activeElement))) await page.keyboard.press("Tab");
  await page.keyboard.press("Enter");
  await heading(page, `Order #${placed.number}`);

  await press(page, page.getByRole("button", { name: "Pack", exact: true }));
  const pack = dialog(page, "Pack");
  await pack.getByRole("spinbutton").focus();
  await page.keyboard.press("ControlOrMeta+a");
  await page.keyboard.type("1");
  await pack.getByLabel("It leaves at once").focus();
  await page.keyboard.press("Space");
  await pack.getByLabel("Carrier").focus();
  await page.keyboard.type("DHL");
  await page.keyboard.press("Tab");
  await page.keyboard.type("JD0001");
  await page.keyboard.press("Enter");
  await pack.waitFor({ state: "detached" });
  await page.locator('[data-parcel="1"]').getByText("DHL JD0001").waitFor();

  await press(page, page.getByRole("button", { name: "Mark as paid" }));
  const pay = dialog(page, "Mark as paid");
  await pay.getByLabel("Reference").focus();
  await page.keyboard.type("bank 4711");
  await page.keyboard.press("Enter");
  await pay.waitFor({ state: "detached" });
  await page.getByRole("region", { name: "Payments" }).getByText("bank 4711").waitFor();
  const [order, parcels] = [await room.get(`/v1/orders/${placed.id}`), await room.get(`/v1/orders/${placed.id}/fulfilments`)];
  assert.deepEqual([order.payment_status, order.fulfilment_status], ["paid", "partial"]);
  assert.deepEqual(parcels.results[0].lines, [{ sku, quantity: 1 }]);

  await press(page, page.locator('[data-parcel="1"]').getByRole("button", { name: "Delivered" }));
  await dialog(page, "Parcel 1: Delivered").getByRole("button", { name: "Delivered" }).press("Enter");
  await page.locator('[data-parcel="1"] [data-state="delivered"]').waitFor();
  assert.deepEqual(complaints, []);
  await context.close();
});

async function press(page, button) {
  await button.focus();
  await page.keyboard.press("Enter");
}

test("a cancel says what it does, and keeps the goods out where it is told so", async () => {
  const sku = await room.addProduct({ price: 700, stock: 5 });
  const placed = await room.order([{ sku, quantity: 2 }], { name: "Cora Cancel" });
  const { page, context } = await room.open(`/admin/orders/${placed.id}`, ["orders"]);
  await page.getByRole("button", { name: "Cancel the order" }).click();
  const sheet = dialog(page, "Cancel the order");
  await sheet.getByText(`Stock of ${sku}: +2, from 3 to 5`).waitFor();
  await sheet.getByLabel("Put the goods back into stock").uncheck();
  await sheet.getByText("Nothing goes back into stock.").waitFor();
  await sheet.getByLabel("Type €14.00 to confirm").fill("14");
  await sheet.getByRole("button", { name: "Cancel the order" }).click();
  await page.locator(".badges [data-state='cancelled']").waitFor();
  assert.equal((await room.get(`/v1/inventory/${sku}`)).available, 3);
  assert.equal((await room.get(`/v1/orders/${placed.id}`)).stock_kept, true);
  await context.close();
});

test("two at one order: the second is told what the first did, and chooses", async () => {
  const sku = await room.addProduct({ price: 1000, stock: 9 });
  const placed = await room.order([{ sku, quantity: 2 }], { name: "Dora Double" });
  const [one, two] = [await room.open(`/admin/orders/${placed.id}`, ["orders"]), await room.open(`/admin/orders/${placed.id}`, ["orders"])];
  for (const { page } of [one, two]) {
    await page.getByRole("button", { name: "Refund", exact: true }).click();
    await dialog(page, "Refund").getByRole("spinbutton").fill("2");
    await page.getByLabel("Type €20.00 to confirm").fill("20");
  }
  await one.page.getByRole("button", { name: "Refund €20.00" }).click();
  await one.page.locator(".badges [data-state='refunded']").first().waitFor();
  await two.page.getByRole("button", { name: "Refund €20.00" }).click();
  const said = two.page.getByRole("alert").filter({ hasText: "Somebody has changed this" });
  await said.getByText("Left: €20.00 → €0.00").waitFor();
  await said.getByText("Status: confirmed → refunded").waitFor();
  assert.equal(await two.page.getByRole("button", { name: /all the same/ }).isDisabled(), true, "nothing is left to give back");
  await two.page.getByRole("button", { name: "Leave it" }).click();
  assert.equal((await room.get(`/v1/orders/${placed.id}/refunds`)).results.length, 1);
  await Promise.all([one.context.close(), two.context.close()]);
});

test("a preview is the server's: what it refuses it says, and what another did meanwhile is seen as one types", async () => {
  const sku = await room.addProduct({ price: 1000, stock: 9 });
  const placed = await room.order([{ sku, quantity: 3 }], { name: "Paul Preview" });
  const { page, context, complaints } = await room.open(`/admin/orders/${placed.id}`, ["orders"]);
  const asked = [];
  page.on("request", (one) => one.url().endsWith("/refunds/preview") && asked.push(one.postDataJSON()));
  await page.getByRole("button", { name: "Refund", exact: true }).click();
  const sheet = dialog(page, "Refund");
  await sheet.getByRole("button", { name: "By an amount" }).click();
  const amount = sheet.getByLabel(/^Amount, at most/);
  await amount.pressSequentially("31.00");
  await sheet.getByRole("alert").getByText("cannot refund 31.00 EUR: 30.00 EUR are left").waitFor();
  assert.deepEqual(asked.at(-1), { amount_minor: 3100 });
  assert.ok(asked.length < "31.00".length, "once it rests");
  assert.equal(await sheet.locator("[data-effects]").count(), 0);
  assert.ok(await sheet.getByRole("button", { name: "Refund", exact: true }).isDisabled());
  complaints.length = 0;

  await room.post(`/v1/orders/${placed.id}/refunds`, { amount_minor: 500 }, { "idempotency-key": `p-${placed.id}` });
  await amount.fill("10");
  const said = sheet.getByRole("alert").filter({ hasText: "Somebody has changed this" });
  await said.getByText("Left: €30.00 → €25.00").waitFor();
  const effects = sheet.locator("[data-effects='1000']:not([aria-busy=true])");
  assert.match(await effects.innerText(), /€5\.00 → €15\.00[\s\S]*€25\.00 → €15\.00/);
  await sheet.getByLabel("Type €10.00 to confirm").fill("10");
  await sheet.getByRole("button", { name: "Refund €10.00, all the same" }).click();
  await sheet.waitFor({ state: "detached" });
  assert.equal((await room.get(`/v1/orders/${placed.id}`)).refunded.amount_minor, 1500);
  assert.deepEqual(complaints, []);
  await context.close();
});

test("where it still can be done, the second does it all the same", async () => {
  const sku = await room.addProduct({ price: 1000, stock: 9 });
  const placed = await room.order([{ sku, quantity: 2 }], { name: "Emil Even" });
  const { page, context } = await room.open(`/admin/orders/${placed.id}`, ["orders"]);
  await page.getByRole("button", { name: "Mark as paid" }).click();
  await page.getByLabel("Reference").fill("cash");
  await room.post(`/v1/orders/${placed.id}/refunds`, { amount_minor: 500 }, { "idempotency-key": `r-${placed.id}` });
  await page.getByRole("button", { name: "€20.00 has come" }).click();
  await page.getByText("Left: €20.00 → €15.00").waitFor();
  await page.getByRole("button", { name: "€15.00 has come, all the same" }).click();
  await page.getByRole("region", { name: "Payments" }).getByText("cash").waitFor();
  assert.equal((await room.get(`/v1/orders/${placed.id}/payments`)).results[0].amount.amount_minor, 1500);
  await context.close();
});

test("what a preview says is what happens, for orders as they come", async () => {
  let seed = 20261130;
  const random = (below) => (seed = (seed * 1103515245 + 12345) % 2147483648) % below;
  const skus = [];
  for (const price of [1, 333, 1999]) skus.push(await room.addProduct({ price, stock: 1000 }));
  const { page, context } = await room.open("/admin/orders", ["orders"]);
  for (let round = 0; round < 4; round++) {
    const items = skus.map((sku) => ({ sku, quantity: 1 + random(7) }));
    const placed = await room.order(items, { name: `Random ${round}` });
    await page.goto(`${room.url}/admin/orders/${placed.id}`);
    for (let times = 0; times < 2; times++) {
      const before = await room.get(`/v1/orders/${placed.id}`);
      const shelf = await Promise.all(skus.map((sku) => room.get(`/v1/inventory/${sku}`)));
      await page.getByRole("button", { name: "Refund", exact: true }).click();
      const sheet = dialog(page, "Refund");
      const byAmount = times === 0 && round % 2 === 0;
      const expected = skus.map(() => 0);
      if (byAmount) {
        await sheet.getByRole("button", { name: "By an amount" }).click();
        await sheet.getByLabel(/^Amount, at most/).fill(String((1 + random(before.total.amount_minor - 1)) / 100));
      } else
        for (const [index, line] of before.items.entries()) {
          const most = line.quantity - line.refunded_quantity;
          const units = Math.min(most, random(most + 1) || index);
          if (most === 0) continue;
          const at = sheet.locator(`[data-sku="${line.sku}"]`);
          await at.getByRole("spinbutton").fill(String(units));
          if (index === 0) await at.getByRole("checkbox").uncheck();
          else expected[skus.indexOf(line.sku)] = units;
        }
      const said = Number(await sheet.locator("[data-effects]:not([aria-busy=true])").getAttribute("data-effects"));
      await sheet.getByLabel(/to confirm$/).fill(String(said / 100));
      await sheet.getByRole("button", { name: /^Refund €/ }).click();
      await sheet.waitFor({ state: "detached" });
      const order = await room.get(`/v1/orders/${placed.id}`);
      assert.equal(order.refunded.amount_minor - before.refunded.amount_minor, said);
      for (const [index, sku] of skus.entries())
        assert.equal((await room.get(`/v1/inventory/${sku}`)).available - shelf[index].available, expected[index], sku);
      // The page has read it anew.
      await page.getByRole("row", { name: /^Refunded/ }).waitFor();
      if (order.status === "refunded") break;
    }
  }
  await context.close();
});

test("a story is told in the order of its time, with names to copy", async () => {
  const sku = await room.addProduct({ price: 1000, stock: 9 });
  const placed = await room.order([{ sku, quantity: 1 }], { name: "Stella Story" });
  const { page, context, complaints } = await room.open("/admin/orders", ["orders"], async (page) => {
    await page.route("**/timeline", (route) => route.fulfill({ json: storyOf(placed, sku) }));
  });
  await page.goto(`${room.url}/admin/orders/${placed.id}`);
  const story = page.getByRole("region", { name: "The whole story" });
  await story.getByText("Came by Google").waitFor();
  const kinds = await story.locator("[data-kind]").evaluateAll((all) => all.map((one) => one.dataset.kind));
  assert.deepEqual(kinds, ["visit", "page", "search", "order", "stock", "payment", "fulfilment", "delivery"]);
  await story.getByText("Searched for “<b>mug”").waitFor();
  await story.getByText("1 attempt").click();
  await story.getByText("250 taken").waitFor();
  assert.deepEqual(await audit(page), []);
  assert.deepEqual(complaints, []);
  await context.close();
});

function storyOf({ id }, sku) {
  const at = (second) => new Date(Date.UTC(2026, 10, 29, 10, 0, second)).toISOString();
  const visit = { source: "Google", referrer: "google.com", utm_campaign: null, entry_page: "/", country: "DE", device: "mobile" };
  const parcel = { number: 1, stage: "shipped", carrier: "DHL", tracking_number: "1", tracking_url: "https://dhl.example/1" };
  const attempts = [{ number: 1, at: at(8), outcome: "done", status: 250, answer: "250 taken" }];
  const told = { channel: "email", event_type: "OrderConfirmed", target: "s@shop.test", template: "order-confirmed", state: "sent" };
  return {
    order_id: id,
    visit: { status: "known" },
    stock: { status: "known" },
    entries: [
      { at: at(1), kind: "visit", ...visit },
      { at: at(2), kind: "page", page: "/p/mug" },
      { at: at(3), kind: "search", query: "<b>mug", results: 2 },
      {
        at: at(4),
        kind: "order",
        seq: 1,
        event: "confirmed",
        amount: { amount_minor: 1000, currency: "EUR" },
        lines: [{ sku, quantity: 1 }],
      },
      { at: at(5), kind: "stock", sku, movement: "deduct", quantity: -1, reference: `${id}/1` },
      { at: at(6), kind: "payment", reference: "bank 1", amount: { amount_minor: 1000, currency: "EUR" } },
      { at: at(7), kind: "fulfilment", ...parcel, lines: [{ sku, quantity: 1 }] },
      { at: at(8), kind: "delivery", id: "0190", ...told, attempts },
    ],
  };
}

test("filters stand in the address, and Back takes them back", async () => {
  const sku = await room.addProduct({ price: 1000, stock: 9 });
  await room.order([{ sku, quantity: 1 }], { name: "Flora Filter" });
  const { page, context, complaints } = await room.open("/admin/orders", ["orders"]);
  await page.locator(".list .row").first().waitFor();
  await page.getByLabel("Payment", { exact: true }).selectOption("unpaid");
  await page.waitForURL(/payment_status=unpaid/);
  await page.getByLabel("Status", { exact: true }).selectOption("failed");
  await page.getByText("Nothing fits.").waitFor();
  await page.goBack();
  await page.locator(".list .row").first().waitFor();
  assert.equal(await page.getByLabel("Status", { exact: true }).inputValue(), "");
  await page.getByRole("button", { name: "Show all" }).click();
  await page.waitForURL(/\/admin\/orders$/);
  assert.deepEqual(complaints, []);
  await context.close();
});

test("a key sees the pages of its scopes, and is told of the others", async () => {
  const { page, context, complaints } = await room.open("/admin/orders", ["collect"]);
  await page.getByText("This page is not yours to see.").waitFor();
  assert.equal(await page.getByRole("navigation", { name: "Admin" }).getByRole("link").count(), 0);
  assert.deepEqual(complaints, []);
  await context.close();
});

for (const colorScheme of ["light", "dark"])
  for (const width of [320, 390, 768, 1440])
    test(`nothing is wrong with the pages at ${width} in the ${colorScheme}`, async () => {
      const sku = await room.addProduct({ price: 1000, stock: 9 });
      const placed = await room.order([{ sku, quantity: 1 }], { name: "Adelheid von und zu Langenname-Nocheinlängerername" });
      const { page, context } = await room.open("/admin/orders", ["orders"], undefined, { colorScheme, viewport: { width, height: 900 } });
      for (const path of ["/admin/orders", "/admin/orders?q=nobody-at-all", `/admin/orders/${placed.id}`]) {
        await page.goto(room.url + path);
        await settled(page);
        assert.deepEqual(await audit(page), [], path);
        assert.ok((await page.evaluate(() => document.documentElement.scrollWidth - innerWidth)) <= 0, `${path} is too wide`);
      }
      await page.getByRole("button", { name: "Refund", exact: true }).click();
      await dialog(page, "Refund").getByRole("spinbutton").fill("1");
      await page.locator("[data-effects]:not([aria-busy=true])").waitFor();
      assert.deepEqual(
        (await audit(page)).filter((one) => !one.startsWith("region:")),
        [],
      );
      await context.close();
    });
