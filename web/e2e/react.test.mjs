// The storefront's source is written against React: built with React itself it is the same shop.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { launchBrowser } from "./browser.mjs";
import { startShop } from "./shop_mock.mjs";
import { addAndGo, heading, orderButton, toReview, visit } from "./shopping.mjs";

const UI = join(import.meta.dirname, "../ui");
const dist = mkdtempSync(join(tmpdir(), "kassa-react-"));
let browser;
let shop;
before(async () => {
  const env = { ...process.env, KASSA_SHOP_WITH: "react", KASSA_SHOP_OUT: dist };
  execFileSync("npx", ["vite", "build", "--config", "vite.shop.config.mjs"], { cwd: UI, env, stdio: "pipe" });
  browser = await launchBrowser();
  shop = await startShop({ dist });
});
after(async () => {
  await browser?.close();
  await shop?.stop();
  rmSync(dist, { recursive: true, force: true });
});

test("built with React, the storefront sells the same", async () => {
  const { page, complaints } = await visit(browser, `${shop.url}/`);
  await page.getByRole("combobox", { name: "What are you looking for?" }).fill("linen");
  await page.getByRole("option", { name: /Linen Shirt/ }).click();
  await heading(page, "Linen Shirt");
  await page.locator(".choice", { hasText: "M" }).first().click();
  await page.getByText("In stock").waitFor();
  await addAndGo(page);
  await page.getByRole("textbox", { name: "Quantity of Linen Shirt" }).fill("3");
  await page.keyboard.press("Enter");
  await page.locator(".summary .total", { hasText: "€96.00" }).waitFor();
  await toReview(page);
  shop.mood.silent = 1;
  await orderButton(page).click();
  await heading(page, "Thank you, Ann Archer");
  assert.equal(shop.orders.length, 1);
  assert.deepEqual(shop.orders[0].asked.items, [{ sku: "shirt-m-sand", quantity: 3 }]);
  assert.ok(shop.posts.some(({ event }) => event === "Checkout Started"));
  assert.ok(await page.evaluate(() => Object.keys(document.querySelector("#root")).some((name) => name.startsWith("__reactContainer"))));
  assert.deepEqual(complaints, []);
});
