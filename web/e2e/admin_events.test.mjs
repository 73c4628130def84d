// Events of the admin over a real server: what was refused and why, what did not count, sites and keys with a live check, rules.
import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { createServer } from "node:http";
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

/** Sends events with a key, as a page would. */
const send = (writeKey, batch, headers = {}) =>
  fetch(`${room.url}/v1/batch`, {
    method: "POST",
    headers: {
      "user-agent": "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36",
      ...headers,
    },
    body: JSON.stringify({ writeKey, batch }),
  });
const view = (path, visitor) => ({ type: "page", messageId: randomUUID(), anonymousId: visitor, context: { page: { path } } });
const keyOf = async (site) => (await room.post(`/v1/admin/sites/${site}/keys`)).key;

test("what was refused is listed by reason, and one shows why, what helps, and what was sent", async () => {
  await send("wk_nobodys", [{ type: "track", event: "Lost <i>", messageId: "lost-1", anonymousId: "v" }]);
  await send(await keyOf("default"), [
    { type: "track", event: "Late", messageId: "late-1", anonymousId: "v", timestamp: "1999-01-01T00:00:00Z" },
  ]);
  await room.until(
    () => room.get("/v1/admin/dead-letters"),
    ({ results }) => results.length >= 2,
  );
  const { page, context, complaints } = await room.open("/admin/events", admin);
  await page.locator("[data-letter]").nth(1).waitFor();
  assert.deepEqual(await audit(page), []);
  await page.getByRole("button", { name: /^no such site or write key/ }).click();
  await page.waitForURL(/reason=unknown_site/);
  const row = page.locator("[data-letter]");
  await row.first().getByRole("link", { name: "no such site or write key" }).focus();
  assert.equal(await row.getByText("too early").count(), 0);
  await page.keyboard.press("Enter");
  const sheet = page.getByRole("dialog", { name: "no such site or write key" });
  await sheet.getByText("Make the site or a write key under Sites and keys", { exact: false }).waitFor();
  await sheet.getByText('"event": "Lost <i>"').waitFor();
  assert.deepEqual(
    (await audit(page)).filter((one) => !one.startsWith("region:")),
    [],
  );
  await page.keyboard.press("Escape");
  await page.getByRole("button", { name: "Show all" }).click();
  await page.getByRole("combobox", { name: "Why" }).selectOption("the time is too early or too late");
  await page.locator("[data-letter]", { hasText: "the time is too early" }).waitFor();
  assert.deepEqual(complaints, []);
  await context.close();
});

test("what was refused is taken in again once its site is there: one, and all of a reason, each counted once", async () => {
  for (let number = 0; number < 3; number++)
    await send("wk_of_before", [{ type: "track", event: "Back again", anonymousId: `again-${number}`, properties: { number } }]);
  await room.until(
    () => room.get("/v1/admin/dead-letters?reason=unknown_site"),
    ({ results }) => results.filter(({ original }) => original.includes("Back again")).length === 3,
  );
  await room.post("/v1/admin/sites", { id: "revived" });
  await keyOf("revived");
  const { page, context, complaints } = await room.open("/admin/events?reason=unknown_site", admin);
  await page.locator("[data-letter]", { hasText: "Back again" }).first().getByRole("link").click();
  const sheet = page.getByRole("dialog", { name: "no such site or write key" });
  await sheet.getByRole("button", { name: "Take it in again" }).click();
  await sheet.getByText("0 events were taken in, 1 refused again.").waitFor();
  await sheet.getByLabel("as events of").selectOption("revived");
  await sheet.getByRole("button", { name: "Take it in again" }).focus();
  await page.keyboard.press("Enter");
  await sheet.getByText("1 event was taken in, 0 refused again.").waitFor();
  const arrived = () => room.get("/v1/events?site_id=revived&name=Back%20again");
  await room.until(arrived, ({ results }) => results.length === 1);
  await page.keyboard.press("Escape");
  await page.getByLabel("as events of").selectOption("revived");
  await page.getByRole("button", { name: "Take all of these in again" }).click();
  await page.getByText(/\d+ events were taken in, 0 refused again\./).waitFor();
  await room.until(arrived, ({ results }) => results.length === 3);
  assert.deepEqual(await audit(page), []);
  const { results } = await arrived();
  assert.equal(new Set(results.map(({ id }) => id)).size, 3);
  const changes = (await room.get("/v1/admin/changes?path=/v1/admin/dead-letters")).results;
  assert.equal(changes.length, 2, "what took nothing in has changed nothing");
  assert.deepEqual([changes[1].name, changes[1].after], ["anna", { sent: 1, refused_total: 0 }]);
  assert.deepEqual([changes[0].asked.reason, changes[0].asked.to], ["unknown_site", "revived"]);
  assert.ok(changes[0].after.sent >= 3, JSON.stringify(changes[0]));
  assert.deepEqual(complaints, []);
  await context.close();
});

