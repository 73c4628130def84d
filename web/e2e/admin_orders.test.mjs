// Many orders at once, what is put right of one, orders by phone, and paper: over a real server.
import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { readFileSync } from "node:fs";
import { after, before, test } from "node:test";
import { looksWell, openShopRoom } from "./admin.mjs";
import { audit } from "./axe.mjs";
import { launchBrowser } from "./browser.mjs";

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

const orders = ["orders"];
const dialog = (page, name) => page.getByRole("dialog", { name, exact: true });
const row = (page, { number }) => page.locator(`tr[data-order="${number}"]`);
const ADDRESS = { name: "Paula Print", line1: "Corner Street 1", city: "Berlin", postal_code: "10115", country: "DE" };

/** An order of somebody with a name alone. */
const ofNobody = (items, name, more = {}) =>
  room.post("/v1/orders", { items, customer: { name }, ...more }, { "idempotency-key": randomUUID() });

test("who gave no address is found by a part of the name, whatever its case and accents", async () => {
  const sku = await room.addProduct({ price: 500, stock: 5 });
  const placed = await ofNobody([{ sku, quantity: 1 }], "Jörg Ünverzagt");
  const { page, context, complaints } = await room.open("/admin/orders", orders);
  await page.getByRole("searchbox", { name: "Find orders" }).fill("unverz");
  await row(page, placed).getByText("Jörg Ünverzagt").waitFor();
  assert.deepEqual(complaints, []);
  await context.close();
});

test("many are picked by keyboard and packed: each says what came of it, what failed is tried again", async () => {
  const sku = await room.addProduct({ price: 500, stock: 50 });
  const name = `Batch ${randomUUID().slice(0, 6)}`;
  const placed = [];
  for (let count = 0; count < 4; count++) placed.push(await ofNobody([{ sku, quantity: 1 }], name));
  await room.post(`/v1/orders/${placed[0].id}/cancel`, {});
  const { page, context, complaints } = await room.open(`/admin/orders?q=${encodeURIComponent(name)}`, orders);
  await row(page, placed[3]).getByRole("link").focus();
  // Behind G it is a page's letter, also of a page that this key does not see.
  await page.keyboard.press("g");
  await page.keyboard.press("x");
  assert.equal(await page.getByText("order selected").count(), 0);
  await page.keyboard.press("x");
  await page.getByText("1 order selected").waitFor();
  await row(page, placed[0]).getByRole("link").focus();
  await page.keyboard.press("Shift+X");
  await page.getByText("4 orders selected").waitFor();
  // Of another list nothing is picked.
  const bar = page.getByRole("group", { name: "What can be done with the selected" });
  await bar.getByRole("button", { name: "Pack" }).focus();
  let fails = 1;
  await page.route("**/fulfilments", (route) =>
    fails-- > 0 && route.request().method() === "POST"
      ? route.fulfill({ status: 503, json: { title: "busy", detail: "too much to do" } })
      : route.continue(),
  );
  await page.keyboard.press("Enter");
  const sheet = dialog(page, "Pack the selected");
  await sheet.getByText("1 has nothing to pack.").waitFor();
  await sheet.getByRole("button", { name: "Pack 3" }).press("Enter");
  await sheet.getByText("2 of 3 packed").waitFor();
  await sheet.getByRole("alert").getByText("too much to do").waitFor();
  await sheet.getByRole("button", { name: "Try these again" }).press("Enter");
  await sheet.getByText("3 of 3 packed").waitFor();
  for (const { id } of placed.slice(1)) {
    const parcels = await room.get(`/v1/orders/${id}/fulfilments`);
    assert.deepEqual(
      parcels.results.map((parcel) => parcel.lines),
      [[{ sku, quantity: 1 }]],
      "one parcel each",
    );
  }
  await sheet.getByRole("link", { name: "Print their packing slips" }).click();
  await page.locator(".paper").nth(2).waitFor();
  assert.equal(await page.locator(".paper").count(), 3);
  complaints.splice(0, complaints.length, ...complaints.filter((one) => !/503/.test(one)));
  assert.deepEqual(complaints, []);
  await context.close();
});

