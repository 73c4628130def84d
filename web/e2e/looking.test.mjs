// Looking around in the storefront, over the stand-in server: lists, search, products, the cart, languages, and what is missing.
import assert from "node:assert/strict";
import { after, before, beforeEach, test } from "node:test";
import { launchBrowser } from "./browser.mjs";
import { until } from "./kassa.mjs";
import { startShop } from "./shop_mock.mjs";
import { heading, visit } from "./shopping.mjs";

let browser;
let shop;
before(async () => {
  browser = await launchBrowser();
  shop = await startShop();
});
after(async () => {
  await browser?.close();
  await shop?.stop();
});
beforeEach(() => void (shop.posts.length = 0));

const open = (path, options) => visit(browser, shop.url + path, options);
const names = (page) => page.locator(".shelf").first().locator(".card-name").allInnerTexts();
const sent = (name) => shop.posts.filter((event) => event.event === name);

test("a category is sorted and paged in the address; Back is where one was", async () => {
  const { page, context, complaints } = await open("/c/desk");
  await page.getByText("36 products").waitFor();
  assert.equal(await page.locator(".card").count(), 24);
  await page.getByLabel("Sort by").selectOption("-price");
  await page.waitForURL(/\?sort=-price$/);
  assert.deepEqual((await names(page)).slice(0, 2), ["Desk Lamp", "Brass Pen"]);
  await page.getByRole("link", { name: "Next" }).click();
  await page.waitForURL(/sort=-price&page=2$/);
  assert.equal(await page.locator(".card").count(), 12);
  assert.equal(await page.evaluate(() => scrollY), 0);
  await page.getByRole("link", { name: "Card No. 5", exact: true }).scrollIntoViewIfNeeded();
  const top = await page.evaluate(() => scrollY);
  assert.ok(top > 0);
  await page.getByRole("link", { name: "Card No. 5", exact: true }).click();
  await heading(page, "Card No. 5");
  assert.equal(await page.evaluate(() => document.activeElement.tagName), "H1");
  await page.goBack();
  await page.getByText("Page 2 of 2").waitFor();
  await until(
    () => page.evaluate(() => scrollY),
    (now) => Math.abs(now - top) < 2,
  );
  await page.goBack();
  await page.getByText("Page 1 of 2").waitFor();
  assert.deepEqual(complaints, []);
  await context.close();
});

test("a parent category shows what is in its children, and leads there", async () => {
  const { page, context } = await open("/c/kitchen");
  await page.getByText("5 products").waitFor();
  await page.locator("main").getByRole("link", { name: "Cups" }).click();
  await heading(page, "Cups");
  assert.deepEqual(await names(page), ["Stoneware Mug", "Espresso Cup"]);
  assert.equal(await page.locator(".categories [aria-current]").innerText(), "Kitchen");
  await context.close();
});

test("products that fit show while one types, and are chosen by the keyboard", async () => {
  const { page, context, complaints } = await open("/");
  const field = page.getByRole("combobox", { name: "What are you looking for?" });
  await field.fill("mug ston");
  await page.getByRole("option", { name: /Stoneware Mug/ }).waitFor();
  await field.press("ArrowDown");
  assert.equal(await field.getAttribute("aria-activedescendant"), await page.getByRole("option").first().getAttribute("id"));
  await field.press("Escape");
  assert.equal(await page.getByRole("listbox").count(), 0);
  assert.equal(await field.inputValue(), "mug ston");
  await field.pressSequentially("e");
  await page.getByRole("listbox").waitFor();
  await field.press("ArrowDown");
  await field.press("Enter");
  await heading(page, "Stoneware Mug");
  assert.deepEqual(complaints, []);
  await context.close();
});

test("Enter searches; what was not found leads on; both are told", async () => {
  const { page, context } = await open("/");
  const field = page.getByRole("combobox", { name: "What are you looking for?" });
  await field.fill("càrd");
  await field.press("Enter");
  await heading(page, "“càrd”");
  assert.equal(await page.getByText("30 products").count(), 1);
  assert.equal(await field.inputValue(), "càrd");
  await page.getByRole("link", { name: "Next" }).click();
  await page.getByText("Page 2 of 2").waitFor();
  await field.fill("nothing like it");
  await field.press("Enter");
  await heading(page, "Nothing found for “nothing like it”");
  await page.locator("main").getByRole("link", { name: "Kitchen" }).click();
  await heading(page, "Kitchen");
  await until(
    () => sent("Products Searched"),
    (events) => events.length >= 2,
  );
  const told = sent("Products Searched").map(({ properties: { query, results } }) => [query, results]);
  assert.deepEqual(told, [
    ["càrd", 30],
    ["nothing like it", 0],
  ]);
  await context.close();
});

