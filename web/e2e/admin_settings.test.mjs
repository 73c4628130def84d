// What can be set of the shop, over a real server: it holds at once, two people at it lose nothing, and what stands in files says so.
import assert from "node:assert/strict";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { openShopRoom } from "./admin.mjs";
import { audit } from "./axe.mjs";
import { launchBrowser } from "./browser.mjs";
import { openPage, settled } from "./page.mjs";

let browser;
let room;
before(async () => {
  browser = await launchBrowser();
  room = await openShopRoom(browser, { KASSA_SHOP__CURRENCY: "EUR", KASSA_EMAIL__STAFF: "owner@shop.test" });
});
after(async () => {
  await browser?.close();
  await room?.close();
});

const admin = ["admin"];
const PICTURE = join(import.meta.dirname, "pixel.png");
const form = (page, name) => page.getByRole("form", { name });
const shop = (page) => form(page, "Shop");
const box = (of, name) => of.getByRole("textbox", { name, exact: true });
const saved = (of) => of.getByText("✓ It is saved.").waitFor();

test("name, claim, announcement, colour and logo hold at once on the shop's pages, by keyboard", async () => {
  // A shop without products has no pages yet.
  await room.addProduct({ price: 100, stock: 7 });
  const { page, context, complaints } = await room.open("/admin/settings", admin);
  const name = box(shop(page), "Name");
  await name.waitFor();
  await shop(page).getByText("as in shop.toml").first().waitFor();
  await name.focus();
  await page.keyboard.type("Corner <b>Goods");
  // Over the button that takes it back.
  await page.keyboard.press("Tab");
  await page.keyboard.press("Tab");
  await page.keyboard.type("Things made to be used");
  await page.keyboard.press("Tab");
  await page.keyboard.press("Tab");
  await page.keyboard.type("Closed until Monday");
  await shop(page).getByLabel("Choose a picture").setInputFiles(PICTURE);
  await shop(page).locator("img").waitFor();
  await shop(page).getByRole("button", { name: "Save", exact: true }).focus();
  await page.keyboard.press("Enter");
  await saved(shop(page));
  const set = await room.get("/v1/storefront");
  assert.deepEqual([set.name, set.claim, set.announcement], ["Corner <b>Goods", "Things made to be used", "Closed until Monday"]);
  assert.match(set.logo, /^[0-9a-f]{64}$/);

  const front = await openPage(browser, `${room.url}/`);
  await front.page.locator(".announcement", { hasText: "Closed until Monday" }).first().waitFor();
  await front.page.getByRole("heading", { level: 1, name: "Things made to be used" }).waitFor();
  const written = await (await fetch(`${room.url}/`)).text();
  assert.match(written, /<aside class="announcement" dir="auto">Closed until Monday<\/aside>/);
  assert.deepEqual(await audit(front.page), []);
  assert.deepEqual(front.complaints, []);
  await front.context.close();

  await shop(page).getByRole("button", { name: "Announcement on every page: As in shop.toml" }).click();
  await shop(page).getByRole("button", { name: "Logo: As in shop.toml" }).click();
  await shop(page).getByRole("button", { name: "Save", exact: true }).click();
  await room.until(
    () => room.get("/v1/storefront"),
    ({ announcement, logo, name }) => announcement === null && logo === null && name === "Corner <b>Goods",
  );
  assert.deepEqual(complaints, []);
  await context.close();
});

test("a colour on which white text is hard to read says so in words", async () => {
  const { page, context, complaints } = await room.open("/admin/settings", admin);
  const colour = shop(page).getByLabel("Colour", { exact: true });
  await colour.fill("#ffcc00");
  await shop(page).getByText("White text on it is hard to read: 1.5 to 1").waitFor();
  await colour.fill("#8a3b12");
  await shop(page).getByText("White text on it is readable: 7.7 to 1").waitFor();
  await shop(page).getByRole("button", { name: "Save", exact: true }).click();
  await saved(shop(page));
  assert.equal((await room.get("/v1/storefront")).colour, "#8a3b12");
  assert.deepEqual(complaints, []);
  await context.close();
});

