// The tracker in a real browser, on a page of another origin than the server: single-page navigation, leaving, a server that goes away, privacy signals, and
// the React provider in the batch dialect.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { launchBrowser } from "./browser.mjs";
import { startFixture } from "./fixture.mjs";
import { events, freshSite, get, startKassa, until, useKassa } from "./kassa.mjs";

let browser;
let kassa;
let fixture;
before(async () => {
  browser = await launchBrowser();
  kassa = await useKassa();
  fixture = await startFixture();
});
after(async () => {
  await browser?.close();
  await fixture?.stop();
  await kassa?.remove();
});

/** A visitor on the fixture shop of this site. */
async function visit(site, { base = kassa.url, init, clock, ...options } = {}) {
  const context = await browser.newContext(options);
  if (clock) await context.clock.install();
  if (init) await context.addInitScript(init);
  const page = await context.newPage();
  await page.goto(`${fixture.url}/shop?from=${encodeURIComponent(base)}&key=${site}`);
  await page.waitForFunction(() => window.kassa?.track);
  return { context, page };
}

const rows = (site, enough, base = kassa.url) =>
  until(
    () => events(base, site),
    (list) => enough(list),
  );
const named = (list, name) => list.filter((event) => event.name === name);

test("page views follow the history of a single-page shop, time stays with its page", async () => {
  const site = freshSite("spa");
  const { context, page } = await visit(site, { clock: true });
  await page.clock.runFor(1200);
  await page.evaluate(() => {
    history.pushState(null, "", "/p/mug");
    document.title = "Mug";
  });
  await page.clock.runFor(1200);
  await page.goBack();
  await rows(site, (list) => named(list, "page_view").length >= 3);
  await page.close();
  const list = await rows(site, (all) => named(all, "time_on_page").length >= 2);
  assert.deepEqual(
    named(list, "page_view").map((event) => event.page),
    ["/shop", "/p/mug", "/shop"],
  );
  assert.deepEqual(
    named(list, "page_view").map((event) => event.title),
    ["Fixture", "Mug", "Mug"],
  );
  const times = named(list, "time_on_page").map((event) => [event.page, event.props.seconds >= 1 && event.props.seconds <= 60]);
  assert.deepEqual(times.slice(0, 2), [
    ["/shop", true],
    ["/p/mug", true],
  ]);
  await context.close();
});

test("a click right before the page is left arrives, once", async () => {
  const site = freshSite("leave");
  const { context, page } = await visit(site);
  await page.locator("#next").click();
  await page.waitForURL(/\/next/);
  await page.waitForFunction(() => window.kassa?.track);
  const list = await rows(site, (all) => named(all, "click").length >= 1 && named(all, "page_view").length >= 2);
  assert.deepEqual(
    named(list, "click").map((event) => [event.page, event.target ?? event.props.target]),
    [["/shop", "Next"]],
  );
  assert.deepEqual(
    named(list, "page_view")
      .map((event) => event.page)
      .sort(),
    ["/next", "/shop"],
  );
  await context.close();
});

test("a closed tab hands over its last event by beacon", async () => {
  const site = freshSite("close");
  const { context, page } = await visit(site);
  await rows(site, (list) => list.length >= 1);
  await page.evaluate(() => window.kassa.track("Last Words"));
  await page.close({ runBeforeUnload: true });
  const list = await rows(site, (all) => named(all, "Last Words").length >= 1);
  assert.equal(named(list, "Last Words").length, 1);
  await context.close();
});

test("while the server is down events wait, survive a reload, and arrive exactly once", async () => {
  let server = await startKassa();
  const site = freshSite("outage");
  const { context, page } = await visit(site, { base: server.url });
  // Two tabs over one localStorage.
  const other = await context.newPage();
  await other.goto(page.url());
  await other.waitForFunction(() => window.kassa?.track);
  await rows(site, (list) => list.length >= 2, server.url);
  await server.stop();
  const kept = () =>
    page.evaluate(() => Object.entries(localStorage).flatMap(([key, value]) => (key.startsWith("kassa ") ? JSON.parse(value) : [])).length);
  for (let n = 0; n < 6; n++) {
    await (n % 2 ? other : page).evaluate((number) => window.kassa.track("During", { number }), n);
    await until(kept, (count) => count === n + 1);
  }
  const address = new URL(server.url).host;
  server = await startKassa({ listen: address, data: server.data });
  await page.reload();
  await page.waitForFunction(() => window.kassa?.track);
  const list = await rows(site, (all) => named(all, "During").length >= 6, server.url);
  assert.deepEqual(
    named(list, "During")
      .map((event) => event.props.number)
      .sort(),
    [0, 1, 2, 3, 4, 5],
  );
  await until(kept, (count) => count === 0);
  const counted = await events(server.url, site);
  assert.equal(named(counted, "During").length, 6);
  await context.close();
  await server.remove();
});