test("a click with shift picks a range, the head all that are shown; both the picked and the list are saved as CSV", async () => {
  const sku = await room.addProduct({ price: 1950, stock: 50 });
  const name = `=Formula ${randomUUID().slice(0, 6)}`;
  const placed = [];
  for (let count = 0; count < 3; count++) placed.push(await ofNobody([{ sku, quantity: 2 }], name));
  const { page, context, complaints } = await room.open(`/admin/orders?q=${encodeURIComponent(name)}`, orders);
  const box = ({ number }) => page.getByRole("checkbox", { name: `Select order #${number}` });
  await box(placed[2]).click();
  await box(placed[0]).click({ modifiers: ["Shift"] });
  await page.getByText("3 orders selected").waitFor();
  await box(placed[1]).click();
  await page.getByText("2 orders selected").waitFor();
  const saved = async (button) => {
    const waiting = page.waitForEvent("download");
    await button.click();
    const file = await waiting;
    assert.equal(file.suggestedFilename(), "orders.csv");
    return readFileSync(await file.path(), "utf8")
      .replace("\uFEFF", "")
      .trim()
      .split("\r\n");
  };
  const picked = await saved(page.getByRole("button", { name: "CSV", exact: true }));
  assert.deepEqual(
    picked.map((line) => line.split(",")[0]),
    ["number", String(placed[0].number), String(placed[2].number)],
  );
  assert.ok(picked[1].includes(`,'${name},`), "a name is no formula");
  const all = await saved(page.getByRole("button", { name: "Save the list as CSV" }));
  assert.equal(all.length, 4);
  await page.getByRole("checkbox", { name: "Select all that are shown" }).click();
  await page.getByText("3 orders selected").waitFor();
  await page.getByRole("button", { name: "Select none" }).click();
  await page.getByText(/orders? selected/).waitFor({ state: "detached" });
  assert.deepEqual(complaints, []);
  await context.close();
});

test("a view is kept, shared, changed, and comes back when its removal is taken back", async () => {
  const { page, context, complaints } = await room.open("/admin/orders?payment_status=unpaid&q=batch", orders);
  await page.getByRole("button", { name: "Save this view" }).click();
  await dialog(page, "Save this view").getByLabel("Name").fill("Batches owed");
  await page.getByLabel("Everybody who works on orders sees it").check();
  await page.keyboard.press("Enter");
  const views = page.getByRole("navigation", { name: "Saved views" });
  await views.getByRole("link", { name: "Batches owed" }).waitFor();
  const other = await room.open("/admin/orders", ["orders", "read"]);
  await other.page.getByRole("link", { name: "Batches owed" }).click();
  await other.page.waitForURL(/payment_status=unpaid/);
  assert.equal(await other.page.getByRole("searchbox", { name: "Find orders" }).inputValue(), "batch");
  await other.context.close();

  await views.getByRole("button", { name: "Change the view Batches owed" }).click();
  await page.getByLabel("Everybody who works on orders sees it").uncheck();
  await page.getByLabel("Name").fill("Mine");
  await page.keyboard.press("Enter");
  await views.getByRole("link", { name: "Mine" }).waitFor();
  const third = await room.open("/admin/orders", ["orders", "read"]);
  await third.page.locator(".list .row").first().waitFor();
  assert.equal(await third.page.getByRole("link", { name: "Mine" }).count(), 0, "it is somebody's own");
  await third.context.close();

  await views.getByRole("button", { name: "Change the view Mine" }).click();
  await page.getByRole("button", { name: "Remove" }).click();
  await views.getByRole("link", { name: "Mine" }).waitFor({ state: "detached" });
  await page.getByRole("button", { name: "Undo" }).click();
  await views.getByRole("link", { name: "Mine" }).waitFor();
  assert.deepEqual(complaints, []);
  await context.close();
});

