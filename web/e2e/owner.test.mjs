// What only an owner has, over a real server: the books, orders by their number, and what is kept, changed.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { audit } from "./axe.mjs";
import { launchBrowser } from "./browser.mjs";
import { freshSite, get, until, useKassa } from "./kassa.mjs";
import { openPage, settled } from "./page.mjs";

let browser;
let kassa;
let order;
before(async () => {
  browser = await launchBrowser();
  kassa = await useKassa();
  const sku = `mug-${Date.now()}`;
  await post("/v1/products", { sku, name: "Mug", price: { amount_minor: 1950, currency: "EUR" }, track_stock: false });
  order = await post("/v1/orders", { items: [{ sku, quantity: 2 }] }, { "idempotency-key": sku });
});
after(async () => {
  await browser?.close();
  await kassa?.remove();
});

async function post(path, body, headers = {}, method = "POST") {
  const answer = await fetch(kassa.url + path, {
    method,
    headers: { "content-type": "application/json", ...headers },
    body: JSON.stringify(body),
  });
  assert.ok(answer.ok, `${method} ${path}: ${answer.status} ${await answer.clone().text()}`);
  return answer.json();
}

/** Sends events to a site. */
const send = (site, batch) => post("/v1/batch", { batch }, { authorization: `Basic ${btoa(`${site}:`)}` });

async function open(path) {
  const opened = await openPage(browser, kassa.url + path);
  await settled(opened.page);
  return opened;
}

const region = (page, name) => page.getByRole("region", { name, exact: true });

test("the books open the audit, invariant by invariant", async () => {
  const { page, context, complaints } = await open("/dashboard?site=default");
  await page.getByRole("button", { name: "Books" }).click();
  const sheet = page.getByRole("dialog", { name: "Books" });
  await sheet.locator("[data-invariant='7']").waitFor();
  assert.equal(await sheet.locator("[data-invariant] > p:first-child", { hasText: "✓" }).count(), 7);
  await sheet.getByText(/^Orders, stock and reports say the same, checked at \d/).waitFor();
  assert.deepEqual(await audit(page), []);
  const { invariants } = await get(kassa.url, "/v1/admin/audit");
  assert.match(await sheet.locator("[data-invariant='2']").innerText(), new RegExp(`\n${invariants[1].checked} looked at`));
  await page.keyboard.press("Escape");
  await page.getByText("✓ agree").waitFor();
  assert.deepEqual(complaints, []);
  await context.close();
});

test("a book that is wrong says of what, and how", async () => {
  const { page, context } = await open("/dashboard?site=default");
  await page.route("**/v1/admin/audit", async (route) => {
    const found = await (await route.fetch()).json();
    const [violations, unchecked] = [[{ about: "<b>mug", what: "7 are on hand, and the ledger adds up to 6" }], ["no log is here"]];
    Object.assign(found.invariants[0], { ok: false, violations_total: 120, violations });
    Object.assign(found.invariants[4], { unchecked });
    await route.fulfill({ json: { ...found, ok: false, complete: false } });
  });
  await page.getByRole("button", { name: "Books" }).click();
  const line = (id) => page.locator(`[data-invariant='${id}']`);
  await line(1).getByText("<b>mug: 7 are on hand, and the ledger adds up to 6").waitFor();
  await line(1).getByText("and 119 more").waitFor();
  assert.match(await line(1).innerText(), /^✗/);
  assert.match(await line(5).innerText(), /^– .*\n.*\nno log is here$/s);
  await page.getByText("120 contradictions between orders, stock and reports,").waitFor();
  await context.close();
});

test("an order is found by its number and its UUID, and where it was counted opens", async () => {
  const { page, context, complaints } = await open("/dashboard?site=default");
  for (const text of [String(order.number), `#${order.number}`, order.id]) {
    await page.keyboard.press("Control+k");
    await page.getByRole("combobox", { name: "Find and do" }).fill(text);
    await page.getByRole("option", { name: `#${order.number} · €39.00 Order`, exact: true }).click();
    const sheet = page.getByRole("dialog", { name: order.id });
    await sheet.getByText("Counted.").waitFor();
    await sheet.getByRole("heading", { name: /Order Completed/ }).waitFor();
    await page.keyboard.press("Escape");
    await sheet.waitFor({ state: "detached" });
  }
  assert.deepEqual(complaints, []);
  await context.close();
});

