// Everything without a mouse, and every panel on its own when the server fails: over the stand-in server.
import assert from "node:assert/strict";
import { test } from "node:test";
import { until } from "./kassa.mjs";
import { OPEN, openPage, standIn } from "./page.mjs";

const world = standIn();

async function open(path = "/dashboard") {
  const opened = await openPage(world.browser, world.mock.url + path);
  await opened.page.locator(".row").first().waitFor();
  return opened;
}

const address = (page, wanted) =>
  until(
    () => page.evaluate(() => location.search),
    (search) => search === wanted,
  );

test("single keys choose the range, step it, compare, and drop the filters", async () => {
  const { page, context } = await open("/dashboard?source=Google");
  const day = (back) => new Date(Date.now() - back * 86_400_000).toISOString().slice(0, 10);
  for (const [key, search] of [
    ["w", "?period=7d&source=Google"],
    ["f", "?period=28d&source=Google"],
    ["y", "?period=year&source=Google"],
    ["x", "?period=year&compare=none&source=Google"],
    ["x", "?period=year&source=Google"],
    ["d", "?source=Google"],
    ["ArrowLeft", `?period=${day(1)}..${day(1)}&source=Google`],
    ["ArrowRight", "?source=Google"],
    ["ArrowRight", "?source=Google"],
    ["Escape", ""],
  ]) {
    await page.keyboard.press(key);
    await address(page, search);
  }
  await page.goBack();
  await address(page, "?source=Google");
  await context.close();
});

test("the keys are on a sheet, and can be turned off there", async () => {
  const { page, context } = await open();
  await page.keyboard.press("?");
  const sheet = page.getByRole("dialog", { name: "Keys" });
  await sheet.getByText("Zoom into it").waitFor();
  await sheet.getByRole("checkbox", { name: "Single keys change the page" }).uncheck();
  await page.keyboard.press("Escape");
  await sheet.waitFor({ state: "detached" });
  await page.keyboard.press("w");
  await page.keyboard.press("?");
  assert.equal(new URL(page.url()).search, "");
  assert.equal(await page.getByRole("dialog").count(), 0);
  await page.keyboard.press("Control+k");
  await page.getByRole("dialog", { name: "Find and do" }).waitFor();
  await context.close();
});

test("the palette finds pages, ranges and views, and does what is chosen", async () => {
  const { page, context } = await open();
  const find = async (text) => {
    await page.getByRole("dialog").waitFor({ state: "detached" });
    await page.keyboard.press("/");
    await page.getByRole("combobox", { name: "Find and do" }).waitFor();
    await page.keyboard.type(text);
  };
  await find("mug");
  await page.getByRole("option", { name: /\/p\/stoneware-mug/, selected: true }).waitFor();
  await page.keyboard.press("Enter");
  await address(page, "?page=%2Fp%2Fstoneware-mug");
  await find("12 months");
  await page.getByRole("option", { name: /12 months/, selected: true }).waitFor();
  await page.keyboard.press("Enter");
  await address(page, "?period=12mo&page=%2Fp%2Fstoneware-mug");
  await find("all sites");
  await page.getByRole("option", { name: /all sites/i, selected: true }).waitFor();
  await page.keyboard.press("Enter");
  await page.getByRole("button", { name: /second/ }).waitFor();
  await find("nothing-is-called-so");
  await page.getByText("Nothing is called so.").waitFor();
  await page.keyboard.press("Escape");
  await context.close();
});

test("rows are walked by arrow keys, and their filter is one key away", async () => {
  const { page, context } = await open();
  await page.locator(".row[data-name='/'] button.row-name").focus();
  await page.keyboard.press("ArrowDown");
  await page.keyboard.press("ArrowDown");
  assert.equal(await page.evaluate(() => document.activeElement.title), "/c/kitchen");
  await page.keyboard.press("Enter");
  await address(page, "?page=%2Fc%2Fkitchen");
  await context.close();
});

test("a range is chosen, drawn and zoomed into", async () => {
  const { page, context } = await open("/dashboard?period=7d");
  await page.locator(".plot").focus();
  for (const key of ["End", "ArrowLeft", "Shift+ArrowLeft", "Shift+ArrowLeft", "Enter"]) await page.keyboard.press(key);
  const day = (back) => new Date(Date.now() - back * 86_400_000).toISOString().slice(0, 10);
  await address(page, `?period=${day(3)}..${day(1)}`);
  await page.goBack();
  await address(page, "?period=7d");
  const box = await page.locator(".plot").boundingBox();
  await page.mouse.click(box.x + box.width - 15, box.y + 100);
  await address(page, `?period=${day(0)}..${day(0)}`);
  await page
    .getByRole("button", { name: "More" })
    .or(page.getByRole("button", { name: "Custom range" }))
    .first()
    .click();
  const dates = page.getByRole("form", { name: "Custom range" }).first();
  await dates.getByLabel("From").fill("2026-10-01");
  await dates.getByLabel("To").fill("2026-10-31");
  await dates.getByRole("button", { name: "Apply" }).click();
  await address(page, "?period=2026-10-01..2026-10-31");
  await page.getByText("Oct 1 – 31, 2026").waitFor();
  await context.close();
});

test("a filter is made of what, how and which", async () => {
  const { page, context } = await open();
  await page.getByRole("button", { name: "Filter", exact: true }).click();
  const box = page.getByRole("dialog", { name: "Filter" });
  await box.getByRole("combobox", { name: "Filter" }).selectOption("source");
  await box.getByRole("combobox", { name: "is" }).selectOption("contains_not");
  await box.getByRole("combobox", { name: "Source" }).fill("oogl");
  await box.getByRole("button", { name: "Apply" }).click();
  await address(page, "?source%21%7E=oogl");
  await page.getByRole("button", { name: "Remove the filter for source does not contain oogl" }).click();
  await address(page, "");
  await context.close();
});

for (const status of [503, 504, 429])
  test(`each panel says by itself that it got ${status}, and asks again`, async () => {
    world.mock.set({ status });
    const context = await world.browser.newContext();
    const page = await context.newPage();
    await page.goto(`${world.mock.url}/dashboard`);
    const alerts = page.locator(".panel [role=alert]");
    await until(
      () => alerts.count(),
      (count) => count === 6,
    );
    world.mock.set({ status: 200 });
    await alerts.first().getByRole("button", { name: "Try again" }).click();
    await until(
      () => alerts.count(),
      (count) => count < 6,
    );
    await context.close();
  });

test("offline, what was there stays, and says how old it is", async () => {
  const { page, context } = await open();
  await page.locator('[data-metric="visitors"]').filter({ hasText: "1,204" }).waitFor();
  await context.setOffline(true);
  await page.keyboard.press("w");
  await page
    .getByText(/You are offline. These numbers are \d+s old./)
    .first()
    .waitFor();
  await context.setOffline(false);
  // By itself.
  await until(
    () => page.locator("[role=alert]").count(),
    (count) => count === 0,
  );
  await context.close();
});

test("a session that ends leads to the login page and back", async () => {
  const { page, context } = await open("/dashboard?period=7d");
  world.mock.set({ session: { mode: "closed", signed_in: false, scopes: [] } });
  await page.keyboard.press("f");
  // Each question that is refused leads there, so the way may begin anew.
  await until(
    () => page.url(),
    (url) => /\/login\?next=/.test(url),
  );
  await page.getByLabel("Admin token or key").fill("right");
  await page.getByRole("button", { name: "Log in" }).click();
  await page.waitForURL(/\/dashboard\?period=28d/);
  world.mock.set({ session: OPEN });
  await context.close();
});
