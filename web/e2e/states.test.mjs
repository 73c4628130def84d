// Every component in every state, in both themes: nothing that axe finds, nothing too wide, and pictures for people to look at.
import assert from "node:assert/strict";
import { mkdirSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { audit } from "./axe.mjs";
import { openPage, standIn } from "./page.mjs";

const SHOTS = process.env.KASSA_SHOTS ?? join(tmpdir(), "kassa-shots");

mkdirSync(SHOTS, { recursive: true });
const world = standIn();

async function open(options) {
  const opened = await openPage(world.browser, `${world.mock.url}/_states`, options);
  await opened.page.locator('[data-states="Figures"]').waitFor();
  return opened;
}

for (const colorScheme of ["light", "dark"])
  for (const width of [390, 1440])
    test(`all states at ${width} in the ${colorScheme}`, async () => {
      const { page, context, complaints } = await open({ colorScheme, viewport: { width, height: 900 } });
      await page.evaluate(() => Promise.allSettled(document.getAnimations().map((animation) => animation.finished)));
      assert.deepEqual(await audit(page), []);
      assert.ok((await page.evaluate(() => document.documentElement.scrollWidth - innerWidth)) <= 0, "too wide");
      await page.screenshot({ path: `${SHOTS}/states-${width}-${colorScheme}.png`, fullPage: true });
      assert.deepEqual(complaints, []);
      await context.close();
    });

test("what opens is closed by Escape and by a click outside, and gives the focus back", async () => {
  const { page, context, complaints } = await open({});
  for (const [name, role] of [
    ["Menu", "menu"],
    ["Box", "dialog"],
    ["Sheet", "dialog"],
  ]) {
    const button = page.getByRole("button", { name, exact: true });
    const opened = page.getByRole(role, { name, exact: true });
    await button.focus();
    await page.keyboard.press("Enter");
    await opened.waitFor();
    // What floats belongs to no region of the page.
    const found = (await audit(page)).filter((one) => !one.startsWith("region:"));
    assert.deepEqual(found, [], name);
    await page.keyboard.press("Escape");
    await opened.waitFor({ state: "detached" });
    assert.ok(await button.evaluate((node) => node === document.activeElement), `${name} gives the focus back`);
    await button.click();
    await opened.waitFor();
    await page.mouse.click(5, 5);
    await opened.waitFor({ state: "detached" });
  }
  assert.deepEqual(complaints, []);
  await context.close();
});

test("controls are large enough, and say where the focus is", async () => {
  for (const [hasTouch, least] of [
    [false, 24],
    [true, 44],
  ]) {
    const { page, context } = await open({ hasTouch, isMobile: hasTouch });
    const small = await page
      .locator('[data-states="Controls"] :is(.button:not(.small), .icon-button, .filter-chip)')
      .evaluateAll(
        (all, wanted) => all.filter((node) => node.getBoundingClientRect().height < wanted).map((node) => node.outerHTML),
        least,
      );
    assert.deepEqual(small, []);
    await context.close();
  }
  const { page, context } = await open({});
  await page.keyboard.press("Tab");
  const outline = await page.evaluate(() => getComputedStyle(document.activeElement).outline);
  assert.match(outline, /solid 2px|2px solid/);
  await context.close();
});

test("a button can be read while one points at it", async () => {
  for (const colorScheme of ["light", "dark"]) {
    const { page, context } = await open({ colorScheme });
    for (const button of await page.locator(".button:not(:disabled)").all()) {
      await button.hover();
      assert.deepEqual(await audit(page), [], await button.innerText());
    }
    await context.close();
  }
});

test("names with markup, formulas and other scripts are text", async () => {
  const { page, context } = await open({});
  const names = await page
    .locator('[data-states="Tables"] .row')
    .evaluateAll((rows) => rows.map((row) => row.querySelector(".row-name").textContent));
  assert.deepEqual(names.slice(2, 5), ['<img src=x onerror="alert(1)">', "=HYPERLINK(1)", "مرحبا/عالم"]);
  assert.equal(await page.locator("img").count(), 0);
  await context.close();
});
