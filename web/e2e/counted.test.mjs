// What the tracker counts, in a real browser: what people see and do, once; and whom it leaves out.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { launchBrowser, launchDriven, openAlone } from "./browser.mjs";
import { script, startFixture } from "./fixture.mjs";
import { events, freshSite, get, startKassa, until, useKassa } from "./kassa.mjs";
import { named, views, visitsOf } from "./visits.mjs";

let browser;
let kassa;
let fixture;
const world = {};
const { addressOf, rows, open, finish } = visitsOf(world);

const PAGES = {
  // Prepares another page in advance, and goes there when that says that it is ready.
  "/ahead": (query) => `${script(query)}
    <script type="speculationrules">{"prerender":[{"urls":["/shown?${query}","/never?${query}"],"eagerness":"immediate"}]}</script>
    <script type="module">
      const key = "${query.get("key")}";
      await Promise.all([fetch("/until?shown-" + key), fetch("/until?never-" + key)]);
      location.href = "/shown?${query}";
    </script>`,
  "/shown": (query) => prepared(query, "shown"),
  "/never": (query) => prepared(query, "never"),
  "/twice": (query) => script(query) + script(query),
  "/module": (query) => script(query, 'type="module"'),
  "/missing": (query) => script(query, "data-404"),
  "/all": (query) => `${script(query, 'data-auto="all-clicks"')}<p id="text">Only text</p><input id="typed">
    <textarea id="letter">draft secret</textarea><p id="note" contenteditable>draft secret</p><div id="around" style="padding: 1em"><p contenteditable>secret</p>Around it</div>`,
  "/routes": (query) => script(query, "data-hash-routes"),
  "/keys": (query) => {
    const other = new URLSearchParams({ from: query.get("from"), key: query.get("other") });
    return script(query) + script(other) + script(query) + script(other);
  },
  "/only": (query) => `${script(query, 'data-auto="outbound"')}
    <a id="in" href="#in">In</a> <a id="out" href="http://other.test:9/a">Out</a> <a id="file" href="/a.pdf">File</a>
    <form id="form"><button id="send">Send</button></form>
    <script>
      addEventListener("click", (event) => event.preventDefault());
    </script>`,
  "/inside": (query) => `${script(query)}<my-card><form id="slotted" slot="form"><button id="slotted-send">Go</button></form></my-card>
    <script>
      addEventListener("submit", (event) => event.preventDefault());
      customElements.define("my-card", class extends HTMLElement {
        constructor() {
          super();
          const root = this.attachShadow({ mode: "open" });
          root.innerHTML = '<form id="inner"><input id="mail"><button id="inner-send">Send</button></form><audio id="song" controls></audio><slot name="form"></slot>';
          root.addEventListener("submit", (event) => event.preventDefault());
        }
      });
    </script>`,
  "/links": (query) => `${script(query)}
    <a id="out" href="http://other.test:9/a/b?token=1">Other shop</a> <a id="file" href="/files/prices.pdf">Prices</a>
    <form id="letter"><input name="mail"><button id="send" type="submit">Subscribe</button></form>
    <my-card></my-card>
    <script>
      for (const id of ["out", "file"]) document.getElementById(id).addEventListener("click", (event) => event.preventDefault());
      document.addEventListener("submit", (event) => event.preventDefault());
      customElements.define("my-card", class extends HTMLElement {
        constructor() {
          super();
          this.attachShadow({ mode: "open" }).innerHTML = '<button id="inner"><b>Add</b> it</button>';
        }
      });
    </script>`,
  "/consent": (query) => script(query, 'data-consent="required"'),
  "/localhost": (query) => script(query, query.get("more") ?? ""),
};

const prepared = (query, word) => `${script(query)}<script>
  addEventListener("load", () => {
    kassa.track("Early", { prerendering: document.prerendering });
    fetch("/say?${word}-${query.get("key")}");
  });
</script>`;

/** Goes to another address by the history or by the hash, and returns when the script has looked at it: a moment after it is told. */
const move = (page, how, address) =>
  page.evaluate(
    ([how, address]) =>
      new Promise((looked) => {
        const [teller, event] = window.navigation ? [navigation, "currententrychange"] : [window, "popstate"];
        const later = () => setTimeout(looked);
        if (how === "hash") {
          teller.addEventListener(event, later, { once: true });
          location.hash = address;
        } else {
          history[how](null, "", address);
          later();
        }
      }),
    [how, address],
  );

before(async () => {
  browser = await launchBrowser("--host-resolver-rules=MAP *.test 127.0.0.1");
  kassa = await useKassa();
  fixture = await startFixture(PAGES);
  Object.assign(world, { browser, kassa, fixture });
});
after(async () => {
  await browser?.close();
  await fixture?.stop();
  await kassa?.remove();
});

