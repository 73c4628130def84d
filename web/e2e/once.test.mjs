// One order for each checkout, over the real server, whatever happens on the way; and what has changed meanwhile is a choice.
import assert from "node:assert/strict";
import { after, afterEach, before, test } from "node:test";
import { launchBrowser } from "./browser.mjs";
import { until } from "./kassa.mjs";
import { addAndGo, beBusy, delay, heading, listen, loseAnswers, orderButton, readyToOrder, thanked, toReview, visit } from "./shopping.mjs";
import { newEmail, openStore } from "./store.mjs";

// So many want the last one at the same time.
const CROWD = 50;

let browser;
let store;
let open = [];
before(async () => {
  browser = await launchBrowser();
  store = await openStore();
});
after(async () => {
  await browser?.close();
  await store?.close();
});
afterEach(async () => {
  await Promise.all(open.map((one) => one.close()));
  open = [];
});

/** To the last step of the checkout with one of `sku` in the cart; `placed` are the orders that came of it. */
async function review(sku = "stoneware-mug") {
  const email = newEmail();
  const visited = await visit(browser, `${store.url}/p/${sku}`);
  open.push(visited.context);
  await addAndGo(visited.page);
  await toReview(visited.page, { email });
  await orderButton(visited.page).waitFor();
  return { ...visited, email, placed: () => store.ordersOf(email) };
}

/** A product of its own, for what happens to its price and stock. */
async function own(name, { price = 1000, stock = 10 } = {}) {
  const { slug, sku } = await store.add({ sku: name.toLowerCase().replaceAll(" ", "-"), name, category: "Desk", price, stock });
  assert.equal(slug, sku);
  return sku;
}

test("a double click is one order", async () => {
  const { page, context, placed } = await review();
  await delay(context, 300);
  await orderButton(page).dblclick();
  await thanked(page);
  assert.equal((await placed()).length, 1);
});

test("an answer that never came: asked again by itself, one order", async () => {
  const { page, context, placed } = await review();
  await loseAnswers(context, 2);
  await orderButton(page).click();
  await heading(page, "No answer yet");
  await thanked(page);
  assert.equal((await placed()).length, 1);
});

test("a server that is busy takes the order later", async () => {
  const { page, context, placed } = await review();
  await beBusy(context);
  await orderButton(page).click();
  await thanked(page);
  assert.equal((await placed()).length, 1);
});

test("a reload in the middle, and a look at another page: one order", async () => {
  const { page, context, placed } = await review();
  await loseAnswers(context, 1);
  await orderButton(page).click();
  await heading(page, "No answer yet");
  await loseAnswers(context, 1);
  await page.goto(`${store.url}/c/desk`);
  await page.getByText("Your order was sent and is not answered yet.").waitFor();
  await page.getByRole("link", { name: "See what becomes of it" }).click();
  await page.reload();
  await thanked(page);
  assert.equal((await placed()).length, 1);
});

test("two tabs, both clicked: one order, shown in both", async () => {
  const { page, context, email, placed } = await review();
  const other = await context.newPage();
  const complaints = listen(other);
  await other.goto(`${store.url}/cart`);
  await toReview(other, { email });
  await delay(context, 400);
  await orderButton(other).waitFor();
  // Not as Playwright clicks: in the other tab the button is gone a moment later.
  const press = (tab) => orderButton(tab).evaluate((button) => button.click());
  await Promise.all([press(page), press(other)]);
  await Promise.all([thanked(page), thanked(other)]);
  assert.equal((await placed()).length, 1);
  assert.equal(page.url(), other.url());
  assert.deepEqual(complaints, []);
});

test("a tab that comes too late shows the order of the other", async () => {
  const { page, context, email, placed } = await review();
  const other = await context.newPage();
  await other.goto(`${store.url}/cart`);
  await toReview(other, { email });
  await orderButton(page).click();
  await thanked(page);
  await other.getByRole("link", { name: "See your order" }).click();
  await thanked(other);
  assert.equal((await placed()).length, 1);
});

test("offline in the middle: the order is kept and goes on with the network", async () => {
  const { page, context, placed } = await review();
  await context.setOffline(true);
  await orderButton(page).click();
  await page.getByText("There is no network at the moment.").waitFor();
  assert.equal((await placed()).length, 0);
  await context.setOffline(false);
  await thanked(page);
  assert.equal((await placed()).length, 1);
});

test("Back from the order is no second one, and Back in the checkout keeps what was written", async () => {
  const { page, email, placed } = await review();
  await page.goBack();
  await heading(page, "Address");
  assert.equal(await page.getByLabel("City").inputValue(), "Town");
  await page.goBack();
  await heading(page, "Contact");
  assert.equal(await page.getByLabel("E-mail").inputValue(), email);
  await page.reload();
  assert.equal(await page.getByLabel("Name").inputValue(), "Ann Archer");
  await page.goto(`${store.url}/checkout/review`);
  await orderButton(page).click();
  await thanked(page);
  await page.goBack();
  await heading(page, "Your cart is empty");
  assert.equal((await placed()).length, 1);
});

