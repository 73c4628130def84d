// The design's rules as a browser sees them, on every page, in both themes: axe, type, numbers, widths, and that nothing moves while one waits.
import assert from "node:assert/strict";
import { test } from "node:test";
import { audit } from "./axe.mjs";
import { openPage, settled, standIn } from "./page.mjs";

const PAGES = {
  dashboard: "/dashboard?period=7d",
  filtered: "/dashboard?period=30d&page=/cart&source=Google&metric=revenue",
  sheet: "/dashboard?open=campaign",
  nosite: "/dashboard?site=nobody",
  definitions: "/dashboard/definitions",
  api: "/docs/api#createRefund",
  login: "/login",
};

const world = standIn();

async function open(path, options = {}) {
  const opened = await openPage(world.browser, world.mock.url + path, options);
  await settled(opened.page);
  return opened;
}

for (const [name, path] of Object.entries(PAGES))
  for (const colorScheme of ["light", "dark"])
    test(`${name} has nothing that axe finds, in the ${colorScheme}`, async () => {
      const { page, context } = await open(path, { colorScheme, viewport: { width: 1440, height: 900 } });
      assert.deepEqual(await audit(page), []);
      await context.close();
    });

test("a page has at most four sizes of type, none below 12 px, and its numbers stand under each other", async () => {
  for (const path of Object.values(PAGES)) {
    const { page, context } = await open(path);
    const { sizes, weights, uneven } = await page.evaluate(() => {
      const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
      const [sizes, weights] = [new Set(), new Set()];
      for (let node = texts.nextNode(); node; node = texts.nextNode()) {
        const box = node.parentElement;
        if (!node.data.trim() || !box.checkVisibility() || box.closest(".skip, .unseen, script, noscript")) continue;
        sizes.add(getComputedStyle(box).fontSize);
        weights.add(getComputedStyle(box).fontWeight);
      }
      const uneven = [...document.querySelectorAll("td.num")].filter((cell) => {
        const { fontVariantNumeric, textAlign } = getComputedStyle(cell);
        return fontVariantNumeric !== "tabular-nums" || textAlign !== "end";
      }).length;
      return { sizes: [...sizes].sort(), weights: [...weights].sort(), uneven };
    });
    assert.ok(sizes.length <= 4, `${path}: ${sizes}`);
    for (const size of sizes) assert.ok(["12px", "14px", "16px", "20px", "28px"].includes(size), `${path}: ${size}`);
    for (const weight of weights) assert.ok(["400", "550"].includes(weight), `${path}: ${weight}`);
    assert.equal(uneven, 0, path);
    await context.close();
  }
});

test("no page scrolls sideways, in any language", async () => {
  for (const locale of ["en-US", "de-DE", "ar-EG"])
    for (const width of [320, 390, 768, 1440]) {
      const context = await world.browser.newContext({ locale, viewport: { width, height: 900 } });
      const page = await context.newPage();
      for (const path of Object.values(PAGES)) {
        await page.goto(world.mock.url + path);
        await settled(page);
        const over = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
        assert.ok(over <= 0, `${path} at ${width} in ${locale} is ${over} pixels too wide`);
      }
      await context.close();
    }
});

test("on a phone nothing of the head lies over something else", async () => {
  for (const locale of ["en-US", "de-DE", "ar-EG"]) {
    const { page, context } = await open("/dashboard", { locale, viewport: { width: 390, height: 900 } });
    const over = await page.locator(".top :is(button, a, .live > span)").evaluateAll((all) => {
      const boxes = all.filter((node) => node.checkVisibility()).map((node) => [node.outerHTML.slice(0, 80), node.getBoundingClientRect()]);
      const meet = (a, b) => a.left < b.right - 1 && b.left < a.right - 1 && a.top < b.bottom - 1 && b.top < a.bottom - 1;
      return boxes.flatMap(([name, a], at) => boxes.slice(at + 1).flatMap(([other, b]) => (meet(a, b) ? [`${name} | ${other}`] : [])));
    });
    assert.deepEqual(over, [], locale);
    await context.close();
  }
});

test("the bar of a name ends where its column does, and a name is cut at its own end", async () => {
  for (const [locale, width] of [
    ["de-DE", 390],
    ["en-US", 1440],
    ["ar-EG", 768],
  ])
    for (const path of ["/dashboard?view=goods", "/dashboard?view=paths", "/dashboard"]) {
      const { page, context } = await open(path, { locale, viewport: { width, height: 900 } });
      const wrong = await page.locator(".row").evaluateAll((rows) =>
        rows
          .filter((row) => {
            const [bar, cell] = [row.querySelector(".share").getBoundingClientRect(), row.cells[0].getBoundingClientRect()];
            return bar.left < cell.left - 1 || bar.right > cell.right + 1 || bar.height < row.clientHeight - 5;
          })
          .map((row) => row.dataset.name),
      );
      assert.deepEqual(wrong, [], `${path} at ${width}`);
      const cut = await page.locator(".row-name > bdi").evaluateAll((all) =>
        all
          .filter((name) => {
            const range = document.createRange();
            range.selectNodeContents(name);
            const [text, box] = [range.getBoundingClientRect(), name.getBoundingClientRect()];
            // Latin: it begins at the left, and what has no room is on the right; where there is room it stands where the page begins.
            const rtl = document.documentElement.dir === "rtl" && text.width < box.width;
            return /^[/\w]/.test(name.textContent) && Math.abs(rtl ? text.right - box.right : text.left - box.left) > 1;
          })
          .map((name) => name.textContent),
      );
      assert.deepEqual(cut, [], `${path} at ${width}`);
      await context.close();
    }
});