test("two at one view: the second is told what the first did, and chooses", async () => {
  const path = `/v1/order-views/${randomUUID()}`;
  const [query, shared] = ["payment_status=unpaid&q=twice", true];
  const view = async () => (await room.get("/v1/order-views")).results.find(({ id }) => path.endsWith(id));
  await room.put(path, { name: "Ours", query, shared });
  const { page, context } = await room.open(`/admin/orders?${query}`, orders);
  const sheet = page.getByRole("dialog");
  const change = async (name) => {
    await page.getByRole("button", { name: `Change the view ${name}` }).click();
    await sheet.getByLabel("Name").fill("Second");
  };
  await change("Ours");
  await room.put(path, { name: "First", query: "q=first", shared });
  await page.keyboard.press("Enter");
  const alert = page.getByRole("alert").filter({ hasText: "Somebody has changed this" });
  await alert.getByText("Name: Ours → First").waitFor();
  await alert.getByText(`Find orders: ${query} → q=first`).waitFor();
  assert.equal((await view()).name, "First", "nothing is lost yet");
  await sheet.getByRole("button", { name: "Save, all the same" }).click();
  await sheet.waitFor({ state: "detached" });
  assert.deepEqual([(await view()).name, (await view()).query], ["Second", query]);

  await change("Second");
  await room.remove(path);
  await sheet.getByRole("button", { name: "Save" }).click();
  await alert.getByText("The view Second is removed.").waitFor();
  assert.equal(await view(), undefined);
  await sheet.getByRole("button", { name: "Save, all the same" }).click();
  await sheet.waitFor({ state: "detached" });
  assert.equal((await view()).name, "Second");

  await change("Second");
  await room.put(path, { name: "Third", query, shared });
  await sheet.getByRole("button", { name: "Remove" }).click();
  await alert.getByText("Name: Second → Third").waitFor();
  await sheet.getByRole("button", { name: "Take what is there" }).click();
  await page.getByRole("link", { name: "Third" }).waitFor();
  assert.equal((await view()).name, "Third");
  await context.close();
});

test("lines are edited: money and stock stand there before, and are so after", async () => {
  const [mug, cup] = [await room.addProduct({ price: 1000, stock: 5 }), await room.addProduct({ price: 300, stock: 5 })];
  const placed = await room.order([{ sku: mug, quantity: 2 }], { name: "Edda Edit" });
  const { page, context, complaints } = await room.open(`/admin/orders/${placed.id}`, orders);
  await page.getByRole("button", { name: "Edit lines" }).click();
  const sheet = dialog(page, "Edit the lines");
  const save = sheet.getByRole("button", { name: "Save the lines" });
  assert.ok(await save.isDisabled(), "nothing is other yet");
  const units = sheet.getByLabel(`Units of Thing ${mug}`);
  await units.fill("6");
  await sheet.getByRole("alert").getByText(`Only 3 of ${mug} are left.`).waitFor();
  assert.ok(await save.isDisabled());
  await units.fill("3");
  await sheet.getByRole("combobox", { name: "Add a product" }).fill(cup);
  await sheet.getByRole("option", { name: new RegExp(cup) }).waitFor();
  await page.keyboard.press("Enter");
  await sheet.locator(`[data-sku="${cup}"]`).getByText("€3.00 each").waitFor();
  const effects = sheet.getByRole("region", { name: "What will happen" });
  await effects.getByText("€20.00 → €33.00").first().waitFor();
  await effects.getByText(`Stock of ${mug}: −1, from 3 to 2`).waitFor();
  await effects.getByText(`Stock of ${cup}: −1, from 5 to 4`).waitFor();
  await save.click();
  await sheet.waitFor({ state: "detached" });
  await page.getByText("The lines are changed.").waitFor();
  await page.getByRole("row", { name: "Total €33.00" }).waitFor();
  const stock = await Promise.all([mug, cup].map((sku) => room.get(`/v1/inventory/${sku}`)));
  assert.deepEqual(
    stock.map(({ available }) => available),
    [2, 4],
  );
  assert.deepEqual(complaints, []);
  await context.close();
});

