// Products in the admin over a real server: made, changed, pictured, varied, put into categories, changed many at a time, moved by files.
import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { readFileSync } from "node:fs";
import { after, before, test } from "node:test";
import { openShopRoom } from "./admin.mjs";
import { audit } from "./axe.mjs";
import { launchBrowser } from "./browser.mjs";
import { pasteText as paste, settled } from "./page.mjs";

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

const dialog = (page, name) => page.getByRole("dialog", { name, exact: true });
const heading = (page, name) => page.getByRole("heading", { level: 1, name }).waitFor();
const said = (page, text) => page.locator(".undo").getByText(text).waitFor();
const eur = (amount_minor) => ({ amount_minor, currency: "EUR" });
const full = ["catalog", "read", "inventory"];

/** A product with this in it, and how it is read again. */
async function make(more = {}) {
  const sku = `e-${randomUUID().slice(0, 8)}`;
  const made = await room.post("/v1/products", { sku: more.variants ? undefined : sku, name: `Thing ${sku}`, price: eur(1000), ...more });
  return { ...made, read: () => room.get(`/v1/products/${made.id}`) };
}

/** What is wrong with what lies over the page, which is no region of it. */
const auditSheet = async (page) => (await audit(page)).filter((one) => !one.startsWith("region:"));

async function press(page, button) {
  await button.focus();
  await page.keyboard.press("Enter");
}

/** A file as the browser gets it. */
async function picture(page, colour) {
  const data = await page.evaluate((fill) => {
    const canvas = Object.assign(document.createElement("canvas"), { width: 40, height: 30 });
    const pen = canvas.getContext("2d");
    pen.fillStyle = fill;
    pen.fillRect(0, 0, 40, 30);
    return canvas.toDataURL("image/png");
  }, colour);
  return { name: `${colour.slice(1)}.png`, mimeType: "image/png", buffer: Buffer.from(data.split(",")[1], "base64") };
}

test("a product is made by keyboard alone, and found as one types", async () => {
  const { page, context, complaints } = await room.open("/admin/products", full);
  await heading(page, "Products");
  const link = page.getByRole("link", { name: "New product" });
  while (!(await link.evaluate((node) => node === document.activeElement))) await page.keyboard.press("Tab");
  await page.keyboard.press("Enter");
  await heading(page, "New product");
  await page.keyboard.press("ControlOrMeta+s");
  await page.getByText("This must be filled in.").first().waitFor();
  const type = async (label, text) => {
    await page.getByLabel(label, { exact: true }).first().focus();
    await page.keyboard.type(text);
  };
  await type("Name", "Kettle of enamel");
  await type("Description", "Holds two litres.");
  await type(/^Price/, "abc");
  await page.getByText("This is no amount of this currency.").waitFor();
  await page.keyboard.press("ControlOrMeta+a");
  await page.keyboard.type("39.90");
  await type(/^What it costs you/, "21");
  await page.getByText("Margin 47.4%").waitFor();
  await type("Barcode (EAN, UPC, ISBN)", "4006381333931");
  await type("Weight in grams", "900");
  await type("SKU", "kettle-1");
  await page.getByLabel("Status").focus();
  await page.keyboard.press("o");
  await page.keyboard.press("ControlOrMeta+s");
  await heading(page, "Kettle of enamel");
  await page.waitForURL(/\/admin\/products\/\d+$/);
  await said(page, "The product is made.");
  const made = await room.get("/v1/products/sku:kettle-1");
  assert.deepEqual([made.status, made.price.amount_minor, made.slug], ["active", 3990, "kettle-of-enamel"]);
  const [variant] = made.variants;
  assert.deepEqual([variant.cost.amount_minor, variant.weight_g, variant.barcode], [2100, 900, "4006381333931"]);
  await page.getByRole("link", { name: "All products" }).click();
  await page.keyboard.press("/");
  await page.keyboard.type("kett");
  await page.locator(`[data-product="${made.id}"]`).getByText("39.90").waitFor();
  await page.waitForURL(/q=kett/);
  assert.deepEqual(complaints, []);
  await context.close();
});

