// What the tracker keeps and sends, in a real browser: what a beacon lost, before consent nothing, and with storages, policies and caches as browsers have them.
import assert from "node:assert/strict";
import { createServer } from "node:http";
import { after, before, test } from "node:test";
import { launchBrowser, openAlone } from "./browser.mjs";
import { script, startFixture } from "./fixture.mjs";
import { freshSite, until, useKassa } from "./kassa.mjs";
import { named, views, visitsOf } from "./visits.mjs";

const world = {};
const { addressOf, rows, open, finish } = visitsOf(world);

const PAGES = {
  "/consent": (query) => script(query, 'data-consent="required"'),
  "/through": (query) => script(query, `data-endpoint="${query.get("through")}"`),
  "/strict": (query) =>
    `<meta http-equiv="content-security-policy" content="default-src 'none'; script-src ${query.get("from")}; connect-src ${query.get("from")}">${script(query)}<button id="buy">Buy</button>`,
  // Goes on when the test says that its view has arrived; comes back to find itself as it was.
  "/there": (query) => `${script(query)}
    <script type="module">
      addEventListener("pageshow", (event) => event.persisted && kassa.track("Back"));
      await fetch("/until?there-${query.get("key")}");
      location.href = "/and-back?${query}";
    </script>`,
  "/and-back": (query) => `${script(query)}
    <script type="module">
      await fetch("/until?and-back-${query.get("key")}");
      history.back();
    </script>`,
};

before(async () => {
  world.browser = await launchBrowser();
  world.kassa = await useKassa();
  world.fixture = await startFixture(PAGES);
});
after(async () => {
  await world.browser?.close();
  await world.fixture?.stop();
  await world.kassa?.remove();
});

/** Stands between the pages and the server: passes on what is posted, or answers 503. */
async function startGate() {
  const gate = { isOpen: true, refused: [] };
  const server = createServer(async (request, response) => {
    const body = Buffer.concat(await request.toArray());
    response.setHeader("access-control-allow-origin", "*");
    if (!gate.isOpen) {
      gate.refused.push(body.toString());
      return response.writeHead(503).end();
    }
    const answer = await fetch(world.kassa.url + request.url, {
      method: "POST",
      body,
      headers: { "user-agent": request.headers["user-agent"] },
    });
    response.writeHead(answer.status).end(await answer.text());
  });
  await new Promise((ready) => server.listen(0, "127.0.0.1", ready));
  gate.url = `http://127.0.0.1:${server.address().port}`;
  gate.stop = async () => {
    server.closeAllConnections();
    await new Promise((done) => server.close(done));
  };
  return gate;
}

/** Closes a page as its visitor does. */
async function close(page) {
  const closed = page.waitForEvent("close");
  await page.close({ runBeforeUnload: true });
  await closed;
}

const kept = (page) => page.evaluate(() => Object.keys(localStorage).filter((key) => key.startsWith("kassa ")).length);

test("what a beacon lost at a server that answered 503 arrives from the next page, once", async () => {
  const gate = await startGate();
  const site = freshSite("refused");
  const { context, page } = await open("/through", site, { query: { through: gate.url } });
  await rows(site, (all) => views(all).length >= 1);
  await until(
    () => kept(page),
    (count) => count === 0,
  );
  gate.isOpen = false;
  await page.evaluate(() => window.kassa.track("Last Words"));
  await close(page);
  await until(
    () => gate.refused,
    (bodies) => bodies.some((body) => body.includes("Last Words")),
  );
  gate.isOpen = true;
  const { page: next } = await open("/through", site, { context, query: { through: gate.url } });
  const list = await rows(site, (all) => named(all, "Last Words").length >= 1 && views(all).length >= 2);
  assert.deepEqual([named(list, "Last Words").length, views(list).length], [1, 2]);
  await until(
    () => kept(next),
    (count) => count === 0,
  );
  await context.close();
  await gate.stop();
});

test("what was recorded offline arrives when the visitor is back, once", async () => {
  const site = freshSite("offline");
  const { context, page } = await open("/shop", site);
  await rows(site, (all) => views(all).length >= 1);
  await context.setOffline(true);
  await page.evaluate(() => window.kassa.track("In the Tunnel"));
  await close(page);
  await context.setOffline(false);
  const { page: next } = await open("/shop", site, { context });
  const list = await rows(site, (all) => named(all, "In the Tunnel").length >= 1 && views(all).length >= 2);
  assert.equal(named(list, "In the Tunnel").length, 1);
  await until(
    () => kept(next),
    (count) => count === 0,
  );
  await context.close();
});