test("what was refused is thrown away: one, and all of a reason, by whoever types it, and is among the changes", async () => {
  for (let number = 0; number < 3; number++)
    await send("wk_of_nobody", [{ type: "track", event: "Throw away", messageId: `away-${number}`, anonymousId: "v" }]);
  const letters = async () =>
    (await room.get("/v1/admin/dead-letters?reason=unknown_site")).results.filter(({ original }) => original.includes("Throw away"));
  await room.until(letters, (all) => all.length === 3);
  const other = (await room.get("/v1/admin/dead-letters")).results.filter(({ reason }) => reason !== "unknown_site").length;
  const { page, context, complaints } = await room.open("/admin/events?reason=unknown_site", admin);
  await page.locator("[data-letter]", { hasText: "Throw away" }).first().getByRole("link").click();
  const sheet = page.getByRole("dialog", { name: "no such site or write key" });
  const goes = async (within) => {
    await within.getByText("Throw away for good").first().click();
    const word = within.getByLabel("Type unknown_site to confirm");
    await word.fill("unknown");
    assert.ok(await within.getByRole("button", { name: "Throw away for good" }).isDisabled());
    await word.fill("unknown_site");
    await page.keyboard.press("Enter");
  };
  await goes(sheet);
  await page.getByText("1 event is thrown away.").waitFor();
  await sheet.waitFor({ state: "detached" });
  await room.until(letters, (all) => all.length === 2);
  await goes(page.locator("main"));
  await page.getByText(/\d+ events are thrown away\./).waitFor();
  await page.getByText("Nothing fits", { exact: false }).waitFor();
  const left = (await room.get("/v1/admin/dead-letters")).results;
  assert.deepEqual([left.filter(({ reason }) => reason === "unknown_site").length, left.length], [0, other]);
  assert.deepEqual(await audit(page), []);
  await page.goto(`${room.url}/admin/changes`);
  const told = page.locator("[data-change='lettersGone']");
  await told.nth(1).waitFor();
  assert.equal(await told.count(), 2);
  await told.first().getByText("unknown_site", { exact: true }).first().waitFor();
  assert.deepEqual(complaints, []);
  await context.close();
});

test("a key is made, put into a page, and the live check turns green with what came in", async () => {
  const { page, context, complaints } = await room.open("/admin/events/sites", admin);
  const form = page.getByRole("region", { name: "New site" });
  await form.getByRole("textbox", { name: "ID" }).fill("journal");
  await form.getByLabel("Time zone").selectOption("Europe/Berlin");
  await form.getByLabel(/^Pages that may send/).fill("https://journal.example");
  await page.keyboard.press("Tab");
  await page.keyboard.press("Enter");
  await page.getByText("The site journal is made.").waitFor();
  const site = page.getByRole("region", { name: "journal" });
  await site.getByText("No write key yet").waitFor();
  await site.getByRole("button", { name: "New write key" }).focus();
  await page.keyboard.press("Enter");
  const key = await site.locator("[data-write-key] code").innerText();
  assert.match(key, /^wk_[0-9a-f]{32}$/);

  await site.getByText(/^Put it into the pages of/).click();
  const live = site.locator("[data-live]");
  await live.getByText("Waiting for the first event…").waitFor();
  for (const [way, says] of [
    ["Module", `writeKey: "${key}"`],
    ["React", `writeKey: "${key}"`],
    ["From a server", `-u ${key}:`],
    ["Script", `data-write-key="${key}"`],
  ]) {
    await site.getByRole("button", { name: way, exact: true }).click();
    assert.ok((await site.locator("[data-snippet]").innerText()).includes(says), way);
  }
  assert.deepEqual(await audit(page), []);
  const snippet = await site.locator("[data-snippet]").innerText();
  const pages = createServer((_, response) =>
    response.setHeader("content-type", "text/html").end(`<!doctype html><title>x</title>${snippet}`),
  );
  await new Promise((done) => pages.listen(0, "127.0.0.1", done));
  const reader = await openPage(browser, `http://127.0.0.1:${pages.address().port}/journal/first`);
  await site.locator("[data-live='came']").waitFor({ timeout: 15_000 });
  await live.getByText("/journal/first").first().waitFor();
  await reader.context.close();
  pages.close();
  pages.closeAllConnections();

  await site.getByText("Take this key back").first().click();
  await site.getByLabel("Type journal to confirm").fill("journal");
  await page.keyboard.press("Enter");
  await page.getByText("The write key is taken back.").waitFor();
  await site.getByText("No write key yet").waitFor();
  assert.deepEqual((await room.get("/v1/admin/sites")).results.find(({ id }) => id === "journal").write_keys, []);
  assert.deepEqual(complaints, []);
  await context.close();
});