test("what is changed is saved as one, and what was there is emptied where it is to be", async () => {
  const one = await make({ category: "Before", description: "old" });
  await room.post("/v1/categories", { name: "Garden and yard" });
  const { page, context, complaints } = await room.open(`/admin/products/${one.id}`, full);
  await heading(page, one.name);
  const bar = page.getByRole("group", { name: "Not saved yet" });
  assert.equal(await bar.count(), 0);
  await page.getByLabel("Name", { exact: true }).fill("Rake");
  await page.getByLabel("Description").fill("");
  await page.getByLabel("Category", { exact: true }).selectOption({ label: "Garden and yard" });
  await page.getByLabel("Price (EUR)").fill("12.50");
  await page.getByLabel("What it costs you (EUR)").fill("5");
  await bar.getByRole("button", { name: "Save" }).click();
  await heading(page, "Rake");
  await bar.waitFor({ state: "detached" });
  const now = await one.read();
  assert.deepEqual([now.category, now.description, now.price.amount_minor, now.version], ["Garden and yard", null, 1250, 2]);
  await page.getByLabel("What it costs you (EUR)").fill("");
  await page.getByLabel("Address").fill("rake-of-wood");
  await page.keyboard.press("ControlOrMeta+s");
  await bar.waitFor({ state: "detached" });
  const then = await one.read();
  assert.deepEqual([then.variants[0].cost, then.slug], [null, "rake-of-wood"]);
  await page.getByLabel("Description").fill("begun");
  await page.getByRole("link", { name: "All products" }).click();
  await page.locator(`[data-product="${one.id}"]`).waitFor();
  await page.goBack();
  await bar.waitFor();
  assert.equal(await page.getByLabel("Description").inputValue(), "begun", "what was begun is found again");
  await page.getByLabel("Address").fill("No Such Slug");
  await page.getByText("Small letters, digits and hyphens alone.").waitFor();
  assert.ok(await bar.getByRole("button", { name: "Save" }).isDisabled());
  await bar.getByRole("button", { name: "Discard" }).click();
  await bar.waitFor({ state: "detached" });
  const prices = page.getByRole("region", { name: "Prices it had" });
  await prices.getByText("before: €10.00").waitFor();
  assert.deepEqual(complaints, []);
  await context.close();
});

test("two at one product: the second keeps what was typed, is told what the first did, and chooses", async () => {
  const one = await make({ description: "as it was" });
  const [first, second] = [await room.open(`/admin/products/${one.id}`, full), await room.open(`/admin/products/${one.id}`, full)];
  for (const { page } of [first, second]) await heading(page, one.name);
  await second.page.getByLabel("Price (EUR)").fill("7");
  await first.page.getByLabel("Name", { exact: true }).fill("By the first");
  await first.page.getByRole("button", { name: "Save" }).click();
  await heading(first.page, "By the first");
  await second.page.getByRole("button", { name: "Save" }).click();
  const told = second.page.getByRole("alert").filter({ hasText: "Somebody has changed this" });
  await told.getByText(`Name: ${one.name} → By the first`).waitFor();
  assert.equal((await one.read()).price.amount_minor, 1000, "nothing is saved over it");
  assert.equal(await second.page.getByLabel("Price (EUR)").inputValue(), "7");
  await second.page.getByRole("button", { name: "Save, all the same" }).click();
  await told.waitFor({ state: "detached" });
  const now = await one.read();
  assert.deepEqual([now.name, now.price.amount_minor], ["By the first", 700], "neither change is lost");

  await first.page.reload();
  await heading(first.page, "By the first");
  await second.page.getByLabel("Description").fill("by the second");
  await first.page.getByLabel("Description").fill("by the first");
  await first.page.getByRole("button", { name: "Save" }).click();
  await first.page.getByRole("group", { name: "Not saved yet" }).waitFor({ state: "detached" });
  await second.page.getByRole("button", { name: "Save" }).click();
  await second.page.getByText("Description: is another now").waitFor();
  await second.page.getByRole("button", { name: "Take what is there" }).click();
  await second.page.waitForFunction(() => document.querySelector("textarea")?.value === "by the first");
  await Promise.all([first.context.close(), second.context.close()]);
});