test("without a reload the tracker tries again by itself", async () => {
  let server = await startKassa();
  const site = freshSite("backoff");
  const { context, page } = await visit(site, { base: server.url });
  await rows(site, (list) => list.length >= 1, server.url);
  await server.stop("SIGKILL");
  const failed = page.waitForEvent("requestfailed");
  await page.evaluate(() => window.kassa.track("During"));
  await failed;
  server = await startKassa({ listen: new URL(server.url).host, data: server.data });
  const list = await until(
    () => events(server.url, site),
    (all) => named(all, "During").length >= 1,
  );
  assert.equal(named(list, "During").length, 1);
  await context.close();
  await server.remove();
});

test("identify names the customer, on the next page too", async () => {
  const site = freshSite("identify");
  const { context, page } = await visit(site);
  await page.evaluate(() => window.kassa.identify("u-42", { plan: "gold" }));
  await page.locator("#next").click();
  await page.waitForURL(/\/next/);
  const list = await rows(site, (all) => named(all, "page_view").some((event) => event.page === "/next"));
  assert.equal(named(list, "page_view").find((event) => event.page === "/next").user, "u-42");
  assert.equal(named(list, "page_view").find((event) => event.page === "/shop").user, null);
  await context.close();
});

test("under Global Privacy Control nobody is named, and the visit still counts", async () => {
  const site = freshSite("gpc");
  const { context, page } = await visit(site, {
    extraHTTPHeaders: { "Sec-GPC": "1" },
    init: () => Object.defineProperty(Navigator.prototype, "globalPrivacyControl", { get: () => true }),
  });
  await page.evaluate(() => {
    window.kassa.identify("u-42", { email: "a@b.test" });
    window.kassa.track("Counted");
  });
  const list = await rows(site, (all) => named(all, "Counted").length >= 1);
  assert.ok(list.every((event) => event.user === null));
  assert.equal(named(list, "identify").length, 0);
  assert.doesNotMatch(JSON.stringify(list), /u-42|a@b\.test/);
  await context.close();
});

test("the React provider in strict mode counts a page once, and names a customer without an event", async () => {
  const context = await browser.newContext();
  const page = await context.newPage();
  const site = freshSite("strict");
  await page.goto(`${fixture.url}/react?key=${site}&to=${encodeURIComponent(`${kassa.url}/v1/batch`)}`);
  await page.locator("#buy").click();
  const list = await rows(site, (all) => named(all, "click").length >= 1);
  assert.deepEqual(
    list.map((event) => [event.name, event.user]),
    [
      ["page_view", "7"],
      ["hover_enter", "7"],
      ["click", "7"],
    ],
  );
  await context.close();
});

test("the React provider speaks the batch dialect", async () => {
  const context = await browser.newContext();
  const page = await context.newPage();
  const site = freshSite("react");
  await page.goto(`${fixture.url}/react?to=${encodeURIComponent(`${kassa.url}/track?writeKey=${site}`)}`);
  await page.locator("#buy").hover();
  await page.locator("#buy").click();
  await page.locator("#text").click();
  const list = await until(
    () => get(kassa.url, "/events", { site_id: site }),
    (all) => all.length >= 5,
  );
  const shown = list.reverse().map((event) => [event.event_type, event.location_type, event.component_name]);
  assert.deepEqual(shown, [
    ["PAGE_VIEW", "PAGE", null],
    ["HOVER_ENTER", "COMPONENT", "BuyButton"],
    ["CLICK", "COMPONENT", "BuyButton"],
    ["HOVER_LEAVE", "COMPONENT", "BuyButton"],
    ["CLICK", "PAGE", null],
  ]);
  const click = list[2];
  assert.deepEqual(click.full_event_data.dom_info, { tag: "BUTTON", id: "buy", className: "btn", text: "Buy" });
  assert.equal(click.full_event_data.appName, "fixture");
  assert.deepEqual(click.user_metadata, { userId: 7 });
  assert.equal(click.page_path, "/react");
  await context.close();
});
