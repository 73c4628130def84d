// People of the admin: somebody new gets a key that is shown once, logs in with it, is seen, and is out when it is taken back.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { LOOKS, looksWell, openShopRoom } from "./admin.mjs";
import { audit } from "./axe.mjs";
import { launchBrowser } from "./browser.mjs";
import { openPage, settled } from "./page.mjs";

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

const admin = ["admin"];

test("by keyboard somebody is added, logs in with the key that is shown once, and is out when it is taken back", async () => {
  const { page, context, complaints } = await room.open("/admin/people", admin);
  await page.getByRole("button", { name: "Add somebody" }).focus();
  await page.keyboard.press("Enter");
  const sheet = page.getByRole("dialog", { name: "Add somebody" });
  await sheet.getByRole("textbox", { name: "Name" }).focus();
  await page.keyboard.type("Berta");
  const make = sheet.getByRole("button", { name: "Make the key" });
  assert.ok(await make.isDisabled(), "nobody who may do nothing");
  for (const scope of ["work on orders", "count and receive stock"]) {
    await sheet.getByRole("checkbox", { name: scope }).focus();
    await page.keyboard.press("Space");
  }
  await sheet.getByRole("textbox", { name: "Name" }).focus();
  await page.keyboard.press("Enter");
  const made = page.getByRole("dialog", { name: "Berta" });
  const key = await made.locator("[data-secret]").innerText();
  assert.match(key, /^ks_live_[0-9a-f]{64}$/);
  assert.deepEqual(
    (await audit(page)).filter((one) => !one.startsWith("region:")),
    [],
  );
  const login = await made.getByRole("link").getAttribute("href");
  await page.keyboard.press("Escape");
  await made.waitFor({ state: "detached" });
  assert.ok(!(await page.content()).includes(key), "the key is shown once");

  const hers = await openPage(browser, login);
  await hers.page.getByLabel("Admin token or key").fill(key);
  await hers.page.keyboard.press("Enter");
  await hers.page.getByText("as Berta").waitFor();
  assert.deepEqual(await hers.page.locator(".admin-nav a").allInnerTexts(), ["Orders", "Stock", "Customers", "Messages"]);

  const row = page.locator("tr", { hasText: "Berta" });
  await row.getByText("on 1 browser").waitFor({ timeout: 20_000 });
  await row.getByText("count and receive stock, work on orders").waitFor();
  await row.getByRole("link").focus();
  await page.keyboard.press("Enter");
  const person = page.getByRole("dialog", { name: "Berta" });
  await person.getByText("Take the key back").first().click();
  const revoke = person.getByRole("button", { name: "Take the key back" });
  assert.ok(await revoke.isDisabled());
  await person.getByLabel("Type Berta to confirm").fill("berta");
  assert.ok(await revoke.isDisabled());
  await person.getByLabel("Type Berta to confirm").fill("Berta");
  await page.keyboard.press("Enter");
  await person.waitFor({ state: "detached" });
  await page.getByText("The key of Berta is taken back.").waitFor();
  await page.getByRole("region", { name: "Taken back" }).getByText("Berta").waitFor();
  assert.equal(await row.count(), 0);
  await hers.page.reload();
  await hers.page.waitForURL(/\/login/);
  assert.deepEqual(complaints, []);
  await hers.context.close();
  await context.close();
});

test("a key of one site is held to it, and who may do everything is not", async () => {
  await room.post("/v1/admin/sites", { id: "blog" });
  const { page, context, complaints } = await room.open("/admin/people?id=new", admin);
  const sheet = page.getByRole("dialog", { name: "Add somebody" });
  await sheet.getByRole("textbox", { name: "Name" }).fill("Bob <b>");
  await sheet.getByRole("checkbox", { name: "read reports" }).check();
  await sheet.getByLabel("Only of the site").selectOption("blog");
  await sheet.getByRole("checkbox", { name: "do everything" }).check();
  assert.ok(await sheet.getByLabel("Only of the site").isDisabled());
  await sheet.getByRole("checkbox", { name: "do everything" }).uncheck();
  await sheet.getByRole("button", { name: "Make the key" }).click();
  await page.locator("[data-secret]").waitFor();
  await page.keyboard.press("Escape");
  await page.locator("tr", { hasText: "Bob <b>" }).getByText("blog").waitFor();
  const { results } = await room.get("/v1/admin/keys");
  assert.equal(results.find(({ name }) => name === "Bob <b>").site, "blog");
  assert.deepEqual(complaints, []);
  await context.close();
});

test("only who may do everything sees people", async () => {
  const { page, context } = await room.open("/admin/people", ["orders"]);
  await page.getByText("This page is not yours to see.").waitFor();
  await context.close();
});

for (const [locale, colorScheme, width] of LOOKS)
  test(`nothing is wrong with people at ${width} in ${locale}, ${colorScheme}`, async () => {
    const { page, context, complaints } = await room.open("/admin/people", admin, undefined, {
      locale,
      colorScheme,
      viewport: { width, height: 900 },
    });
    for (const path of ["/admin/people", "/admin/people?id=new"]) {
      await page.goto(room.url + path);
      await looksWell(page, path, { over: path.includes("id=") });
    }
    assert.deepEqual(complaints, []);
    await context.close();
  });