test("pictures come by choice and by drop, are moved by keyboard and by hand, described and taken away", async () => {
  const one = await make();
  const { page, context, complaints } = await room.open(`/admin/products/${one.id}`, full);
  const panel = page.getByRole("region", { name: "Pictures" });
  await panel.getByText("Drop pictures here").waitFor();
  await panel.locator("input[type=file]").setInputFiles([await picture(page, "#ff0000"), await picture(page, "#00ff00")]);
  await panel.locator(".picture").nth(1).waitFor();
  const { buffer } = await picture(page, "#0000ff");
  await panel.evaluate(
    (node, bytes) => {
      const data = new DataTransfer();
      data.items.add(new File([new Uint8Array(bytes)], "blue.png", { type: "image/png" }));
      node.dispatchEvent(new DragEvent("drop", { dataTransfer: data, bubbles: true, cancelable: true }));
    },
    [...buffer],
  );
  await panel.locator(".picture").nth(2).waitFor();
  const order = () => panel.locator(".picture").evaluateAll((all) => all.map((node) => node.dataset.picture));
  const [red, green, blue] = await order();

  await panel.getByRole("button", { name: /^Picture 3 of 3/ }).focus();
  await page.keyboard.press("ArrowLeft");
  await panel.getByText("Picture 2 of 3", { exact: true }).waitFor();
  await page.keyboard.press("Home");
  assert.deepEqual(await order(), [blue, red, green]);
  assert.match(await page.evaluate(() => document.activeElement.getAttribute("aria-label")), /^Picture 1 of 3/, "the focus goes with it");
  await panel.locator(`[data-picture="${blue}"]`).dragTo(panel.locator(`[data-picture="${green}"]`));
  assert.deepEqual(await order(), [red, green, blue]);

  await panel.getByLabel("What picture 1 shows").fill("Red as a brick");
  await panel.getByRole("button", { name: "Take picture 2 away" }).click();
  await page.getByRole("button", { name: "Save" }).click();
  await said(page, "It is saved.");
  const { images } = await one.read();
  assert.deepEqual(
    images.map(({ id, alt }) => [id, alt]),
    [
      [red, "Red as a brick"],
      [blue, ""],
    ],
  );
  await panel.locator("input[type=file]").setInputFiles({ name: "no.png", mimeType: "image/png", buffer: Buffer.from("no picture") });
  await panel.getByText("no.png:").waitFor();
  await panel.getByRole("button", { name: "Never mind" }).click();
  complaints.splice(0, complaints.length, ...complaints.filter((one) => !one.includes("400")));
  assert.deepEqual(complaints, []);
  await context.close();
});

test("missing combinations are seen and made in one go; variants are changed, archived and back", async () => {
  const one = await make();
  const { page, context, complaints } = await room.open(`/admin/products/${one.id}`, full);
  await page.getByRole("region", { name: "Variants" }).getByText("It is sold in one way only").waitFor();
  await press(page, page.getByRole("button", { name: "Make variants" }));
  const sheet = dialog(page, "Make variants");
  await sheet.getByLabel("Option", { exact: true }).fill("Size");
  await sheet.getByLabel("Values, with commas between").fill("S, M, s , L");
  await sheet.getByRole("button", { name: "One more option" }).click();
  await sheet.getByLabel("Option", { exact: true }).nth(1).fill("Colour");
  await sheet.getByLabel("Values, with commas between").nth(1).fill("red, blue");
  await sheet.locator("[data-combination='new']").nth(4).waitFor();
  assert.equal(
    await sheet
      .locator("[data-combination='there']")
      .innerText()
      .then((text) => text.includes("S / red")),
    true,
  );
  await sheet.getByLabel("L / blue").uncheck();
  assert.deepEqual(await auditSheet(page), []);
  await sheet.getByRole("button", { name: "Make 4 variants" }).click();
  await sheet.waitFor({ state: "detached" });
  await said(page, "4 variants are made.");
  const made = await one.read();
  assert.deepEqual([made.options, made.version], [["Size", "Colour"], 2], "one change");
  assert.deepEqual(
    made.variants.map((variant) => variant.title),
    ["S / red", "S / blue", "M / red", "M / blue", "L / red"],
  );
  assert.equal(made.variants[0].sku, one.sku, "the one that was there is the first");

  await page.getByRole("button", { name: "M / red" }).click();
  const variant = dialog(page, "M / red");
  assert.deepEqual(await auditSheet(page), []);
  await variant.getByLabel("Price (EUR)").fill("15");
  await variant.getByLabel("Colour").fill("dark red");
  await page.keyboard.press("Enter");
  await variant.waitFor({ state: "detached" });
  await page.getByRole("button", { name: "M / dark red" }).click();
  await dialog(page, "M / dark red").getByRole("button", { name: "Archive", exact: true }).click();
  await said(page, "The variant is archived.");
  assert.equal((await one.read()).variants.length, 4);
  await page.locator(".undo").getByRole("button", { name: "Undo" }).click();
  await said(page, "Taken back.");
  const back = await one.read();
  assert.equal(back.variants.find(({ title }) => title === "M / dark red").price.amount_minor, 1500);
  assert.deepEqual(complaints, []);
  await context.close();
});