test("a page that was prepared in advance counts once, when it is shown, and never if it is not", async () => {
  const site = freshSite("ahead");
  const alone = openAlone(addressOf("/ahead", site));
  try {
    const list = await rows(site, (all) => named(all, "Early").length >= 1 && views(all).includes("/ahead"));
    // Two documents sent them, on connections of their own: either may arrive first.
    assert.deepEqual(views(list).sort(), ["/ahead", "/shown"]);
    assert.deepEqual(
      named(list, "Early").map((event) => [event.page, event.props.prerendering]),
      [["/shown", true]],
    );
  } finally {
    await alone.close();
  }
});

test("only another path is another page, with the Navigation API and without", async () => {
  for (const init of [undefined, () => Object.defineProperty(window, "navigation", { value: undefined })]) {
    const site = freshSite("query");
    const { context, page } = await open("/shop", site, { init });
    await move(page, "replaceState", "/shop?sort=price");
    await move(page, "pushState", "/shop?sort=name#top");
    await move(page, "hash", "reviews");
    await move(page, "pushState", "/p/mug?sort=name");
    assert.deepEqual(views(await finish(page, site)), ["/shop", "/p/mug"], init ? "without" : "with");
    await context.close();
  }
});

test("a router on the Navigation API is followed", async () => {
  const site = freshSite("navigation");
  const { context, page } = await open("/shop", site);
  await page.evaluate(async () => {
    navigation.addEventListener(
      "navigate",
      (event) => event.canIntercept && event.intercept({ handler: async () => void (document.title = "Mug") }),
    );
    await navigation.navigate("/p/mug").finished;
    // The script looks at the address a moment after it is told.
    await new Promise((looked) => setTimeout(looked));
    await navigation.back().finished;
  });
  const list = await rows(site, (all) => views(all).length >= 3);
  assert.deepEqual(views(list), ["/shop", "/p/mug", "/shop"]);
  await context.close();
});

test("a script that stands in the page twice, or is inserted again at each navigation, counts once", async () => {
  const site = freshSite("twice");
  const { context, page } = await open("/twice", site);
  await page.evaluate(async () => {
    const again = document.querySelector("script[src]");
    history.pushState(null, "", "/p/mug");
    const copy = Object.assign(document.createElement("script"), { src: again.src });
    copy.dataset.writeKey = again.dataset.writeKey;
    await new Promise((done) => {
      copy.onload = done;
      document.head.append(copy);
    });
  });
  const list = await finish(page, site);
  assert.deepEqual(views(list), ["/twice", "/p/mug"]);
  await context.close();
});

test("two write keys in a page count once each, however often they stand there", async () => {
  const [site, other] = [freshSite("one"), freshSite("two")];
  const { context, page } = await open("/keys", site, { query: { other } });
  // The page's own events go to the last of the two.
  assert.deepEqual(views(await finish(page, other)), ["/keys"]);
  assert.deepEqual(views(await rows(site, (all) => all.length >= 1)), ["/keys"]);
  await context.close();
});

test("with hash routes a route is a page, and its query or the page's is none", async () => {
  const site = freshSite("routes");
  const { context, page } = await open("/routes", site);
  for (const address of ["#/cart", "?sort=price#/cart", "#/cart?step=2", "#/pay"]) await move(page, "pushState", address);
  assert.deepEqual(views(await finish(page, site)), ["/routes", "/routes#/cart", "/routes#/pay"]);
  await context.close();
});

test("a link that was copied with &amp; in it names its campaign", async () => {
  const site = freshSite("amp");
  const { context, page } = await open("/shop", site);
  await page.goto(`${addressOf("/next", site)}&amp;utm_source=newsletter&amp;utm_medium=email`);
  await page.waitForFunction(() => window.kassa?.track);
  const [view] = (await finish(page, site)).filter((event) => event.page === "/next");
  assert.deepEqual([view.utm_source, view.utm_medium], ["newsletter", "email"]);
  await context.close();
});

test("an address and a title of any length are counted", async () => {
  const site = freshSite("long");
  const { context, page } = await open("/shop", site);
  await page.evaluate(() => {
    document.title = "ä".repeat(50_000);
    history.pushState(null, "", `/p/mug#${"x".repeat(100_000)}`);
  });
  assert.deepEqual(views(await finish(page, site)), ["/shop", "/p/mug"]);
  await context.close();
});

test("as a module it works, too", async () => {
  const site = freshSite("module");
  const { context, page } = await open("/module", site);
  assert.deepEqual(views(await finish(page, site)), ["/module"]);
  await context.close();
});

test("a page for what was not found says so", async () => {
  const site = freshSite("missing");
  const { context } = await open("/missing", site);
  const list = await rows(site, (all) => all.length >= 1);
  assert.deepEqual(
    list.map((event) => [event.name, event.page, event.props.status]),
    [["page_view", "/missing", 404]],
  );
  await context.close();
});

