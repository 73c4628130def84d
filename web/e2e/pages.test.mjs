// The pages themselves, over the stand-in server: they obey the content policy, work by keyboard, and say so when something is wrong.
import assert from "node:assert/strict";
import { test } from "node:test";
import { until } from "./kassa.mjs";
import { startMock } from "./mock.mjs";
import { openPage, standIn } from "./page.mjs";

const world = standIn();

const open = (path, options) => openPage(world.browser, world.mock.url + path, options);

test("the dashboard shows numbers, explains them, and obeys the policy", async () => {
  const { page, context, complaints } = await open("/dashboard");
  await page.locator('[data-metric="pageviews"]').filter({ hasText: "4,112" }).waitFor();
  await page
    .getByText("7 visitors now")
    .or(page.getByRole("status").filter({ hasText: "7" }))
    .first()
    .waitFor();
  await page.locator(".figure .help-mark").first().focus();
  await page
    .getByRole("tooltip", { name: /what visitors means/ })
    .or(page.getByText(/what visitors means/))
    .first()
    .waitFor();
  assert.deepEqual(complaints, []);
  await context.close();
});

test("the page of definitions shows each sentence with its example", async () => {
  const { page, context, complaints } = await open("/dashboard");
  await page.getByRole("link", { name: "What each number means" }).click();
  const visits = page.locator("#visits");
  await visits.getByText(/what visits means/).waitFor();
  assert.equal(await visits.locator("tbody tr").count(), 5);
  assert.match(await visits.locator(".gives").innerText(), /\(7 days\) is 1/);
  assert.equal(await page.locator("#event-page .gives li").count(), 2);
  await page.getByRole("link", { name: "kassa, to the dashboard" }).click();
  await page.locator('[data-metric="visitors"]').waitFor();
  assert.deepEqual(complaints, []);
  await context.close();
});

test("the page of the API finds, shows and tries an operation", async () => {
  const { page, context, complaints } = await open("/docs/api");
  await page.getByLabel("Find").fill("get session");
  await page.locator("#createOrder").waitFor({ state: "hidden" });
  const session = page.locator("#getSession");
  await session.locator("summary").first().click();
  await session.getByText("Anybody.").waitFor();
  await session.getByRole("link", { name: "Session" }).waitFor();
  await session.getByRole("button", { name: "Send GET" }).click();
  await session.locator(".answer strong").filter({ hasText: "200" }).waitFor();
  assert.match(await session.locator(".answer pre").innerText(), /"signed_in": true/);
  await page.goto(`${world.mock.url}/docs/api#createRefund`);
  await page.locator("#createRefund .attempt textarea").waitFor();
  assert.match(await page.locator("#createRefund .attempt textarea").inputValue(), /"quantity": 1/);
  assert.deepEqual(complaints, []);
  await context.close();
});

test("the dashboard works by keyboard alone", async () => {
  const { page, context } = await open("/dashboard");
  await page.locator(".row button").first().waitFor();
  await page.locator('[data-range="7d"]').focus();
  await page.keyboard.press("Enter");
  await page.waitForURL(/period=7d/);
  await page.locator(".row", { hasText: "/cart" }).locator("button.row-name").focus();
  await page.keyboard.press("Space");
  await page.getByRole("button", { name: "Remove the filter for page /cart" }).waitFor();
  await page.waitForURL(/page=%2Fcart/);
  await page.getByRole("button", { name: "Page views", exact: true }).focus();
  await page.keyboard.press("Enter");
  await page.waitForURL(/metric=pageviews/);
  await page.locator(".plot").focus();
  await page.keyboard.press("ArrowLeft");
  await page.locator(".tip", { hasText: "page views" }).waitFor();
  await page.reload();
  await page.getByRole("button", { name: "Remove the filter for page /cart" }).click();
  await page.waitForURL((at) => !at.search.includes("page="));
  await page.goBack();
  await page.getByRole("button", { name: "Remove the filter for page /cart" }).waitFor();
  await page.goForward();
  assert.equal(await page.locator('[data-range="7d"]').getAttribute("aria-pressed"), "true");
  await context.close();
});

test("a dashboard without visits says what to do", async () => {
  world.mock.set({ empty: true });
  const { page, context } = await open("/dashboard");
  await page.getByText("No event has come yet.").waitFor();
  await page.getByText(`<script defer src="${world.mock.url}/kassa.js" data-write-key="demo"></script>`).waitFor();
  await page.getByText("No pages yet.").waitFor();
  world.mock.set({ empty: false, live: 9 });
  await page.locator('[data-metric="visitors"]').filter({ hasText: "1,204" }).waitFor();
  await context.close();
});

test("a server that cannot answer is an error that goes away by itself", async () => {
  const { page, context } = await open("/dashboard");
  await page.locator('[data-metric="visitors"]').filter({ hasText: "1,204" }).waitFor();
  world.mock.set({ status: 503, live: 10 });
  const alerts = page.getByRole("alert").filter({ hasText: "The store is catching up." });
  await alerts.first().waitFor();
  // Each panel says so by itself.
  await until(
    () => page.locator(".panel").filter({ has: alerts }).count(),
    (count) => count === 6,
  );
  assert.equal(await page.locator('[data-metric="visitors"]').textContent(), "1,204");
  world.mock.set({ status: 200, live: 11 });
  await until(
    () => alerts.count(),
    (count) => count === 0,
  );
  await context.close();
});

test("a lost connection shows, and is mended", async () => {
  const lonely = await startMock();
  const context = await world.browser.newContext();
  const page = await context.newPage();
  await page.goto(`${lonely.url}/dashboard`);
  await page.locator(".live", { hasText: "visitors now" }).waitFor();
  await lonely.stop();
  await page.locator(".live.lost", { hasText: /connection lost|offline/ }).waitFor();
  const again = await startMock({ port: Number(new URL(lonely.url).port) });
  await page.locator(".live:not(.lost)", { hasText: "visitors now" }).waitFor();
  await context.close();
  await again.stop();
});

test("the theme that was chosen stays", async () => {
  const { page, context } = await open("/dashboard", { colorScheme: "light" });
  await page.getByRole("button", { name: "Use dark colours" }).click();
  const background = () => page.evaluate(() => getComputedStyle(document.body).backgroundColor);
  const dark = await background();
  await page.goto(`${world.mock.url}/dashboard/definitions`);
  assert.equal(await background(), dark);
  await page.getByRole("button", { name: "Use light colours" }).click();
  assert.notEqual(await background(), dark);
  await context.close();
});
