// Logging in: the page by itself over the stand-in server, then the whole way over a real one in closed mode.
import assert from "node:assert/strict";
import { test } from "node:test";
import { startKassa } from "./kassa.mjs";
import { openPage, standIn } from "./page.mjs";

const TOKEN = "e2e-admin-token-0123456789";
const OUT = { mode: "closed", signed_in: false, scopes: [] };

const world = standIn();

const open = (url, options) => openPage(world.browser, url, options);

const field = (page) => page.getByLabel("Admin token or key");

test("the page works by keyboard and says what is wrong", async () => {
  world.mock.set({ session: OUT });
  const { page, context } = await open(`${world.mock.url}/login`);
  const complaints = [];
  page.on("pageerror", (error) => complaints.push(String(error)));
  assert.equal(await page.evaluate(() => document.activeElement?.id), "token", "one can type at once");
  await page.keyboard.press("Enter");
  await page.getByRole("alert").filter({ hasText: "Enter the admin token or a key." }).waitFor();
  await page.keyboard.type("wrong");
  await page.keyboard.press("Enter");
  await page.getByRole("alert").filter({ hasText: "This is neither the admin token nor a key." }).waitFor();
  assert.equal(await field(page).getAttribute("aria-invalid"), "true");
  assert.equal(await page.evaluate(() => document.activeElement?.id), "token", "and try again at once");
  await page.keyboard.type("locked");
  await page.keyboard.press("Enter");
  await page.getByRole("alert").filter({ hasText: "Try again in 14 minutes." }).waitFor();
  await page.getByRole("button", { name: "Show" }).click();
  assert.equal(await field(page).getAttribute("type"), "text");
  await field(page).fill("right");
  await page.keyboard.press("Enter");
  await page.waitForURL(`${world.mock.url}/dashboard`);
  assert.deepEqual(complaints, []);
  await context.close();
});

test("a dashboard without a session leads here, and back to where one was", async () => {
  world.mock.set({ session: OUT });
  const { page, context } = await open(`${world.mock.url}/dashboard?period=7d`);
  await page.waitForURL(/\/login\?next=/);
  await field(page).fill("right");
  await page.getByRole("button", { name: "Log in" }).click();
  await page.waitForURL(/\/dashboard\?period=7d/);
  await page.getByRole("button", { name: "Log out" }).click();
  await page.waitForURL(/\/login\?next=/);
  await context.close();
});

test("it leads nowhere else", async () => {
  for (const next of ["https://evil.example/", "//evil.example/", "/\\evil.example", "javascript:alert(1)", "/..//evil.example"]) {
    world.mock.set({ session: OUT });
    const { page, context } = await open(`${world.mock.url}/login?next=${encodeURIComponent(next)}`);
    await field(page).fill("right");
    await page.keyboard.press("Enter");
    await page.waitForURL(`${world.mock.url}/dashboard`);
    await context.close();
  }
});

test("it fits a phone, in the dark too", async () => {
  world.mock.set({ session: OUT });
  for (const colorScheme of ["light", "dark"]) {
    const { page, context } = await open(`${world.mock.url}/login`, { colorScheme, viewport: { width: 320, height: 568 } });
    assert.ok(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth), "nothing to scroll sideways");
    const [back, front] = await field(page).evaluate((input) => [getComputedStyle(input).backgroundColor, getComputedStyle(input).color]);
    const light = (color) =>
      color
        .match(/\d+/g)
        .slice(0, 3)
        .reduce((sum, part) => sum + Number(part), 0);
    assert.equal(light(back) > light(front), colorScheme === "light");
    assert.ok((await page.getByRole("button", { name: "Log in" }).boundingBox()).height >= 44, "a thumb hits it");
    await context.close();
  }
});

test("where nothing is locked it says so", async () => {
  world.mock.set({ session: { mode: "open", signed_in: true, caller: "open", scopes: ["admin"] } });
  const { page, context } = await open(`${world.mock.url}/login?next=/dashboard?period=day`);
  await page.getByRole("status").filter({ hasText: "needs no login" }).waitFor();
  assert.equal(await page.getByRole("link", { name: "Continue" }).getAttribute("href"), "/dashboard?period=day");
  assert.equal(await page.getByRole("button", { name: "Log out" }).count(), 0);
  await page.getByRole("link", { name: "Continue" }).click();
  await page.locator('[data-metric="visitors"]').filter({ hasText: "1,204" }).waitFor();
  assert.equal(await page.getByRole("button", { name: "Log out" }).isVisible(), false);
  await context.close();
});

test("with a real server: wrong, right, reload, log out", async (t) => {
  const kassa = await startKassa({ env: { KASSA_ACCESS__ADMIN_TOKEN: TOKEN } });
  t.after(() => kassa.remove());
  const { page, context } = await open(`${kassa.url}/dashboard`);
  await page.waitForURL(/\/login\?next=%2Fdashboard/);
  await field(page).fill("not-the-token");
  await page.keyboard.press("Enter");
  await page.getByRole("alert").filter({ hasText: "This is neither the admin token nor a key." }).waitFor();
  await field(page).fill(TOKEN);
  await page.keyboard.press("Enter");
  await page.waitForURL(/\/dashboard/);
  await page.getByText(/visitors? now/).waitFor();
  const [cookie] = await context.cookies();
  assert.deepEqual([cookie.name, cookie.httpOnly, cookie.sameSite, cookie.path], ["kassa_session", true, "Strict", "/"]);
  assert.ok(Math.abs(cookie.expires - Date.now() / 1000 - 12 * 3600) < 120, `12 hours: ${cookie.expires}`);
  assert.equal(await page.evaluate(() => document.cookie), "", "no script can read it");
  await page.reload();
  await page.getByText(/visitors? now/).waitFor();
  await page.getByRole("button", { name: "Log out" }).click();
  await page.waitForURL(/\/login/);
  assert.deepEqual(await context.cookies(), []);
  const stolen = await fetch(`${kassa.url}/v1/admin/keys`, { headers: { cookie: `kassa_session=${cookie.value}` } });
  assert.equal(stolen.status, 401, "the session has ended on the server too");
  await context.close();
});

test("with a real server in closed mode no request fails in the console", async (t) => {
  const kassa = await startKassa({ env: { KASSA_ACCESS__ADMIN_TOKEN: TOKEN } });
  t.after(() => kassa.remove());
  const context = await world.browser.newContext();
  const page = await context.newPage();
  const complaints = [];
  page.on("console", (message) => message.type() === "error" && complaints.push(message.text()));
  page.on("pageerror", (error) => complaints.push(String(error)));
  for (const path of ["/dashboard", "/dashboard/definitions"]) {
    await page.goto(kassa.url + path);
    await page.waitForURL(/\/login\?next=/);
    await field(page).waitFor();
  }
  await field(page).fill(TOKEN);
  await page.keyboard.press("Enter");
  await page.locator(".panel .gives").first().waitFor();
  for (const path of ["/dashboard", "/dashboard?view=stream", "/dashboard?view=sites"]) {
    await page.goto(kassa.url + path);
    await page.getByText(/visitors? now/).waitFor();
    await page.waitForFunction(() => !document.body.classList.contains("loading") && !document.querySelector(".skeleton"));
  }
  assert.deepEqual(complaints, []);
  await context.close();
});