test("many are archived at once and brought back; one that another changed is told of", async () => {
  const mark = randomUUID().slice(0, 6);
  const all = [await make({ name: `Bulk ${mark} a` }), await make({ name: `Bulk ${mark} b` }), await make({ name: `Bulk ${mark} c` })];
  const { page, context, complaints } = await room.open(`/admin/products?q=${mark}`, full);
  await page.getByLabel(`Choose Bulk ${mark} a`).check();
  await page.getByLabel(`Choose Bulk ${mark} b`).check();
  await page.getByText("2 chosen").waitFor();
  await page.getByRole("button", { name: "Archive", exact: true }).click();
  await said(page, "2 are archived.");
  await page.locator(`[data-product="${all[0].id}"]`).waitFor({ state: "detached" });
  await page.locator(".undo").getByRole("button", { name: "Undo" }).click();
  await page.locator(`[data-product="${all[0].id}"]`).waitFor();
  assert.equal((await all[1].read()).status, "active");

  await page.getByLabel("Choose all that are listed").check();
  await page.getByText("3 chosen").waitFor();
  // Between the look and the deed.
  await page.route(`**/v1/products/${all[2].id}`, async (route) => {
    if (route.request().method() === "PATCH") {
      const headers = { authorization: `Bearer ${await room.keyOf(["admin"])}`, "content-type": "application/json" };
      await fetch(route.request().url(), { method: "PATCH", headers, body: JSON.stringify({ description: "by another" }) });
    }
    await route.continue();
  });
  await page.getByRole("button", { name: "Take off sale" }).click();
  await said(page, "2 are off sale.");
  await page
    .getByRole("alert")
    .filter({ hasText: `Bulk ${mark} c` })
    .waitFor();
  assert.deepEqual([(await all[2].read()).status, (await all[0].read()).status], ["active", "draft"]);
  await page.getByRole("button", { name: "Drafts" }).click();
  await page.locator(`[data-product="${all[0].id}"]`).waitFor();
  await page.getByLabel(`Choose Bulk ${mark} a`).check();
  await page.getByRole("button", { name: "Archive", exact: true }).click();
  await said(page, "It is archived.");
  await page.getByRole("button", { name: "Archived" }).click();
  await page.getByLabel(`Choose Bulk ${mark} a`).check();
  await page.getByRole("button", { name: "Bring back" }).click();
  await said(page, "It is on sale.");
  assert.equal((await all[0].read()).status, "active");
  complaints.splice(0, complaints.length, ...complaints.filter((one) => !/41[02]/.test(one)));
  assert.deepEqual(complaints, []);
  await context.close();
});

test("an archived product's page brings it back", async () => {
  const one = await make();
  const { page, context } = await room.open(`/admin/products/${one.id}`, full);
  await page.getByRole("button", { name: "Archive", exact: true }).click();
  await said(page, "It is archived.");
  await page.getByText("This product is archived.").waitFor();
  await page.getByRole("button", { name: "Bring back" }).click();
  await heading(page, one.name);
  await page.getByRole("button", { name: "Take off sale" }).click();
  await said(page, "It is off sale.");
  assert.equal((await one.read()).status, "draft");
  await context.close();
});

test("categories are made, called otherwise, moved, put in order and removed, each taken back", async () => {
  const { page, context, complaints } = await room.open("/admin/products/categories", full);
  const names = async () => {
    const { results } = await room.get("/v1/categories");
    const of = (parent) => results.filter((one) => one.parent_id === parent).map((one) => [one.name, of(one.id)]);
    return JSON.stringify(of(null));
  };
  await heading(page, "Categories");
  const add = async (name, inside) => {
    await page.getByLabel("Name", { exact: true }).fill(name);
    await page.getByLabel("In", { exact: true }).selectOption({ label: inside });
    await press(page, page.getByRole("button", { name: "Make it" }));
    await page.locator(".tree").getByRole("link", { name, exact: true }).waitFor();
  };
  await add("Tools", "At the top");
  await add("Saws", "Tools");
  await add("Axes", "Tools");
  assert.match(await names(), /\["Tools",\[\["Saws",\[\]\],\["Axes",\[\]\]\]\]/);
  await press(page, page.getByRole("button", { name: "Axes one up" }));
  await room.until(names, (text) => /\["Axes",\[\]\],\["Saws",\[\]\]/.test(text));
  await page.locator(".undo").getByRole("button", { name: "Undo" }).click();
  await room.until(names, (text) => /\["Saws",\[\]\],\["Axes",\[\]\]/.test(text));
  await press(page, page.getByRole("button", { name: "Rename Saws" }));
  await page.keyboard.press("ControlOrMeta+a");
  await page.keyboard.type("Fine saws");
  await page.keyboard.press("Enter");
  await page.locator(".tree").getByRole("link", { name: "Fine saws" }).waitFor();
  await page.getByLabel("Where Fine saws is").selectOption({ label: "At the top" });
  await room.until(names, (text) => /\["Tools",\[\["Axes",\[\]\]\]\]/.test(text) && text.includes('["Fine saws",[]]'));
  await page.getByRole("button", { name: "Remove Fine saws" }).click();
  await said(page, "The category is removed.");
  await page.locator(".undo").getByRole("button", { name: "Undo" }).click();
  await room.until(names, (text) => text.includes('["Fine saws",[]]'));
  await page.getByRole("button", { name: "Remove Tools" }).click();
  await dialog(page, "Remove Tools").getByText("go to the top").waitFor();
  assert.deepEqual(await auditSheet(page), []);
  await dialog(page, "Remove Tools").getByRole("button", { name: "Remove it" }).click();
  await room.until(names, (text) => !text.includes("Tools") && text.includes('["Axes",[]]'));
  assert.deepEqual(complaints, []);
  await context.close();
});