test("customer and address are put right, and a note is written and taken back; the story tells of each", async () => {
  const sku = await room.addProduct({ price: 1000, stock: 5 });
  const placed = await room.order([{ sku, quantity: 1 }], { name: "Anne Wrong" });
  const { page, context, complaints } = await room.open(`/admin/orders/${placed.id}`, orders);
  const aside = page.getByRole("complementary", { name: "Customer" });
  await aside.getByRole("region", { name: "Customer" }).getByRole("button", { name: "Change" }).click();
  const sheet = dialog(page, "Customer and addresses");
  await sheet.getByLabel("Name", { exact: true }).fill("Anne Right");
  await sheet.getByLabel("With a delivery address").check();
  assert.ok(await sheet.getByRole("button", { name: "Save" }).isDisabled(), "an address is whole");
  await sheet.getByLabel("Name on the parcel").fill("Anne Right");
  await sheet.getByLabel("Street and number").fill("Corner Street 1");
  await sheet.getByLabel("Postal code").fill("10115");
  await sheet.getByLabel("Town").fill("Berlin");
  await sheet.getByLabel("Country, two letters").fill("de");
  await sheet.getByText("name: Anne Wrong → Anne Right").waitFor();
  await sheet.getByText(/delivery address: nothing → Anne Right, Corner Street 1, 10115 Berlin, DE/).waitFor();
  await sheet.getByRole("button", { name: "Save" }).click();
  await sheet.waitFor({ state: "detached" });
  await aside.getByText("It is put right.").waitFor();
  await aside.getByRole("region", { name: "Address" }).getByText("Corner Street 1").waitFor();

  const note = aside.getByRole("region", { name: "Staff note" });
  await note.getByRole("button", { name: "Write a note" }).press("Enter");
  await page.keyboard.type("Rings at noon");
  await note.getByRole("button", { name: "Save the note" }).press("Enter");
  await note.getByText("Rings at noon").waitFor();
  const story = page.getByRole("region", { name: "The whole story" });
  await story.getByText("Put right").waitFor();
  await story.getByText("name, delivery address").waitFor();
  await story.getByText("Rings at noon").waitFor();
  await page.getByRole("button", { name: "Undo" }).click();
  await note.getByText("Nothing is noted.").waitFor();
  const order = await room.get(`/v1/orders/${placed.id}`);
  assert.deepEqual([order.customer.name, order.shipping_address.country, order.staff_note], ["Anne Right", "DE", undefined]);
  assert.deepEqual(complaints, []);
  await context.close();
});

test("two at one note: the second sees what the first wrote, and chooses", async () => {
  const sku = await room.addProduct({ price: 1000, stock: 5 });
  const placed = await room.order([{ sku, quantity: 1 }], { name: "Nils Note" });
  const { page, context } = await room.open(`/admin/orders/${placed.id}`, orders);
  const note = page.getByRole("region", { name: "Staff note" });
  await note.getByRole("button", { name: "Write a note" }).click();
  await note.getByRole("textbox").fill("from the second");
  await room.patch(`/v1/orders/${placed.id}`, { staff_note: "from the first" });
  await note.getByRole("button", { name: "Save the note" }).click();
  await note.getByRole("alert").getByText("from the first").waitFor();
  assert.equal((await room.get(`/v1/orders/${placed.id}`)).staff_note, "from the first", "nothing is lost yet");
  await note.getByRole("button", { name: "Save the note, all the same" }).click();
  await note.getByText("from the second").waitFor();
  await context.close();
});

