// Every panel of the dashboard, read from the page, says what `/v1/query` says when it is asked separately: on the demo store, over random states of the address.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { launchBrowser } from "./browser.mjs";
import { query, startKassa } from "./kassa.mjs";

const STATES = Number(process.env.KASSA_STATES ?? 8);
const SEED = Number(process.env.KASSA_SEED ?? Date.now() % 1e6);
const LISTS = {
  pages: [
    ["page", "event:page", ["visitors", "pageviews"]],
    ["entry", "visit:entry_page", ["visitors", "bounce_rate"]],
    ["exit", "visit:exit_page", ["visitors", "visits"]],
  ],
  sources: [
    ["source", "visit:source", ["visitors", "conversion_rate"]],
    ["channel", "visit:channel", ["visitors", "conversion_rate"]],
  ],
  events: [["event", "event:name", ["events", "visitors"]]],
  devices: [
    ["device", "visit:device", ["visitors", "bounce_rate"]],
    ["browser", "visit:browser", ["visitors", "bounce_rate"]],
    ["os", "visit:os", ["visitors", "bounce_rate"]],
  ],
  products: [
    ["product", "product:name", ["revenue", "orders", "units"]],
    ["category", "product:category", ["revenue", "orders", "units"]],
  ],
};
const FILTERS = [
  ["page", "is", "event:page", "/cart"],
  ["page!", "is_not", "event:page", "/"],
  ["source", "is", "visit:source", "Google"],
  ["device", "is", "visit:device", "mobile"],
  ["entry~", "contains", "visit:entry_page", "/p/"],
];
const FIGURES = ["visitors", "visits", "pageviews", "bounce_rate", "visit_duration", "conversion_rate"];

let browser;
let kassa;
before(async () => {
  browser = await launchBrowser();
  kassa = await startKassa({ args: ["--demo"] });
});
after(async () => {
  await browser?.close();
  await kassa?.remove();
});

/** Steady for a seed, so that a failure comes again. */
function dice(seed) {
  let state = seed;
  return (count) => {
    state = (state * 1_103_515_245 + 12_345) % 2 ** 31;
    return Math.floor((state / 2 ** 31) * count);
  };
}

const day = (back) => new Date(Date.now() - back * 86_400_000).toISOString().slice(0, 10);

/** A state: its address, and the same in the words of the API. Its range is over, so that what comes in meanwhile does not count. */
function random(roll) {
  const last = 1 + roll(20);
  const range = [day(last + roll(9)), day(last)];
  const chosen = FILTERS.filter(() => roll(5) === 0).filter((one, index, all) => all.findIndex((other) => other[2] === one[2]) === index);
  const lists = Object.fromEntries(Object.entries(LISTS).map(([panel, all]) => [panel, all[roll(all.length)]]));
  const address = new URLSearchParams({ period: range.join("..") });
  for (const [name, , , value] of chosen) address.append(name, value);
  for (const [panel, [tab]] of Object.entries(lists)) address.set(`tab.${panel}`, tab);
  return {
    address: `/dashboard?${address}`,
    range,
    filters: chosen.map(([, test, dimension, value]) => [test, dimension, [value]]),
    lists,
  };
}

/** What a page shows: whole numbers in full, which stand for readers or in the title. */
const cells = (page, panel) =>
  page
    .locator(".grid .panel")
    .nth(panel)
    .locator(".row")
    .evaluateAll((rows) =>
      rows.map((row) => [
        row.dataset.name,
        ...[...row.querySelectorAll(".row-number")].map(
          (cell) => cell.querySelector(".unseen")?.textContent ?? (/^[\d,]+$/.test(cell.title) ? cell.title : cell.textContent),
        ),
      ]),
    );

const money = ({ amount_minor, currency }) =>
  new Intl.NumberFormat("en-US", { style: "currency", currency }).format(amount_minor / 100).replace("-", "−");

function shown(metric, value) {
  if (value === null) return "–";
  if (typeof value === "object") return money(value);
  if (metric.endsWith("_rate")) return `${value.toFixed(1)}%`;
  if (metric === "visit_duration") {
    const s = Math.round(value);
    return s < 60 ? `${s}s` : s < 3600 ? `${Math.floor(s / 60)}m ${s % 60}s` : `${Math.floor(s / 3600)}h ${Math.floor((s % 3600) / 60)}m`;
  }
  return value.toLocaleString("en-US");
}

test(`panels equal /v1/query (KASSA_SEED=${SEED})`, async () => {
  const roll = dice(SEED);
  const context = await browser.newContext({ locale: "en-US" });
  const page = await context.newPage();
  for (let n = 0; n < STATES; n++) {
    const { address, range, filters, lists } = random(roll);
    await page.goto(kassa.url + address);
    await page.locator(".grid .panel").first().waitFor();
    await page.waitForFunction(() => !document.body.classList.contains("loading") && !document.querySelector(".skeleton, .stale"));
    const base = { site_id: "demo", date_range: range, filters };
    for (const [index, [, dimension, metrics]] of Object.values(lists).entries()) {
      const dimensions = dimension.startsWith("product:") ? [dimension, "order:currency"] : [dimension];
      const rows = await query(kassa.url, { ...base, metrics, dimensions, order_by: [[metrics[0], "desc"]], pagination: { limit: 9 } });
      const wanted = rows.map((row) => [row.dimensions[0], ...row.metrics.map((value, at) => shown(metrics[at], value))]);
      assert.deepEqual(await cells(page, index), wanted, `${address}: ${dimension}`);
    }
    const [total] = await query(kassa.url, { ...base, metrics: FIGURES });
    for (const [index, metric] of FIGURES.entries()) {
      const figure = page.locator(`[data-metric="${metric}"]`);
      const text = await figure.evaluate((node) => node.querySelector(".unseen")?.textContent ?? node.textContent);
      assert.equal(text, shown(metric, total.metrics[index]), `${address}: ${metric}`);
    }
    const days = await query(kassa.url, {
      ...base,
      metrics: ["visitors"],
      dimensions: [range[0] === range[1] ? "time:hour" : "time:day"],
      order_by: [[range[0] === range[1] ? "time:hour" : "time:day", "asc"]],
    });
    if (days.every((row) => row.metrics[0] === 0)) continue;
    await page.locator(".plot").focus();
    await page.keyboard.press("t");
    const table = page.locator(".chart-table tbody tr");
    await table.first().waitFor();
    assert.deepEqual(
      await table.evaluateAll((all) => all.map((row) => [row.dataset.label, row.cells[1].textContent])),
      days.map((row) => [row.dimensions[0], shown("visitors", row.metrics[0])]),
      `${address}: chart`,
    );
  }
  await context.close();
});