test("from right to left the page is a mirror, in its own words and digits", async () => {
  const { page, context } = await open("/dashboard", { locale: "ar-EG" });
  assert.equal(await page.evaluate(() => document.documentElement.dir), "rtl");
  assert.equal(await page.locator('[data-metric="visits"]').innerText(), "١٬٣٩٠");
  const [mark, tools] = [await page.locator(".mark").boundingBox(), await page.locator(".periods").boundingBox()];
  assert.ok(mark.x > tools.x, "what was left is right");
  await context.close();
});

test("nothing moves while one waits for a slow server", async () => {
  world.mock.set({ delay: 2000 });
  try {
    const context = await world.browser.newContext({ viewport: { width: 1440, height: 900 } });
    const page = await context.newPage();
    await page.addInitScript(() => {
      globalThis.moved = 0;
      new PerformanceObserver((list) => {
        for (const shift of list.getEntries()) globalThis.moved += shift.value;
      }).observe({ type: "layout-shift", buffered: true });
    });
    await page.goto(`${world.mock.url}/dashboard`);
    await page.locator(".table-skeleton").first().waitFor();
    await settled(page);
    const box = () => page.locator(".panel").last().boundingBox();
    const before = await box();
    await page.locator('[data-range="30d"]').click();
    await page.locator(".panel.stale .waiting").first().waitFor();
    assert.equal(await page.locator('[data-metric="visitors"]').innerText(), "1,204", "what was there stays");
    await page.locator(".stale").first().waitFor({ state: "detached" });
    assert.equal((await box()).height, before.height);
    assert.ok((await page.evaluate(() => globalThis.moved)) <= 0.02, `moved by ${await page.evaluate(() => globalThis.moved)}`);
    await context.close();
  } finally {
    world.mock.set({ delay: 0 });
  }
});

test("a list is searched and read to its end", async () => {
  const { page, context } = await open("/dashboard?tab.sources=campaign");
  await page.getByRole("button", { name: "All 230" }).click();
  await page.waitForURL(/open=campaign/);
  const sheet = page.getByRole("dialog", { name: "Campaigns" });
  await sheet.getByText("100 of 230").waitFor();
  await sheet.getByRole("button", { name: "Show 100 more" }).click();
  await sheet.getByRole("button", { name: "Show 30 more" }).click();
  await sheet.getByText("230 of 230").waitFor();
  await sheet.getByRole("searchbox").fill("campaign 22");
  await sheet.getByText("11 of 11").waitFor();
  await sheet.getByRole("button", { name: "campaign 229", exact: true }).click();
  await sheet.waitFor({ state: "detached" });
  await page.waitForURL(/campaign=campaign\+229/);
  await page.goBack();
  await page.getByRole("dialog", { name: "Campaigns" }).waitFor();
  await page.keyboard.press("Escape");
  await page.getByRole("dialog").waitFor({ state: "detached" });
  assert.doesNotMatch(page.url(), /open=/);
  await context.close();
});

test("the chart and its table show the same", async () => {
  const { page, context } = await open("/dashboard?period=7d");
  const said = [];
  await page.locator(".plot").focus();
  await page.keyboard.press("End");
  for (let n = 0; n < 7; n++) {
    const [value] = /^[\d,.]+/.exec(await page.locator(".tip .key.now").innerText());
    said.unshift([await page.locator(".tip strong").innerText(), value]);
    await page.keyboard.press("ArrowLeft");
  }
  await page.keyboard.press("t");
  const rows = page.locator(".chart-table tbody tr");
  await rows.first().waitFor();
  const shown = await rows.evaluateAll((all) => all.map((row) => [row.cells[0].textContent, row.cells[1].textContent]));
  assert.deepEqual(
    said.map(([time, value]) => [time.split(" · ")[0], value]),
    shown,
  );
  await context.close();
});

test("markup, formulas, other scripts and 5,000 characters are text, and fit", async () => {
  for (const name of ['<img src=x onerror="alert(1)">', "=HYPERLINK(1)", "مرحبا/עולם/\u202e", "x".repeat(5000), "x ".repeat(2500)]) {
    const { page, context } = await open(`/dashboard?${new URLSearchParams({ page: name, "prop.<b>": name })}`, {
      viewport: { width: 390, height: 900 },
    });
    const chips = page.locator(".filter-chip bdi");
    assert.deepEqual(await chips.allTextContents(), [name, name]);
    assert.equal(await page.locator("img, b").count(), 0);
    assert.ok((await page.evaluate(() => document.documentElement.scrollWidth - innerWidth)) <= 0, `${name.slice(0, 40)} is too wide`);
    assert.ok((await chips.first().boundingBox()).height < 60, "two lines at most");
    await context.close();
  }
});