test("what the server's snippet says is what a server takes", async () => {
  const key = await keyOf("default");
  const { page, context } = await room.open("/admin/events/sites", admin);
  const site = page.getByRole("region", { name: "default" });
  await site.getByText(/^Put it into the pages of/).click();
  await site.getByRole("button", { name: "Send a test event from here" }).click();
  await site.locator("[data-arrived='kassa test']").first().waitFor();
  await site.getByRole("button", { name: "From a server" }).click();
  const [, url, body] = /^curl (\S+) [\s\S]* -d '(.*)'$/.exec(await site.locator("[data-snippet]").innerText());
  const answer = await fetch(url, { method: "POST", headers: { authorization: `Basic ${btoa(`${key}:`)}` }, body });
  assert.equal(answer.status, 200, await answer.text());
  await site.locator("[data-arrived='Product Viewed']").waitFor();
  await context.close();
});

test("a rule is made with a look at its effect, turned off, changed and taken back, each undone", async () => {
  const key = await keyOf("default");
  for (let visitor = 0; visitor < 4; visitor++) await send(key, [view(visitor ? "/shop" : "/test/only", `rule-${visitor}`)]);
  const visits = async () => {
    const { results } = await room.post("/v1/query", {
      site_id: "default",
      date_range: "day",
      metrics: ["pageviews"],
      dimensions: ["event:page"],
    });
    return Object.fromEntries(results.map(({ dimensions, metrics }) => [dimensions[0], metrics[0]]));
  };
  await room.until(visits, (now) => now["/shop"] === 3 && now["/test/only"] === 1);
  const { page, context, complaints } = await room.open("/admin/events/rules", admin);
  await page.getByText("No rules yet.").waitFor();
  await page.getByRole("combobox", { name: "Rules" }).selectOption("Leave out events of");
  await page.getByRole("combobox", { name: "Page", exact: true }).fill("/test");
  await page.getByRole("button", { name: "Preview" }).click();
  await page.getByText(/Visits −\d+(\.\d)? ?%, orders 0\./).waitFor();
  await page.getByRole("button", { name: "Add", exact: true }).click();
  const rule = page.locator("[data-rule='/test']");
  await rule.waitFor();
  await room.until(visits, (now) => now["/test/only"] === undefined);
  assert.deepEqual(await audit(page), []);
  await rule.getByRole("checkbox", { name: "Turn /test off" }).focus();
  await page.keyboard.press("Space");
  await page.getByText("The rule is off, and everything is as before.").waitFor();
  await room.until(visits, (now) => now["/test/only"] === 1);
  await page.getByRole("button", { name: "Undo" }).click();
  await room.until(visits, (now) => now["/test/only"] === undefined);
  await rule.getByRole("checkbox", { name: "Turn /test off" }).waitFor();
  await rule.getByRole("button", { name: /^Remove/ }).click();
  await page.getByText("The rule is gone, and everything is as before.").waitFor();
  await page.getByRole("button", { name: "Undo" }).click();
  await rule.waitFor();
  await room.until(visits, (now) => now["/test/only"] === undefined);

  await page.getByRole("link", { name: "Not counted" }).click();
  await page.getByText("Excluded: rule").first().waitFor();
  assert.deepEqual(complaints, []);
  await context.close();
});