test("two at one category: the second is told what the first did, and chooses; nothing of another's is taken back", async () => {
  const mark = randomUUID().slice(0, 6);
  const { id, slug } = await room.post("/v1/categories", { name: `Twice ${mark}` });
  const name = async () => (await room.get("/v1/categories")).results.find((one) => one.id === id)?.name;
  const { page, context } = await room.open("/admin/products/categories", full);
  const branch = page.locator(`[data-category="${slug}"]`);
  const alert = branch.getByRole("alert").filter({ hasText: "Somebody has changed this" });
  const rename = async (next, meanwhile) => {
    await branch.getByRole("button", { name: /^Rename/ }).click();
    await page.keyboard.press("ControlOrMeta+a");
    await page.keyboard.type(next);
    await room.patch(`/v1/categories/${id}`, { name: meanwhile });
    await page.keyboard.press("Enter");
  };
  await rename(`Second ${mark}`, `First ${mark}`);
  await alert.getByText(`Name: Twice ${mark} → First ${mark}`).waitFor();
  assert.equal(await name(), `First ${mark}`, "nothing is lost yet");
  assert.deepEqual(await audit(page), []);
  await press(page, branch.getByRole("button", { name: "Save, all the same" }));
  await branch.getByRole("link", { name: `Second ${mark}` }).waitFor();
  assert.equal(await name(), `Second ${mark}`);

  await room.patch(`/v1/categories/${id}`, { name: `Third ${mark}` });
  await page.locator(".undo").getByRole("button", { name: "Undo" }).click();
  await said(page, /^Not taken back/);
  assert.equal(await name(), `Third ${mark}`);

  await branch.getByRole("link", { name: `Third ${mark}` }).waitFor();
  await rename(`Fifth ${mark}`, `Fourth ${mark}`);
  await alert.waitFor();
  await press(page, branch.getByRole("button", { name: "Take what is there" }));
  await branch.getByRole("link", { name: `Fourth ${mark}` }).waitFor();
  assert.equal(await name(), `Fourth ${mark}`);

  // What takes no typing is decided again on the list as it is now.
  const inside = await room.post("/v1/categories", { name: `Inside ${mark}` });
  await page.reload();
  await branch.getByLabel(/^Where/).waitFor();
  await room.patch(`/v1/categories/${id}`, { position: 3 });
  await branch.getByLabel(/^Where/).selectOption({ label: `Inside ${mark}` });
  await page.getByText("Somebody has changed it meanwhile").waitFor();
  const place = async () => (await room.get("/v1/categories")).results.find((one) => one.id === id).parent_id;
  assert.equal(await place(), null, "it is where it was");
  await branch.getByLabel(/^Where/).selectOption({ label: `Inside ${mark}` });
  await room.until(place, (parent) => parent === inside.id);

  await make({ category: `Fourth ${mark}` });
  await page.reload();
  await branch.getByRole("button", { name: /^Remove/ }).click();
  const sheet = dialog(page, `Remove Fourth ${mark}`);
  await room.patch(`/v1/categories/${id}`, { position: 7 });
  await sheet.getByRole("button", { name: "Remove it" }).click();
  await sheet.getByRole("alert").getByText(`In: Inside ${mark} · 4 → Inside ${mark} · 8`).waitFor();
  assert.equal(await name(), `Fourth ${mark}`, "it is still there");
  await sheet.getByRole("button", { name: "Remove it, all the same" }).click();
  await sheet.waitFor({ state: "detached" });
  assert.equal(await name(), undefined);
  await context.close();
});