test("clicks say where they lead: other hosts, files, the middle button, shadow roots, forms", async () => {
  const site = freshSite("links");
  const { context, page } = await open("/links", site);
  await page.locator("#out").click();
  await page.locator("#file").click();
  await page.locator("#out").click({ button: "middle" });
  await page.locator("#inner b").click();
  await page.locator("#send").click({ button: "middle" });
  await page.locator("#letter input").fill("me@secret.test");
  await page.locator("#send").click();
  const list = await finish(page, site);
  const outbound = ["click", "Other shop", "other.test:9/a/b", undefined, undefined];
  assert.deepEqual(
    list
      .filter((event) => ["click", "form_submit"].includes(event.name))
      .map(({ name, props }) => [name, props.target, props.outbound, props.download, props.form]),
    [
      outbound,
      ["click", "Prices", undefined, `${new URL(fixture.url).host}/files/prices.pdf`, undefined],
      outbound,
      ["click", "Add it", undefined, undefined, undefined],
      ["click", "Subscribe", undefined, undefined, undefined],
      ["form_submit", undefined, undefined, undefined, "letter"],
    ],
  );
  assert.doesNotMatch(JSON.stringify(list), /secret\.test|token=1/);
  await context.close();
});

test("what is recorded can be switched off", async () => {
  const site = freshSite("only");
  const { context, page } = await open("/only", site);
  for (const id of ["in", "out", "file", "send"]) await page.locator(`#${id}`).click();
  await page.evaluate(() => history.pushState(null, "", "/p/mug"));
  const list = await finish(page, site);
  assert.deepEqual(
    list.map((event) => [event.name, event.page, event.props.outbound]),
    [["click", "/only", "other.test:9/a"]],
  );
  await context.close();
});

test("a form in an open shadow root counts, one in a slot once, and media in there is a sign of life", async () => {
  const site = freshSite("inside");
  const context = await browser.newContext();
  await context.clock.install();
  const { page } = await open("/inside", site, { context });
  await page.locator("#mail").click();
  await page.locator("#mail").fill("me@secret.test");
  await page.locator("#mail").press("Enter");
  await page.locator("#slotted-send").click();
  for (let n = 0; n < 4; n++) {
    await page.clock.fastForward(50_000);
    // As a player does it, four times a second.
    await page.evaluate(() => document.querySelector("my-card").shadowRoot.querySelector("#song").dispatchEvent(new Event("timeupdate")));
  }
  await page.goto(addressOf("/next", site));
  await page.clock.runFor(1000);
  const list = await rows(site, (all) => named(all, "time_on_page").length >= 1);
  assert.deepEqual(
    named(list, "form_submit").map((event) => event.props.form),
    ["inner", "slotted"],
  );
  const [{ props }] = named(list, "time_on_page");
  assert.ok(props.seconds >= 200 && props.seconds < 270, `${props.seconds} s`);
  assert.doesNotMatch(JSON.stringify(list), /secret/);
  await context.close();
});

test("with all-clicks a click on anything counts, and nothing that was typed is read", async () => {
  const site = freshSite("all");
  const { context, page } = await open("/all", site);
  await page.locator("#text").click();
  await page.locator("#typed").fill("secret");
  await page.locator("#typed").click();
  await page.locator("#letter").fill("another secret");
  await page.locator("#letter").click();
  await page.locator("#note").click();
  await page.locator("#around").click({ position: { x: 2, y: 2 } });
  const list = await finish(page, site);
  assert.deepEqual(
    named(list, "click").map((event) => event.target),
    ["Only text", "typed", "letter", "note", "around"],
  );
  assert.doesNotMatch(JSON.stringify(list), /secret/);
  await context.close();
});

test("what a beacon lost at a server that was away arrives from the next page, once", async () => {
  let server = await startKassa();
  const site = freshSite("lost");
  const { context, page } = await open("/shop", site, { query: { from: server.url } });
  await rows(site, (list) => views(list).length >= 1, server.url);
  await server.stop();
  // The browser takes the beacon, and nobody ever hears that it found no server.
  await page.evaluate(() => window.kassa.track("Last Words"));
  const closed = page.waitForEvent("close");
  await page.close({ runBeforeUnload: true });
  await closed;
  server = await startKassa({ listen: new URL(server.url).host, data: server.data });
  const { page: next } = await open("/shop", site, { context, query: { from: server.url } });
  const list = await rows(site, (all) => named(all, "Last Words").length >= 1 && views(all).length >= 2, server.url);
  assert.equal(named(list, "Last Words").length, 1);
  await until(
    () => next.evaluate(() => Object.keys(localStorage).filter((key) => key.startsWith("kassa ")).length),
    (kept) => kept === 0,
  );
  await context.close();
  await server.remove();
});