test("an order by phone, by keyboard alone: goods at the server's prices, a known customer, paid at once, and one order for two presses", async () => {
  const sku = await room.addProduct({ price: 1250, stock: 4 });
  await room.order([{ sku, quantity: 1 }], { name: "Karla Known" });
  const { page, context, complaints } = await room.open("/admin/orders", orders);
  await page.getByRole("link", { name: "New order" }).press("Enter");
  await page.getByRole("heading", { level: 1, name: "New order" }).waitFor();
  await page.getByRole("combobox", { name: "Add a product" }).focus();
  await page.keyboard.type(sku);
  await page.getByRole("option", { name: new RegExp(sku) }).waitFor();
  await page.keyboard.press("Enter");
  const line = page.locator(`[data-sku="${sku}"]`);
  await line.getByText("3 left").waitFor();
  await line.getByRole("spinbutton").focus();
  await page.keyboard.press("ControlOrMeta+a");
  await page.keyboard.type("4");
  await line.getByText("too few are left").waitFor();
  await page.keyboard.press("ControlOrMeta+a");
  await page.keyboard.type("2");
  await page.getByRole("combobox", { name: "Find a customer" }).focus();
  await page.keyboard.type("karla");
  await page.getByRole("option", { name: /Karla Known/ }).waitFor();
  await page.keyboard.press("Enter");
  assert.match(await page.getByLabel("E-mail").inputValue(), /^karla-known-/);
  await page.getByLabel("Street and number").focus();
  await page.keyboard.type("Corner Street 1");
  await page.getByLabel("Postal code").focus();
  await page.keyboard.type("10115");
  await page.keyboard.press("Tab");
  await page.keyboard.type("Berlin");
  await page.getByLabel("Country, two letters").focus();
  await page.keyboard.type("de");
  await page.getByLabel("It is paid now").focus();
  await page.keyboard.press("Space");
  await page.getByLabel("Reference of the payment").focus();
  await page.keyboard.type("card 4711");
  const place = page.getByRole("button", { name: "Place the order for €25.00" });
  await place.waitFor();
  // The first answer is lost on its way.
  let lost = 1;
  await page.route("**/v1/orders", async (route) => {
    if (route.request().method() !== "POST" || lost-- <= 0) return route.continue();
    await route.fetch();
    return route.abort();
  });
  const before = (await room.get("/v1/orders?limit=1")).results[0].number;
  await place.press("Enter");
  await page.getByRole("alert").waitFor();
  await place.press("Enter");
  await page.waitForURL(/\/admin\/orders\/[0-9a-f-]{36}$/);
  const id = page.url().split("/").pop();
  const [order, newest] = [await room.get(`/v1/orders/${id}`), (await room.get("/v1/orders?limit=1")).results[0]];
  assert.deepEqual([newest.id, newest.number], [id, before + 1], "one order");
  assert.deepEqual(
    [order.source, order.payment_status, order.total.amount_minor, order.customer.name],
    ["admin", "paid", 2500, "Karla Known"],
  );
  assert.equal(order.shipping_address.name, "Karla Known");
  assert.equal(order.customer_type, "returning");
  await page.getByText(/by hand/).waitFor();
  complaints.splice(0, complaints.length, ...complaints.filter((one) => !/ERR_FAILED/.test(one)));
  assert.deepEqual(complaints, []);
  await context.close();
});