test("the grid goes by keyboard, takes a block from a spreadsheet, says what is wrong in its cell, and takes it back", async () => {
  const mark = randomUUID().slice(0, 6);
  const made = [];
  for (const name of ["c", "b", "a"]) made.unshift(await make({ name: `Grid ${mark} ${name}`, sku: `g-${mark}-${name}` }));
  await room.post("/v1/categories", { name: `Shelf ${mark}` });
  const { page, context, complaints } = await room.open(`/admin/products/grid?q=${mark}`, full);
  const cell = (row, column) => page.locator(`[data-cell="${row}:${column}"]`);
  await cell(2, 0).waitFor();
  // Name by keyboard: typing begins, Tab goes on to the status, which is chosen by its letter.
  await cell(0, 0).focus();
  await page.keyboard.press("F2");
  await page.keyboard.press("ControlOrMeta+a");
  await page.keyboard.type(`Grid ${mark} first`);
  await page.keyboard.press("Tab");
  await page.keyboard.press("ArrowRight");
  await page.keyboard.press("ArrowRight");
  await page.keyboard.type("12.5");
  await page.keyboard.press("Enter");
  assert.equal(await page.evaluate(() => document.activeElement.dataset.cell), "1:3", "Enter goes down");
  await page.getByText("All is saved.").waitFor();
  const first = await made[0].read();
  assert.deepEqual([first.name, first.price.amount_minor, first.version], [`Grid ${mark} first`, 1250, 2], "one change for the row");

  // A block: price, cost, low from; over two rows.
  await paste(page, "20,00\t9\t3\r\n21.00\tabc\t4\r\n");
  await room.until(
    () => made[1].read(),
    (now) => now.price.amount_minor === 2000 && now.variants[0].cost?.amount_minor === 900,
  );
  await room.until(
    () => room.get(`/v1/inventory/g-${mark}-b`),
    (stock) => stock.low_stock_at === 3,
  );
  const bad = cell(2, 4);
  assert.equal(await bad.getAttribute("aria-invalid"), "true");
  assert.equal(await bad.getAttribute("title"), "This is no amount of this currency.");
  assert.equal((await made[2].read()).price.amount_minor, 1000, "a row with something wrong in it is not sent");
  await bad.focus();
  await bad.click();
  await page.keyboard.press("Delete");
  await page.keyboard.press("ControlOrMeta+s");
  await room.until(
    () => made[2].read(),
    (now) => now.price.amount_minor === 2100,
  );
  // What only the server knows to be wrong is said in its cell, too.
  await cell(2, 6).click();
  await paste(page, "9".repeat(65));
  await page.waitForFunction(() => document.querySelector('[data-cell="2:6"]').title.includes("64"));
  await page.keyboard.press("Delete");
  // Category by its name, from the clipboard.
  await cell(1, 2).click();
  await paste(page, `shelf ${mark}`);
  await room.until(
    () => made[1].read(),
    (now) => now.category === `Shelf ${mark}`,
  );
  await page.keyboard.press("ControlOrMeta+z");
  await room.until(
    () => made[1].read(),
    (now) => now.category === null,
  );
  // Back over the barcode and the deletions to the block, which falls as one step.
  for (let step = 0; step < 4; step++) await page.keyboard.press("ControlOrMeta+z");
  await room.until(
    () => made[1].read(),
    (now) => now.price.amount_minor === 1000 && now.variants[0].cost === null,
  );
  assert.deepEqual(await audit(page), []);
  const real = complaints.filter((one) => !one.includes("400"));
  assert.deepEqual(real, []);
  await context.close();
});

test("in the grid, too, the second of two is told, and chooses", async () => {
  const mark = randomUUID().slice(0, 6);
  const one = await make({ name: `Both ${mark}` });
  const { page, context } = await room.open(`/admin/products/grid?q=${mark}`, full);
  const cell = page.locator('[data-cell="0:3"]');
  await cell.click();
  await room.post(`/v1/inventory/${one.sku}/receive`, { quantity: 1 });
  await fetch(`${room.url}/v1/products/${one.id}`, {
    method: "PATCH",
    headers: { authorization: `Bearer ${await room.keyOf(["admin"])}`, "content-type": "application/json" },
    body: JSON.stringify({ price: eur(1111), description: "by another" }),
  });
  await page.keyboard.type("9");
  await page.keyboard.press("Enter");
  await page.keyboard.press("ControlOrMeta+s");
  const row = page.locator(`tr[data-sku="${one.sku}"]`);
  await row.getByRole("alert").getByText("Somebody has changed it meanwhile").waitFor();
  assert.match(await cell.getAttribute("title"), /11\.11/);
  assert.equal((await one.read()).price.amount_minor, 1111);
  await row.getByRole("button", { name: "Save, all the same" }).click();
  await room.until(
    () => one.read(),
    (now) => now.price.amount_minor === 900 && now.description === "by another",
  );
  await context.close();
});