test("before consent nothing goes out, not even what an earlier page has left; then the visit has its source", async () => {
  const site = freshSite("asked");
  const context = await world.browser.newContext();
  const asked = [];
  context.on(
    "request",
    (request) => request.url().startsWith(world.kassa.url) && request.method() === "POST" && asked.push(request.postData()),
  );
  await context.addInitScript((key) => {
    if (!localStorage["kassa.consent"])
      localStorage[`kassa ${key} ${Date.now().toString(36)}left`] = JSON.stringify([
        { type: "track", event: "Left Behind", messageId: "left" },
      ]);
  }, site);
  await context.clock.install();
  const { page } = await open("/consent", site, { context, referer: "https://www.google.com/" });
  await page.evaluate(() => {
    window.kassa.track("Too Early");
    window.kassa.flush();
    dispatchEvent(new Event("online"));
  });
  // Whatever waits for its time has had it.
  await page.clock.runFor(60_000);
  // What was asked for before this is known when it is answered.
  await page.evaluate(() => fetch(location.href));
  assert.deepEqual(asked, []);
  await page.evaluate(() => window.kassa.optIn());
  const list = await finish(page, site);
  assert.deepEqual(
    list.map((event) => [event.name, event.page, event.referrer]),
    [["page_view", "/consent", "https://www.google.com/"]],
  );
  await context.close();
});

test("who opts out in one tab is not counted in another, by any tracker of the shop", async () => {
  const site = freshSite("out");
  const other = freshSite("out-other");
  const { context, page } = await open("/shop", site);
  const { page: tab } = await open("/shop", other, { context });
  await rows(site, (all) => views(all).length >= 1);
  await rows(other, (all) => views(all).length >= 1);
  await until(
    () => kept(page),
    (count) => count === 0,
  );
  await tab.evaluate(() => {
    window.kassa.track("Just Before");
    localStorage["kassa.consent"] = "out";
  });
  // What one tab stores, a browser tells another a moment later.
  await page.waitForFunction(() => localStorage["kassa.consent"] === "out");
  await page.evaluate(() => window.kassa.track("After"));
  await close(tab);
  await page.evaluate(() => window.kassa.optIn());
  const list = await finish(page, site);
  assert.deepEqual(
    list.map((event) => event.name),
    ["page_view", "page_view"],
  );
  assert.deepEqual(
    (await rows(other, () => true)).map((event) => event.name),
    ["page_view"],
  );
  await context.close();
});

test("where a browser refuses its storage, or has none, a visit counts all the same", async () => {
  const storages = [
    () =>
      Object.defineProperty(window, "localStorage", {
        get: () => {
          throw new DOMException("denied", "SecurityError");
        },
      }),
    // An app's WebView without DOM storage.
    () => Object.defineProperty(window, "localStorage", { get: () => null }),
    () => {
      const full = new Proxy(localStorage, {
        set: () => {
          throw new DOMException("full", "QuotaExceededError");
        },
      });
      Object.defineProperty(window, "localStorage", { get: () => full });
    },
  ];
  for (const init of storages) {
    const site = freshSite("storage");
    const { context, page } = await open("/shop", site, { init });
    await page.locator("#buy").click();
    assert.deepEqual(
      (await finish(page, site)).map((event) => event.name),
      ["page_view", "click"],
      String(init),
    );
    await context.close();
  }
});

test("a storage that is full forgets no decision", async () => {
  const site = freshSite("full");
  const context = await world.browser.newContext();
  const { page } = await open("/consent", site, { context });
  await page.evaluate(() => {
    window.kassa.optIn();
    // All that the browser gives a site: 5 MiB.
    for (let size = 1 << 22; size; size >>= 1)
      try {
        for (let n = 0; ; n++) localStorage[`filler ${size} ${n}`] = "x".repeat(size);
      } catch {}
    for (const name of ["One", "Two"]) window.kassa.track(name);
  });
  await rows(site, (all) => named(all, "Two").length >= 1);
  await page.evaluate(() => window.kassa.track("Three"));
  const list = await rows(site, (all) => named(all, "Three").length >= 1);
  assert.deepEqual(
    list.map((event) => event.name),
    ["page_view", "One", "Two", "Three"],
  );
  await context.close();
});

test("a policy that allows the script and its server is enough", async () => {
  const site = freshSite("strict-policy");
  const page = await world.browser.newPage();
  const complaints = [];
  page.on("console", (message) => message.type() === "error" && complaints.push(message.text()));
  await page.goto(addressOf("/strict", site));
  await page.locator("#buy").click();
  const list = await rows(site, (all) => named(all, "click").length >= 1);
  assert.deepEqual(
    list.map((event) => event.name),
    ["page_view", "click"],
  );
  assert.deepEqual(
    complaints.filter((text) => !text.includes("favicon")),
    [],
  );
  await page.close();
});

test("a page that comes back from the back-forward cache is shown again", async () => {
  const site = freshSite("back");
  const alone = openAlone(addressOf("/there", site));
  try {
    await rows(site, (all) => views(all).length >= 1);
    await fetch(`${world.fixture.url}/say?there-${site}`);
    await rows(site, (all) => views(all).length >= 2);
    await fetch(`${world.fixture.url}/say?and-back-${site}`);
    const list = await rows(site, (all) => named(all, "Back").length >= 1);
    assert.deepEqual(views(list), ["/there", "/and-back", "/there"]);
  } finally {
    await alone.close();
  }
});