// Each thing as the form makes it, what the form is then told, and how it reads after.
const KEPT = {
  Goals: { make: { Name: "Signup", Event: "Signup" }, change: { Name: "Joined", Event: "Joined" }, reads: /^Joined\nEvent is Joined/ },
  Segments: { with: "&source=Google", make: { Name: "Search" }, change: { Name: "Google" }, reads: /^Google\nSource is Google/ },
  Rules: { make: { "/order/:id": "/o/:id" }, change: { "/order/:id": "/orders/:id" }, reads: /^\/orders\/:id\n/ },
  Notes: { make: { "What happened": "Sale" }, change: { "What happened": "Sale began" }, reads: /^Sale began\n/ },
  "Share links": { make: { Name: "Press" }, change: { Name: "Agency", Until: "2099-12-31" }, reads: /^Agency\nAll · Until Dec 31, 2099/ },
};

for (const [panel, { with: filter = "", make, change, reads }] of Object.entries(KEPT))
  test(`${panel} are changed, and nobody's change is lost to another's`, async () => {
    const site = freshSite("owner");
    await send(site, [{ type: "page", anonymousId: "a" }]);
    const path = `/dashboard?site=${site}&view=kept${filter}`;
    const [{ page, context, complaints }, other] = await Promise.all([open(path), open(path)]);
    const fill = async (on, fields) => {
      for (const [label, text] of Object.entries(fields)) await region(on, panel).getByLabel(label).first().fill(text);
    };
    const edit = async (on) =>
      region(on, panel)
        .getByRole("button", { name: /^Change / })
        .click();
    await fill(page, make);
    await region(page, panel).getByRole("button", { name: "Add" }).click();
    await region(page, panel)
      .getByRole("button", { name: /^Change / })
      .waitFor();
    await other.page.reload();
    await settled(other.page);
    await edit(other.page);
    await edit(page);
    assert.equal(await region(page, panel).getByLabel(Object.keys(make)[0]).first().inputValue(), Object.values(make)[0]);
    assert.equal(await page.evaluate(() => document.activeElement.value), Object.values(make)[0], "one can type at once");
    await fill(page, change);
    await region(page, panel).getByRole("button", { name: "Save" }).click();
    await region(page, panel).getByRole("button", { name: "Add" }).waitFor();
    // The list is asked again after the change.
    await until(
      () => region(page, panel).getByRole("listitem").innerText(),
      (text) => reads.test(text),
    );
    // The other one has the version before.
    await fill(other.page, make);
    await region(other.page, panel).getByRole("button", { name: "Save" }).click();
    const alert = region(other.page, panel).getByRole("alert");
    await alert.getByText("version 2 is newer: read it and try again").waitFor();
    await until(
      () => region(other.page, panel).getByRole("listitem").innerText(),
      (text) => reads.test(text),
    );
    await alert.getByRole("button", { name: "Try again" }).click();
    const [[label, text]] = Object.entries(change);
    await until(
      () => region(other.page, panel).getByLabel(label).first().inputValue(),
      (value) => value === text,
    );
    await fill(other.page, make);
    await region(other.page, panel).getByRole("button", { name: "Save" }).click();
    await region(other.page, panel)
      .getByRole("button", { name: `Change ${Object.values(make)[0]}` })
      .waitFor();
    assert.match(other.complaints.join(), /^[^,]*409[^,]*$/, "the browser itself says so, once");
    assert.deepEqual(complaints, []);
    await Promise.all([context.close(), other.context.close()]);
  });