test("slips and receipts are paper: an order a page, the address in its window, no tools", async () => {
  const sku = await room.addProduct({ price: 1950, stock: 50 });
  const items = [{ sku, quantity: 3 }];
  const placed = [];
  for (let count = 0; count < 2; count++)
    placed.push(await ofNobody(items, "Paula Print", { shipping_address: ADDRESS, note: "Ring twice" }));
  await room.post(`/v1/orders/${placed[0].id}/refunds`, { amount_minor: 950 }, { "idempotency-key": randomUUID() });
  const ids = placed.map(({ id }) => `id=${id}`).join("&");
  const { page, context, complaints } = await room.open(`/admin/orders/print?what=slip&${ids}`, orders);
  const slip = page.getByRole("article", { name: `Packing slip #${placed[0].number}` });
  await slip.getByText("Ring twice").waitFor();
  assert.match(await slip.locator(".paper-address").innerText(), /Paula Print\nCorner Street 1\n10115 Berlin\nDE/);
  assert.doesNotMatch(await slip.innerText(), /€/, "a slip has no prices");
  await page.emulateMedia({ media: "print" });
  assert.ok(await page.locator(".admin-top").isHidden());
  assert.ok(await page.getByRole("button", { name: "Print" }).isHidden());
  // The theme that was chosen is the screen's.
  await page.evaluate(() => (document.documentElement.dataset.theme = "dark"));
  const looks = (selector, name) =>
    page
      .locator(selector)
      .first()
      .evaluate((element, of) => getComputedStyle(element)[of], name);
  assert.deepEqual(
    [await looks(":root", "colorScheme"), await looks("body", "backgroundColor"), await looks(".paper code", "color")],
    ["light", "rgb(255, 255, 255)", "rgb(0, 0, 0)"],
  );
  assert.equal(
    await looks(".paper", "width"),
    await page.evaluate(() => `${document.documentElement.clientWidth}px`),
    "all of the paper's width",
  );
  const pdf = (await page.pdf({ preferCSSPageSize: true })).toString("latin1");
  assert.equal(pdf.match(/\/Type\s*\/Page\b/g).length, 2, "a page each");
  await page.emulateMedia({ media: "screen" });
  await page.goto(`${room.url}/admin/orders/print?what=receipt&${ids}`);
  const receipt = page.getByRole("article", { name: `Receipt for order #${placed[0].number}` });
  await receipt.getByRole("row", { name: "Total €58.50" }).waitFor();
  await receipt.getByRole("row", { name: "Refunded −€9.50" }).waitFor();
  await receipt.getByText("To be paid: €49.00").waitFor();
  await receipt.getByText("This is not an invoice and shows no tax.").waitFor();
  assert.equal(await looks(".paper tfoot", "display"), "table-row-group", "sums stand once, not on every page");
  assert.deepEqual(await audit(page), []);
  assert.deepEqual(complaints, []);
  await context.close();
});

for (const colorScheme of ["light", "dark"])
  for (const width of [320, 390, 1440])
    test(`nothing is wrong with the new pages at ${width} in the ${colorScheme}`, async () => {
      const sku = await room.addProduct({ price: 1950, stock: 50 });
      const placed = await ofNobody([{ sku, quantity: 1 }], "Wanda Width", { shipping_address: ADDRESS });
      const { page, context, complaints } = await room.open("/admin/orders", orders, undefined, {
        viewport: { width, height: 900 },
        colorScheme,
      });
      await row(page, placed).waitFor();
      await page.getByRole("checkbox", { name: `Select order #${placed.number}` }).check();
      await looksWell(page, "the list", { over: true });
      await page.goto(`${room.url}/admin/orders/new`);
      await page.getByRole("combobox", { name: "Add a product" }).fill(sku);
      await page.getByRole("option").first().click();
      await page.getByRole("button", { name: "Place the order for €19.50" }).waitFor();
      await looksWell(page, "a new order", { over: true });
      await page.goto(`${room.url}/admin/orders/${placed.id}`);
      await page.getByRole("button", { name: "Edit lines" }).click();
      await dialog(page, "Edit the lines").getByText("No stock moves.").waitFor();
      await looksWell(page, "an edit", { over: true });
      await page.goto(`${room.url}/admin/orders/print?what=slip&id=${placed.id}`);
      await page.getByRole("article").waitFor();
      await looksWell(page, "a slip", { over: true });
      assert.deepEqual(complaints, []);
      await context.close();
    });