test("a file is looked at before it comes in, says what it refuses, and is taken back; what is written comes in again", async () => {
  const mark = randomUUID().slice(0, 6);
  const { page, context, complaints } = await room.open("/admin/products/import", ["admin"]);
  const csv = [
    "slug,name,status,category,options,sku,option1,price,currency,cost,on_hand",
    `cap-${mark},"Cap, ""of"" felt",active,Hats,"[""Size""]",cap-${mark}-s,S,19,EUR,7.50,4`,
    `cap-${mark},,,,,cap-${mark}-m,M,21,EUR,,`,
    `bad-${mark},Bad,active,,,bad-${mark},,nineteen,EUR,,`,
    `free-${mark},Too dear,active,,,dear-${mark},,99999999999999999,EUR,,`,
  ].join("\n");
  const panel = page.getByRole("region", { name: "Bring a file in" });
  await panel.getByRole("button", { name: "Choose a file" }).waitFor();
  await panel.locator("input[type=file]").setInputFiles({ name: "hats.csv", mimeType: "text/csv", buffer: Buffer.from(csv) });
  await panel.locator("[data-outcome='made']").getByText("1", { exact: true }).waitFor();
  await panel.locator("[data-line='4']").getByText("price: nineteen is no amount of EUR").waitFor();
  assert.equal((await room.get(`/v1/products?q=${mark}`)).results.length, 0, "nothing has changed yet");
  await press(page, panel.getByRole("button", { name: "Bring 1 product in" }));
  await panel.getByText("What came of it").waitFor();
  const cap = await room.get(`/v1/products/sku:cap-${mark}-m`);
  assert.deepEqual([cap.name, cap.variants.length, cap.variants[0].stock.available], ['Cap, "of" felt', 2, 4]);
  await page.getByRole("region", { name: "Files that came in" }).getByText("hats.csv").waitFor();

  const write = async (button) => {
    const waiting = page.waitForEvent("download");
    await page.getByRole("button", { name: button }).click();
    return readFileSync(await (await waiting).path(), "utf8");
  };
  const [table, lines] = [await write("CSV, for spreadsheets"), await write("JSON Lines, for programs")];
  assert.match(table, new RegExp(`^slug,name,status[\\s\\S]*cap-${mark},"Cap, ""of"" felt",active,Hats`));
  const [line] = lines.split("\n").filter((one) => one.includes(`cap-${mark}`));
  assert.equal(JSON.parse(line).variants[0].cost.amount_minor, 750);
  for (const [name, text] of [
    ["all.csv", table],
    ["all.jsonl", lines],
  ]) {
    await panel.locator("input[type=file]").setInputFiles({ name, mimeType: "text/plain", buffer: Buffer.from(text) });
    await panel.getByText("What would come of it").waitFor();
    assert.equal(await panel.locator("[data-outcome='changed'] dd").innerText(), "0", `${name} says what is there`);
    assert.equal(await panel.locator("[data-outcome='refused'] dd").innerText(), "0", name);
  }
  const batch = page.locator("[data-batch]").filter({ hasText: "hats.csv" });
  await batch.getByText("Take it back", { exact: true }).click();
  await batch.getByRole("button", { name: "Archive 1 product" }).click();
  await batch.getByText("taken back").waitFor();
  assert.equal((await room.get(`/v1/products?q=${mark}`)).results.length, 0);
  assert.deepEqual(complaints, []);
  await context.close();
});