test("an alert is changed, and says so where another has", async () => {
  const site = freshSite("owner");
  await send(site, [{ type: "page", anonymousId: "a" }]);
  const alert = { site_id: site, name: "Few", watch: { query: { metric: "orders", filters: [], window_minutes: 60 } } };
  const when = { is: "below", percent: 50, weeks: 3 };
  const made = await post("/v1/alerts", { ...alert, when });
  const stock = await post("/v1/alerts", {
    site_id: site,
    name: "Mugs",
    watch: { stock: { sku: "mug" } },
    when: { is: "below", bound: 3 },
  });
  const { page, context } = await open(`/dashboard?site=${site}&view=alerts`);
  await page.getByRole("button", { name: "Change Few" }).click();
  const form = region(page, "Change Few");
  await form.getByLabel("% of the usual").fill("30");
  await form.getByRole("button", { name: "Save" }).click();
  await page.getByText("Orders below 30.0% of the usual of 3 weeks · 60 minutes").waitFor();
  // One that this form could not have made keeps what it watches.
  await page.getByRole("button", { name: "Change Mugs" }).click();
  await region(page, "Change Mugs").getByLabel("Name").fill("Mugs run low");
  await region(page, "Change Mugs").getByRole("button", { name: "Save" }).click();
  await page.getByText("Mugs run low").waitFor();
  const now = await get(kassa.url, `/v1/alerts/${stock.id}`);
  assert.deepEqual([now.version, now.watch, now.when], [2, stock.watch, stock.when]);
  await page.getByRole("button", { name: "Change Few" }).click();
  await post(`/v1/alerts/${made.id}`, { name: "Very few", watch: made.watch, when }, {}, "PUT");
  await form.getByRole("button", { name: "Save" }).click();
  await form.getByText("version 3 is newer: read it and try again").waitFor();
  await page.getByText("Very few").waitFor();
  await context.close();
});

test("a site that is not there is not waited for", async () => {
  const { page, context, complaints } = await open(`/dashboard?site=${encodeURIComponent("<i>nobody")}`);
  await page.getByText("There is no site “<i>nobody” here.").waitFor();
  assert.equal(await page.locator(".live").count(), 0);
  await page.goto(`${kassa.url}/dashboard?site=${"x".repeat(5000)}`);
  await page.getByText("There is no site").waitFor();
  assert.ok(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth), "a long name is cut");
  await page.getByRole("button", { name: "default" }).last().click();
  await page.locator('[data-metric="visitors"]').waitFor();
  assert.deepEqual(complaints, []);
  await context.close();
});

test("a page that cannot be drawn says so, and how to go on", async () => {
  const { page, context } = await openPage(browser, "about:blank");
  await page.route("**/v1/inventory*", (route) => route.fulfill({ json: { results: [null] } }));
  await page.goto(`${kassa.url}/dashboard?site=default&period=7d`);
  const broken = page.getByRole("alert").filter({ hasText: "This page could not be drawn." });
  await broken.waitFor();
  assert.equal(await broken.getByRole("link", { name: "Overview" }).getAttribute("href"), "/dashboard");
  await page.unroute("**/v1/inventory*");
  await broken.getByRole("button", { name: "Try again" }).click();
  await page.locator('[data-metric="visitors"]').waitFor();
  await context.close();
});

test("a funnel shows its conversion over time, as a table too", async () => {
  const site = freshSite("owner");
  const view = (anonymousId, path) => ({ type: "page", anonymousId, properties: { path }, context: { page: { path } } });
  await send(site, [view("a", "/"), view("b", "/"), { ...view("a", "/end"), timestamp: new Date(Date.now() + 1000) }]);
  const { page, context } = await open(`/dashboard?site=${site}&view=funnel&period=7d&v.step=page:/&v.step=page:/end`);
  await page.locator(".key-figure", { hasText: "50.0%" }).waitFor();
  const trend = region(page, "Conversion over time");
  await trend.getByRole("button", { name: "Show as table" }).click();
  const rows = await trend.locator("tbody tr").allInnerTexts();
  assert.deepEqual(
    rows.map((row) => row.split("\t")[1]),
    ["–", "–", "–", "–", "–", "–", "50.0%"],
  );
  await context.close();
});
