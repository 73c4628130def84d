// The views beside the overview: over the stand-in server.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { audit } from "./axe.mjs";
import { launchBrowser } from "./browser.mjs";
import { until } from "./kassa.mjs";
import { startMock } from "./mock.mjs";

const VIEWS = ["stream", "funnel", "retention", "paths", "sites"];

let browser;
let mock;
before(async () => {
  browser = await launchBrowser();
  mock = await startMock();
});
after(async () => {
  await browser?.close();
  await mock?.stop();
});

async function open(path, options = {}) {
  const context = await browser.newContext(options);
  const page = await context.newPage();
  const complaints = [];
  page.on("console", (message) => message.type() === "error" && complaints.push(message.text()));
  page.on("pageerror", (error) => complaints.push(String(error)));
  await page.goto(mock.url + path);
  await page.locator(".panel").first().waitFor();
  await page.waitForFunction(() => !document.body.classList.contains("loading") && !document.querySelector(".skeleton"));
  return { page, context, complaints };
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
  mock.set({ empty: true });
  for (const view of ["stream"]) {
    const { page, context } = await open(`/dashboard?view=${view}`);
    assert.ok((await page.locator(".empty").count()) > 0, view);
    await context.close();
  }
  mock.set({ empty: false });
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