test("a tab that is left open for a night has been read for a minute", async () => {
  const site = freshSite("night");
  const context = await browser.newContext();
  await context.clock.install();
  const { page } = await open("/shop", site, { context });
  await page.clock.fastForward("08:00:00");
  await page.mouse.move(10, 10);
  await page.clock.fastForward(5000);
  await page.goto(addressOf("/next", site));
  await page.clock.runFor(1000);
  const list = await rows(site, (all) => named(all, "time_on_page").length >= 1);
  const [{ props }] = named(list, "time_on_page");
  assert.ok(props.seconds >= 60 && props.seconds <= 75, `${props.seconds} s`);
  await context.close();
});

test("before consent nothing is counted or kept; after it the page is; after opting out nothing", async () => {
  const site = freshSite("consent");
  const { context, page } = await open("/consent", site);
  await page.evaluate(() => {
    window.kassa.identify("u-1");
    window.kassa.track("Too Early");
  });
  assert.equal(await page.evaluate(() => localStorage.length), 0);
  await page.evaluate(() => window.kassa.optIn());
  const list = await finish(page, site);
  assert.deepEqual(
    list.map((event) => [event.name, event.user]),
    [["page_view", null]],
  );
  await page.reload();
  await page.waitForFunction(() => window.kassa?.track);
  await rows(site, (all) => views(all).length >= 2);
  await page.evaluate(() => {
    window.kassa.optOut();
    window.kassa.track("Too Late");
  });
  await page.reload();
  await page.waitForFunction(() => window.kassa?.track);
  assert.deepEqual(await page.evaluate(() => Object.entries(localStorage)), [["kassa.consent", "out"]]);
  // What follows in another browser is there; what this one did is not.
  const other = await open("/shop", site);
  const all = await finish(other.page, site);
  assert.equal(named(all, "Too Late").length + named(all, "Too Early").length, 0);
  assert.equal(views(all).filter((path) => path === "/consent").length, 2);
  await context.close();
  await other.context.close();
});

test("?kassa=ignore keeps a browser out of the numbers until ?kassa=count", async () => {
  const site = freshSite("ignore");
  const { context, page } = await open("/shop", site, { query: { kassa: "ignore" } });
  await page.evaluate(() => window.kassa.track("Own Visit"));
  await page.goto(addressOf("/cart", site));
  await page.goto(addressOf("/shop", site, { kassa: "count" }));
  await page.waitForFunction(() => window.kassa?.track);
  const list = await finish(page, site);
  assert.deepEqual(views(list), ["/shop"]);
  assert.equal(named(list, "Own Visit").length, 0);
  await context.close();
});

test("a page on this machine counts only for a server on this machine, or when told so", async () => {
  const port = (url) => new URL(url).port;
  const far = `http://stats.test:${port(kassa.url)}`;
  const visit = async (host, query) => {
    const site = freshSite("local");
    const context = await browser.newContext();
    const page = await context.newPage();
    const asked = [];
    page.on("request", (request) => request.url().endsWith("/v1/batch") && asked.push(request.url()));
    await page.goto(`http://${host}:${port(fixture.url)}/localhost?${new URLSearchParams({ key: site, ...query })}`);
    await page.waitForFunction(() => window.kassa?.track);
    await page.evaluate(async () => {
      window.kassa.flush();
      // What was asked for before this is known when it is answered.
      await fetch(location.href);
    });
    await context.close();
    return asked.length > 0;
  };
  assert.equal(await visit("localhost", { from: far }), false, "localhost, a server elsewhere");
  assert.equal(await visit("localhost", { from: far, more: "data-localhost" }), true, "localhost, told so");
  assert.equal(await visit("localhost", { from: kassa.url }), true, "localhost, a server here");
  assert.equal(await visit("shop.test", { from: far }), true, "a shop");
});

test("what a browser sends that a program drives is a bot's", async () => {
  const site = freshSite("driven");
  const driven = await launchDriven();
  const page = await driven.newPage();
  await page.goto(addressOf("/shop", site));
  assert.equal(await page.evaluate(() => navigator.webdriver), true);
  const list = await rows(site, (all) => views(all).length >= 1);
  assert.deepEqual(
    list.map((event) => event.bot),
    [true],
  );
  assert.deepEqual(await events(kassa.url, site), []);
  // The React provider in format B, too; B's own answer has it all the same.
  const other = freshSite("driven-b");
  await page.goto(`${fixture.url}/react?to=${encodeURIComponent(`${kassa.url}/track?writeKey=${other}`)}`);
  const batch = await rows(other, (all) => views(all).length >= 1);
  assert.deepEqual(
    batch.map((event) => event.bot),
    [true],
  );
  assert.deepEqual(await events(kassa.url, other), []);
  assert.equal((await get(kassa.url, "/events", { site_id: other })).length, 1);
  await driven.close();
});