test("the imprint is written and read, and the last language stays", async () => {
  const { page, context, complaints } = await room.open("/admin/settings", admin);
  const texts = form(page, "Texts");
  await box(texts, "Imprint: who answers for the shop").fill("Corner Goods\n\nCorner Street 1");
  await texts.getByRole("button", { name: "Save", exact: true }).click();
  await saved(texts);
  assert.match(await (await fetch(`${room.url}/imprint`)).text(), /Corner Street 1/);
  await shop(page).getByLabel("English").uncheck();
  await shop(page).getByLabel("Arabic").uncheck();
  assert.ok(await shop(page).getByLabel("German").isDisabled());
  await shop(page).getByRole("button", { name: "Save", exact: true }).click();
  await saved(shop(page));
  const set = await room.get("/v1/storefront");
  assert.deepEqual([set.languages, set.imprint], [["de"], "Corner Goods\n\nCorner Street 1"]);
  await shop(page)
    .getByRole("button", { name: /^Languages.*: As in shop\.toml$/ })
    .click();
  await shop(page).getByRole("button", { name: "Save", exact: true }).click();
  await room.until(
    () => room.get("/v1/storefront"),
    ({ languages }) => languages.length === 3,
  );
  assert.deepEqual(complaints, []);
  await context.close();
});

test("who of the staff is told of what holds from the next mail on", async () => {
  const { page, context, complaints } = await room.open("/admin/settings", admin);
  const staff = form(page, "Who is told");
  await box(staff, "Addresses, one a line").fill("ann@shop.test\nnobody");
  await staff.getByRole("button", { name: "Save", exact: true }).click();
  await staff.getByText("addresses: nobody is no address of mail").waitFor();
  await box(staff, "Addresses, one a line").fill("ann@shop.test\nbo@shop.test");
  await staff.getByLabel("Stock is low").uncheck();
  await staff.getByRole("button", { name: "Save", exact: true }).click();
  await saved(staff);
  const sku = await room.addProduct({ price: 100, stock: 6 });
  await room.order([{ sku, quantity: 2 }], { name: "Stella Staff" });
  const mails = async () =>
    (await room.get("/v1/deliveries?channel=email&limit=50")).results.filter(({ template }) => /^staff-/.test(template));
  const told = await room.until(mails, (found) => found.length >= 2);
  assert.deepEqual(told.map(({ target, template }) => `${target} ${template}`).sort(), [
    "ann@shop.test staff-new-order",
    "bo@shop.test staff-new-order",
  ]);
  for (const { name } of [{ name: "A new order" }, { name: "Something has sold out" }]) await staff.getByLabel(name).uncheck();
  await staff.getByRole("button", { name: "Addresses, one a line: As in the configuration" }).click();
  await staff.getByRole("button", { name: "Save", exact: true }).click();
  await room.until(
    () => room.get("/v1/admin/staff"),
    ({ addresses, topics }) => addresses.join() === "owner@shop.test" && topics.length === 4,
  );
  assert.deepEqual(
    complaints.filter((line) => !line.includes("400")),
    [],
  );
  await context.close();
});

test("the second of two people at the settings is told, and loses nothing of the first", async () => {
  const { page, context } = await room.open("/admin/settings", admin);
  await box(shop(page), "One line on the first page").fill("Mine");
  const set = (await room.get("/v1/admin/storefront")).set;
  const answer = await fetch(`${room.url}/v1/storefront`, {
    method: "PUT",
    headers: { authorization: `Bearer ${await room.keyOf(admin)}`, "content-type": "application/json" },
    body: JSON.stringify({ ...set, claim: "Theirs" }),
  });
  assert.equal(answer.status, 200);
  await shop(page).getByRole("button", { name: "Save", exact: true }).click();
  await shop(page).getByText("Somebody else has changed this").waitFor();
  assert.equal(await box(shop(page), "One line on the first page").inputValue(), "Theirs");
  assert.equal((await room.get("/v1/storefront")).claim, "Theirs");
  await box(shop(page), "One line on the first page").fill("Mine after all");
  await shop(page).getByRole("button", { name: "Save", exact: true }).click();
  await saved(shop(page));
  assert.equal((await room.get("/v1/storefront")).claim, "Mine after all");
  const changes = (await room.get("/v1/admin/changes?path=/v1/storefront")).results;
  assert.equal(changes[0].name, "anna");
  await context.close();
});