test("a variant is in the address; what is sold out is marked, and can be waited for", async () => {
  const { page, context } = await open("/p/linen-shirt?variant=shirt-s-moss");
  await page.getByText("Sold out", { exact: true }).locator("visible=true").first().waitFor();
  assert.equal(await page.getByRole("button", { name: "Add to cart" }).count(), 0);
  assert.equal(await page.getByRole("radio", { name: /^S/ }).first().isChecked(), true);
  assert.deepEqual(await page.locator('.choice[data-sold-out="true"] [dir]').allInnerTexts(), ["S", "L", "Moss", "Ink"]);
  await page.getByLabel("E-mail").fill("ann@shop.test");
  await page.getByRole("button", { name: "Tell me" }).click();
  await page.getByText("Noted.").waitFor();
  assert.deepEqual(shop.notes, [{ sku: "shirt-s-moss", email: "ann@shop.test", language: "en" }]);
  // There is no S in Ink: the choice leads to a size that there is.
  await page.locator(".choice", { hasText: "Ink" }).click();
  await page.getByRole("button", { name: "Add to cart" }).waitFor();
  await page.waitForURL(/variant=shirt-m-ink$/);
  await page.locator(".choice").getByText("L", { exact: true }).click();
  await page.locator(".price", { hasText: "€36.00" }).waitFor();
  await page.waitForURL(/variant=shirt-l-ink$/);
  await page.reload();
  assert.equal(await page.getByRole("radio", { name: /^L/ }).isChecked(), true);
  // A large one has no picture of its own: one in the same colour shows.
  assert.equal(await page.locator(".gallery .frame img").getAttribute("alt"), "Linen Shirt in Ink");
  await page.getByRole("button", { name: "Enlarge: Linen Shirt in Ink" }).click();
  await page.getByRole("dialog").waitFor();
  await page.keyboard.press("Escape");
  await until(
    () => sent("Product Viewed").map((event) => event.properties.sku),
    (skus) => skus.length >= 4,
  );
  await context.close();
});

test("no more can be put in the cart than there is", async () => {
  const { page, context } = await open("/p/gooseneck-kettle");
  await page.getByRole("textbox", { name: "Quantity" }).fill("7");
  await page.getByRole("button", { name: "Add to cart" }).click();
  await page.getByText("All 3 that we have are in your cart.").waitFor();
  assert.equal(await page.getByRole("link", { name: "Cart, 3 things" }).count(), 1);
  await context.close();
});

test("the cart is the same in every tab, and waits for the network", async () => {
  const { page, context } = await open("/p/brass-pen");
  const other = await context.newPage();
  await other.goto(`${shop.url}/cart`);
  await heading(other, "Your cart is empty");
  await page.getByRole("button", { name: "Add to cart" }).click();
  await heading(other, "Your cart");
  await other.getByText("€34.00 each").waitFor();
  await context.setOffline(true);
  await other
    .getByRole("button", { name: "One more: Brass Pen" })
    .or(other.getByRole("button", { name: "One more" }))
    .click();
  await other.getByText("You are offline.").waitFor();
  await context.setOffline(false);
  await other.locator(".total strong", { hasText: "€68.00" }).waitFor();
  await context.close();
});

test("a page that does not come says so and comes with the network", async () => {
  const { page, context } = await open("/");
  await context.setOffline(true);
  await page.getByRole("link", { name: "Stoneware Mug" }).click();
  await heading(page, "The page did not come");
  await page.waitForURL(/\/p\/stoneware-mug$/);
  await context.setOffline(false);
  await heading(page, "Stoneware Mug");
  await page.goBack();
  await heading(page, "Things made to be used");
  await context.close();
});

test("old addresses lead on, unknown ones lead back in, and are told as such", async () => {
  const { page, context } = await open("/");
  await page.evaluate(() => document.querySelector(".card a").setAttribute("href", "/p/old-mug"));
  await page.locator(".card a").first().click();
  await heading(page, "Stoneware Mug");
  await page.waitForURL(/\/p\/stoneware-mug$/);
  await page.goto(`${shop.url}/p/nope`);
  await heading(page, "This page does not exist");
  await until(
    () => shop.posts.filter((event) => event.type === "page").map((event) => event.properties?.status),
    (statuses) => statuses.includes(404),
  );
  await page.locator("main").getByRole("link", { name: "Everything" }).click();
  await heading(page, "Things made to be used");
  await page.getByRole("link", { name: "Imprint" }).click();
  await heading(page, "Imprint");
  await page.getByText("Corner Street 1").waitFor();
  await context.close();
});

test("the shop speaks the shopper's language, and another one if asked", async () => {
  const { page, context } = await open("/p/stoneware-mug", { locale: "de-AT" });
  await page.getByRole("button", { name: "In den Warenkorb" }).click();
  assert.match(await page.locator(".price").innerText(), /€\s18,00|18,00\s€/);
  await page.getByLabel("Sprache").selectOption("ar");
  await page.getByRole("button", { name: "أضف إلى السلة" }).waitFor();
  assert.equal(await page.evaluate(() => document.documentElement.dir), "rtl");
  await page.goto(`${shop.url}/cart`);
  await heading(page, "سلتك");
  assert.match(await page.title(), /^سلتك · /);
  await context.close();
});