test("a step cannot be skipped", async () => {
  const { page, context } = await visit(browser, `${store.url}/p/stoneware-mug`);
  open.push(context);
  await addAndGo(page);
  await page.goto(`${store.url}/checkout/review`);
  await heading(page, "Contact");
  await page.waitForURL(/\/checkout\/contact$/);
});

test("dearer between the review and the order: nothing is charged unseen", async () => {
  const sku = await own("Dear Thing", { price: 1800 });
  const { page, placed } = await review(sku);
  await store.setPrice(sku, 1900);
  await page.getByRole("button", { name: "Order for €18.00" }).click();
  await page.getByText("The total is €19.00 now. Nothing was ordered: please look again.").waitFor();
  assert.equal((await placed()).length, 0);
  await page.getByText("The price went up from €18.00 to €19.00.").waitFor();
  await page.getByRole("button", { name: "Keep it at €19.00" }).click();
  await page.getByRole("button", { name: "Order for €19.00" }).click();
  await thanked(page);
  assert.deepEqual(
    (await placed()).map(({ total }) => total.amount_minor),
    [1900],
  );
});

test("what has changed since it was put in the cart is a choice, line by line", async () => {
  const dearer = await own("Dearer", { price: 1500 });
  const cheaper = await own("Cheaper", { price: 1300 });
  const short = await own("Short", { stock: 9 });
  const gone = await own("Gone");
  const { page, context } = await visit(browser, `${store.url}/`);
  open.push(context);
  for (const sku of [dearer, cheaper, short, gone]) {
    await page.goto(`${store.url}/p/${sku}`);
    await page.getByRole("textbox", { name: "Quantity" }).fill("4");
    await page.getByRole("button", { name: "Add to cart" }).click();
  }
  await Promise.all([store.setPrice(dearer, 1800), store.setPrice(cheaper, 1200), store.setStock(short, 3)]);
  await fetch(`${store.url}/v1/products/sku:${gone}`, { method: "DELETE" });
  await page.goto(`${store.url}/cart`);
  await page.getByText("The price went up from €15.00 to €18.00.").waitFor();
  await page.getByText("The price went down from €13.00 to €12.00.").waitFor();
  assert.equal(await page.getByRole("button", { name: "Check out" }).isDisabled(), true);
  await page.getByRole("button", { name: "Keep it at €18.00" }).click();
  await page.getByRole("button", { name: "Take 3" }).click();
  await page.locator(".changed", { hasText: "This is not sold any more." }).getByRole("button", { name: "Remove" }).click();
  await page.getByRole("link", { name: "Check out" }).waitFor();
  assert.equal(await page.locator(".total strong").innerText(), "€150.00");
});

test("sold out between the review and the order: a choice, then an order of the rest", async () => {
  const sku = await own("Soon Gone");
  const { page, context } = await visit(browser, `${store.url}/p/brass-pen`);
  open.push(context);
  const email = newEmail();
  await page.getByRole("button", { name: "Add to cart" }).click();
  await page.goto(`${store.url}/p/${sku}`);
  await addAndGo(page);
  await toReview(page, { email });
  await orderButton(page).waitFor();
  await store.setStock(sku, 0);
  await orderButton(page).click();
  await page.getByText("Something is not there as you wanted it.").waitFor();
  await page.getByText("This is sold out now.").waitFor();
  await page.locator(".changed").getByRole("button", { name: "Remove" }).click();
  await page.getByRole("button", { name: "Order for €34.00" }).click();
  await thanked(page);
  const confirmed = (await store.ordersOf(email)).filter(({ status }) => status === "confirmed");
  assert.deepEqual(
    confirmed.map(({ items }) => items.map((line) => [line.sku, line.quantity])),
    [[["brass-pen", 1]]],
  );
});

test(`the last one, wanted by ${CROWD} at once: one order, and a clear answer for each of the others`, async () => {
  const sku = await own("Last One", { stock: 1 });
  // So many browsers are many processes otherwise.
  const crowded = await launchBrowser("--renderer-process-limit=4");
  try {
    const line = { sku, quantity: 1, seen_price_minor: 1000 };
    const pages = [];
    while (pages.length < CROWD) {
      const next = Array.from({ length: Math.min(10, CROWD - pages.length) }, () => readyToOrder(crowded, store.url, [line], newEmail()));
      pages.push(...(await Promise.all(next)).map(({ page }) => page));
    }
    await Promise.all(pages.map((page) => orderButton(page).evaluate((button) => button.click())));
    const ends = pages.map((page) => page.getByText(/^(Thank you, Ann Archer|This is sold out now\.)$/).innerText());
    const counts = {};
    for (const end of await Promise.all(ends)) counts[end] = (counts[end] ?? 0) + 1;
    assert.deepEqual(counts, { "Thank you, Ann Archer": 1, "This is sold out now.": CROWD - 1 });
  } finally {
    await crowded.close();
  }
  const orders = await until(
    () => store.read(`/v1/orders?q=sku:${sku}&status=confirmed`),
    ({ results }) => results.length > 0,
  );
  assert.equal(orders.results.length, 1);
  assert.equal((await store.read(`/v1/inventory/${sku}`)).available, 0);
});