test("its life stands on one line of time, to be looked at, read by keyboard and as a table", async () => {
  const one = await make();
  await room.post(`/v1/inventory/${one.sku}/receive`, { quantity: 9 });
  await room.order([{ sku: one.sku, quantity: 2 }], { name: "Lina Life" });
  const { page, context, complaints } = await room.open(`/admin/products/${one.id}`, full);
  const life = page.getByRole("region", { name: "Its life" });
  await room.until(
    async () => {
      await page.reload();
      await life.locator(".life-plot").waitFor();
      return life.locator(".life-plot").getAttribute("aria-label");
    },
    (text) => text.includes("2 units sold"),
  );
  await life.locator(".life-plot").focus();
  await page.keyboard.press("ArrowLeft");
  const tip = life.locator(".tip");
  await tip.getByText("Units sold: 2").waitFor();
  await tip.getByText("Stock: 7").waitFor();
  await tip.getByText("Price: €10.00").waitFor();
  await page.keyboard.press("ArrowLeft");
  await tip.getByText("Stock: 0").waitFor();
  await press(page, life.getByRole("button", { name: "As a table" }));
  const cells = await life.locator("[data-day] td").evaluateAll((all) => all.slice(0, 5).map((node) => node.innerText));
  assert.deepEqual(cells, ["0", "1", "2", "7", "€10.00"]);
  assert.deepEqual(complaints, []);
  await context.close();
});

/** What each scope sees of a product, and may do. */
const SEEN = [
  { scopes: ["read"], pages: ["All products"], may: false, life: true, choose: false },
  { scopes: ["catalog"], pages: ["All products", "Edit many", "Categories"], may: true, life: false, choose: true },
  { scopes: ["admin"], pages: ["All products", "Edit many", "Categories", "Import and export"], may: true, life: true, choose: true },
];

test("each scope sees and does what is its own, and nothing there fails", async () => {
  const one = await make();
  for (const { scopes, pages, may, life, choose } of SEEN) {
    const { page, context, complaints } = await room.open("/admin/products", scopes);
    await page.locator(`[data-product="${one.id}"]`).waitFor();
    assert.deepEqual(await page.getByRole("navigation", { name: "Products" }).getByRole("link").allInnerTexts(), pages, scopes.join());
    assert.equal((await page.locator("tbody input[type=checkbox]").count()) > 0, choose);
    assert.equal(await page.getByRole("link", { name: "New product" }).count(), may ? 1 : 0);
    for (const name of pages) {
      await page.getByRole("navigation", { name: "Products" }).getByRole("link", { name }).click();
      await settled(page);
      assert.equal(await page.locator(".failure").count(), 0, `${scopes}: ${name}`);
    }
    await page.goto(`${room.url}/admin/products/${one.id}`);
    await heading(page, one.name);
    await settled(page);
    assert.equal(await page.getByLabel("Name", { exact: true }).isEnabled(), may);
    assert.equal(await page.getByRole("button", { name: "Archive", exact: true }).count(), may ? 1 : 0);
    if (life) await page.locator(".life-plot").waitFor();
    else assert.equal(await page.getByRole("region", { name: "Its life" }).count(), 0);
    assert.equal(await page.locator(".failure").count(), 0, scopes.join());
    if (!may) {
      await page.goto(`${room.url}/admin/products/grid`);
      await page.getByText("It needs a key with the scope catalog.").waitFor();
    }
    assert.deepEqual(complaints, [], scopes.join());
    await context.close();
  }
});

const PATHS = ["/admin/products", "/admin/products?q=nothing-at-all", "/admin/products/new", "/admin/products/grid"];
const MORE = ["/admin/products/categories", "/admin/products/import"];

for (const [colorScheme, locale, widths] of [
  ["light", "en", [1440, 768, 320]],
  ["dark", "de-DE", [390, 1280]],
  ["light", "ar", [1280, 390]],
])
  test(`nothing is wrong with the pages in the ${colorScheme} in ${locale}`, async () => {
    const one = await make({
      name: "Ein-sehr-langer-Name-ohne-jede-Lücke-in-der-Mitte-und-noch-länger",
      options: ["Size"],
      variants: [{ options: ["S"] }, { options: ["Extraordinarily-large-and-without-any-gap-in-it"] }],
    });
    const { page, context, complaints } = await room.open("/admin/products", ["admin"], undefined, { colorScheme, locale });
    for (const path of [...PATHS, ...MORE, `/admin/products/${one.id}`]) {
      await page.goto(room.url + path);
      await settled(page);
      for (const width of widths) {
        await page.setViewportSize({ width, height: 900 });
        await page.evaluate(() => new Promise((drawn) => requestAnimationFrame(() => requestAnimationFrame(drawn))));
        assert.ok((await page.evaluate(() => document.documentElement.scrollWidth - innerWidth)) <= 0, `${path} is too wide at ${width}`);
      }
      assert.deepEqual(await audit(page), [], path);
    }
    assert.deepEqual(complaints, []);
    await context.close();
  });