test("a site's time zone, days and own addresses are set; fewer days are typed, and the second of two is told", async () => {
  const { page, context, complaints } = await room.open("/admin/settings", admin);
  const site = form(page, "Time zone, visitors and retention");
  const kept = async () => (await room.get("/v1/admin/sites")).results.find(({ id }) => id === "default");
  await site.getByLabel("Time zone, in which days begin").selectOption("Europe/Berlin");
  await site.getByLabel("Days for which events are kept").fill("400");
  await site.getByText("older than 400 days leaves").waitFor();
  assert.ok(await site.getByRole("button", { name: "Save", exact: true }).isDisabled());
  await site.getByLabel("Type 400 to confirm").fill("400");
  await site.getByLabel("Addresses and networks that are not counted").fill("203.0.113.9\n198.51.100.0/24");
  await site.getByLabel("Names for addresses and networks").fill("192.0.2.0/24 = office");
  await page.keyboard.press("Tab");
  await page.keyboard.press("Enter");
  await saved(site);
  const { version, ...now } = await kept();
  assert.deepEqual([now.timezone, now.keep_days, now.labels], ["Europe/Berlin", 400, { "192.0.2.0/24": "office" }]);
  assert.deepEqual(now.exclude_addresses, ["203.0.113.9", "198.51.100.0/24"]);
  assert.deepEqual(complaints, []);

  // Another is faster.
  const other = await room.open("/admin/settings", admin);
  const theirs = form(other.page, "Time zone, visitors and retention");
  await theirs.getByLabel("An address after # is a page of its own").check();
  await site.getByLabel("Days for which events are kept").fill("");
  await site.getByRole("button", { name: "Save", exact: true }).click();
  await saved(site);
  await theirs.getByRole("button", { name: "Save", exact: true }).click();
  await theirs.getByText("Somebody else has changed this").waitFor();
  const after = await kept();
  assert.deepEqual([after.version, after.keep_days, after.hash_routes], [version + 1, 0, false]);
  const [change] = (await room.get("/v1/admin/changes?path=/v1/admin/sites/default")).results;
  assert.deepEqual([change.name, change.before.keep_days, change.after.keep_days], ["anna", 400, 0]);

  await theirs.getByLabel("Addresses and networks that are not counted").fill("10.0.0.0/33");
  await theirs.getByRole("button", { name: "Save", exact: true }).click();
  await theirs.getByRole("alert").getByText("10.0.0.0/33").waitFor();
  await Promise.all([context.close(), other.context.close()]);
});

test("what stands in files says its key, its value and where it was set, and shows no secret", async () => {
  const { page, context, complaints } = await room.open("/admin/settings", admin);
  const currency = page.locator("[data-key='shop.currency']");
  await currency.getByText("EUR").waitFor();
  await currency.getByText("an environment variable").waitFor();
  await page.locator("[data-key='log.keep_hours'][data-source='default']").getByText("72").waitFor();
  await page.getByText("There is no configuration file: name one with --config.").waitFor();
  assert.ok(!(await page.content()).includes("the-admin-token"));
  assert.deepEqual(complaints, []);
  await context.close();
});

test("in three languages, light and dark, from 320 to 1440, nothing is too wide and axe has no complaint", async () => {
  for (const [locale, width, colorScheme] of [
    ["ar", 390, "dark"],
    ["de-DE", 320, "light"],
    ["en", 1440, "light"],
  ]) {
    const options = { locale, colorScheme, viewport: { width, height: 900 } };
    const { page, context, complaints } = await room.open("/admin/settings", admin, undefined, options);
    await settled(page);
    await page.locator("[data-key='shop.currency']").waitFor();
    const over = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
    assert.ok(over <= 0, `${over} too wide in ${locale} at ${width}`);
    assert.deepEqual(await audit(page), [], `${locale} at ${width}`);
    assert.deepEqual(complaints, []);
    await context.close();
  }
});
