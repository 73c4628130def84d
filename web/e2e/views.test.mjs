// The views beside the overview, what is behind a number, and share links: over the stand-in server.
import assert from "node:assert/strict";
import { test } from "node:test";
import { audit } from "./axe.mjs";
import { until } from "./kassa.mjs";
import { OPEN, openPage, settled, standIn } from "./page.mjs";

const VIEWS = ["stream", "funnel", "retention", "paths", "goods", "demand", "drops", "alerts", "kept", "sites"];

const world = standIn();

async function open(path, options = {}) {
  const opened = await openPage(world.browser, world.mock.url + path, options);
  await opened.page.locator(".panel").first().waitFor();
  await settled(opened.page);
  return opened;
}

for (const view of VIEWS)
  test(`${view}: axe, widths, and nothing in the console`, async () => {
    for (const [colorScheme, width, locale] of [
      ["light", 1440, "en-US"],
      ["dark", 390, "de-DE"],
      ["light", 320, "ar-EG"],
    ]) {
      const { page, context, complaints } = await open(`/dashboard?view=${view}`, {
        colorScheme,
        locale,
        viewport: { width, height: 900 },
      });
      assert.deepEqual(await audit(page), []);
      assert.ok(
        (await page.evaluate(() => document.documentElement.scrollWidth - innerWidth)) <= 0,
        `${view} at ${width} in ${locale} is too wide`,
      );
      assert.deepEqual(complaints, []);
      await context.close();
    }
  });

test("a view with nothing to show says what would be there", async () => {
  world.mock.set({ empty: true });
  for (const view of ["stream", "goods", "demand", "drops", "alerts", "kept"]) {
    const { page, context } = await open(`/dashboard?view=${view}`);
    assert.ok((await page.locator(".empty").count()) > 0, view);
    await context.close();
  }
  world.mock.set({ empty: false });
});

test("the causes of a funnel add up to its drop, and its steps are in the address", async () => {
  const { page, context } = await open("/dashboard?view=funnel");
  const last = page.locator(".funnel > li").last();
  const [drop] = /^\d+/.exec(await last.locator(".funnel-more span").first().innerText());
  const causes = await last.locator(".causes strong").allInnerTexts();
  assert.equal(
    causes.reduce((sum, text) => sum + Number(text), 0),
    Number(drop),
  );
  await page.getByRole("button", { name: "Remove step 2" }).click();
  await until(
    () => new URL(page.url()).searchParams.getAll("v.step"),
    (steps) => steps.length === 4,
  );
  await page
    .getByRole("textbox", { name: "Step 1: Page" })
    .or(page.getByRole("combobox", { name: "Step 1: Page" }))
    .fill("/p/");
  await page.keyboard.press("Enter");
  await until(
    () => new URL(page.url()).searchParams.get("v.step"),
    (step) => step === "page:/p/",
  );
  await context.close();
});

test("today shows what there is to do, and whether the books agree", async () => {
  const { page, context } = await open("/dashboard");
  const today = page.getByRole("region", { name: "Today" });
  assert.match(await today.innerText(), /€12,345.67/);
  assert.match(await today.innerText(), /Desk Lamp/);
  assert.match(await today.innerText(), /“teapot”/);
  assert.match(await today.innerText(), /✓ agree/);
  world.mock.set({ books: false });
  await page.getByText("✗ disagree").waitFor();
  world.mock.set({ books: true });
  await today.getByRole("button", { name: "Sold out" }).click();
  await page.waitForURL(/view=goods/);
  await context.close();
});

test("a number opens what is behind it, and what was not counted", async () => {
  const { page, context } = await open("/dashboard");
  await page.locator(".row[data-name='/cart'] .behind").first().click();
  const sheet = page.getByRole("dialog", { name: "Visitors: /cart" });
  await sheet.getByText("Bot, DE 40").waitFor();
  assert.deepEqual(await audit(page), []);
  await page.keyboard.press("Escape");
  await page.waitForURL(/\/dashboard$/);
  await page.keyboard.press("/");
  await page.getByRole("combobox", { name: "Find and do" }).fill("m-1");
  await page.getByRole("option", { name: /Where was m-1 counted/ }).click();
  await page.getByRole("dialog", { name: "Where m-1 was counted" }).getByText("Counted.").waitFor();
  await context.close();
});

test("notes are in the chart, and one is written by right-click and by key", async () => {
  const { page, context } = await open("/dashboard?period=7d");
  await page.locator(".plot").focus();
  await page.keyboard.press("End");
  await page.locator(".tip", { hasText: "Newsletter" }).waitFor();
  await page.keyboard.press("n");
  const sheet = page.getByRole("dialog", { name: /^Note at/ });
  await sheet.getByRole("textbox", { name: "What happened" }).fill("Fair");
  await sheet.getByRole("button", { name: "Save" }).click();
  await sheet.waitFor({ state: "detached" });
  const box = await page.locator(".plot").boundingBox();
  await page.mouse.move(box.x + 200, box.y + 100);
  await page.mouse.click(box.x + 200, box.y + 100, { button: "right" });
  await sheet.waitFor();
  await context.close();
});

test("an alert is tried on the past before it is saved", async () => {
  const { page, context } = await open("/dashboard?view=alerts");
  await page.getByText("fires now").waitFor();
  await page.getByRole("button", { name: "Try on the last 30 days" }).click();
  await page.getByText("It would have fired 3 times.").waitFor();
  await context.close();
});

test("a rule is previewed; a share link is shown once, with a way to embed it", async () => {
  const { page, context } = await open("/dashboard?view=kept");
  const rules = page.getByRole("region", { name: "Rules" });
  await rules.getByRole("combobox", { name: "Rules" }).selectOption("exclude");
  await rules.getByRole("combobox", { name: "Page" }).fill("/staff");
  await rules.getByRole("button", { name: "Preview" }).click();
  await rules.getByText("Visits −31%, orders 0.").waitFor();
  const shares = page.getByRole("region", { name: "Share links" });
  await shares.getByRole("textbox", { name: "Name" }).fill("Press");
  await shares.getByRole("button", { name: "Add" }).click();
  await shares.getByText(`${world.mock.url}/share/kl_made`, { exact: true }).waitFor();
  await context.close();
});

test("a share link shows its panels, and nothing that it may not ask", async () => {
  const share = { id: "l-1", name: "Agency", site_id: "demo", timezone: "UTC", segment: null, panels: ["pages"], expires_at: null };
  world.mock.set({ session: { mode: "closed", signed_in: true, caller: "share", scopes: [], share } });
  const { page, context, complaints } = await open("/share/kl_x?site=second");
  assert.deepEqual(await page.locator(".grid .panel h2").allInnerTexts(), ["Pages\n?"]);
  assert.equal(await page.locator('[data-metric="revenue"]').count(), 0);
  assert.equal(await page.getByRole("button", { name: "Reports" }).count(), 0);
  assert.equal(await page.getByRole("region", { name: "Today" }).count(), 0);
  await page.getByText("Shared as “Agency”.").waitFor();
  assert.deepEqual(complaints, []);
  await context.close();
  world.mock.set({ session: OPEN });
});