test("a rule leaves out by several filters, is seen beforehand, is changed by its form, and undone", async () => {
  const key = await keyOf("default");
  const from = (host, visitor) => {
    const one = view("/landing", visitor);
    return { ...one, context: { page: { ...one.context.page, referrer: `https://${host}/list` } } };
  };
  const firefox = { "user-agent": "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0" };
  await send(key, [from("spam.example", "spam-1"), from("spam.example", "spam-2"), from("friend.example", "friend-1")]);
  await send(key, [from("spam.example", "spam-3")], firefox);
  const visits = async () => {
    const { results } = await room.post("/v1/query", {
      site_id: "default",
      date_range: "day",
      metrics: ["visits"],
      dimensions: ["visit:source", "visit:browser"],
      filters: [["is", "event:page", ["/landing"]]],
    });
    return Object.fromEntries(results.map(({ dimensions, metrics }) => [dimensions.join(), metrics[0]]));
  };
  const all = { "spam.example,Chrome": 2, "spam.example,Firefox": 1, "friend.example,Chrome": 1 };
  const isNow = (expected) =>
    room.until(visits, (now) => JSON.stringify(Object.entries(now).sort()) === JSON.stringify(Object.entries(expected).sort()));
  await isNow(all);
  const { page, context, complaints } = await room.open("/admin/events/rules", admin);
  await page.getByRole("combobox", { name: "Rules" }).selectOption("Leave out events of");
  await page.getByText("An office is better left out by its addresses", { exact: false }).waitFor();
  const choose = async (of, test, value) => {
    await page.getByRole("combobox", { name: "Filter", exact: true }).selectOption(of);
    await page.getByRole("combobox", { name: "is", exact: true }).selectOption(test);
    await page.getByRole("combobox", { name: of, exact: true }).fill(value);
  };
  await choose("Source", "contains", "spam");
  await page.getByRole("button", { name: "Filter", exact: true }).click();
  await page.getByRole("button", { name: "Remove the filter for source contains spam" }).waitFor();
  await choose("Browser", "is not", "Firefox");
  await page.getByRole("button", { name: "Preview" }).click();
  await page.getByText(/Visits −\d+(\.\d)? ?%, orders 0\./).waitFor();
  await isNow(all);
  await page.getByRole("combobox", { name: "Browser", exact: true }).press("Enter");
  const rule = page.locator("[data-rule='spam + ≠ Firefox']");
  await rule.getByText("Left out: Source contains spam; Browser is not Firefox").waitFor();
  await isNow({ "spam.example,Firefox": 1, "friend.example,Chrome": 1 });
  assert.deepEqual(await audit(page), []);

  // Its form has both filters again; the last is the one at hand.
  await rule.getByRole("button", { name: /^Change/ }).click();
  assert.equal(await page.getByRole("combobox", { name: "Browser", exact: true }).inputValue(), "Firefox");
  await page.getByRole("button", { name: "Remove the filter for source contains spam" }).click();
  await page.getByRole("button", { name: "Save" }).click();
  await page.locator("[data-rule='≠ Firefox']").waitFor();
  await isNow({ "spam.example,Firefox": 1 });
  await page.getByRole("button", { name: "Undo" }).click();
  await isNow({ "spam.example,Firefox": 1, "friend.example,Chrome": 1 });
  await rule.getByRole("button", { name: /^Remove/ }).click();
  await page.getByText("The rule is gone, and everything is as before.").waitFor();
  await isNow(all);
  assert.deepEqual(complaints, []);
  await context.close();
});

test("what did not count is told by reason, country and day, of a time and a site", async () => {
  const key = await keyOf("default");
  await send(key, [view("/bot", "bot-1")], { "user-agent": "Googlebot/2.1 (+http://www.google.com/bot.html)" });
  const same = view("/twice", "twice-1");
  for (let time = 0; time < 2; time++) await send(key, [same]);
  await room.post("/v1/admin/sites", { id: "quiet" });
  const { page, context, complaints } = await room.open("/admin/events/drops", admin);
  await page.getByRole("region", { name: "Why" }).getByText("Bot").waitFor({ timeout: 15_000 });
  await page.getByRole("region", { name: "Why" }).getByText("Sent twice").waitFor();
  await page.getByRole("region", { name: "Bots by country" }).getByText("Unknown").waitFor();
  assert.deepEqual(await audit(page), []);
  await page.getByRole("button", { name: "91 days" }).click();
  await page.waitForURL(/range=91d/);
  await page.getByRole("combobox", { name: "Site" }).selectOption("quiet");
  await page.getByText("Nothing was dropped.").first().waitFor();
  await page.goBack();
  await page.getByRole("region", { name: "Why" }).getByText("Bot").waitFor();
  assert.deepEqual(complaints, []);
  await context.close();
});

test("only who may do everything sees events", async () => {
  for (const path of ["/admin/events", "/admin/events/sites"]) {
    const { page, context } = await room.open(path, ["orders", "read"]);
    await page.getByText("This page is not yours to see.").waitFor();
    await context.close();
  }
});

for (const [locale, colorScheme, width] of LOOKS)
  test(`nothing is wrong with events at ${width} in ${locale}, ${colorScheme}`, async () => {
    const { page, context, complaints } = await room.open("/admin/events", admin, undefined, {
      locale,
      colorScheme,
      viewport: { width, height: 900 },
    });
    for (const path of ["", "/drops", "/sites", "/rules"]) {
      await page.goto(`${room.url}/admin/events${path}`);
      await settled(page);
      if (path === "/sites") for (const one of await page.locator("main summary").all()) await one.click();
      await looksWell(page, path);
    }
    assert.deepEqual(complaints, []);
    await context.close();
  });
