// Buying in the storefront, over the stand-in server: the whole way, and one order whatever happens on it.
import assert from "node:assert/strict";
import { after, afterEach, before, test } from "node:test";
import { launchBrowser } from "./browser.mjs";
import { until } from "./kassa.mjs";
import { startShop } from "./shop_mock.mjs";
import { addAndGo, heading, listen, orderButton, readyToOrder, tabTo, toReview, visit } from "./shopping.mjs";

let browser;
let shop;
let open = [];
before(async () => {
  browser = await launchBrowser();
});
after(() => browser?.close());
afterEach(async () => {
  await Promise.all(open.map((one) => one.close()));
  open = [];
  await shop?.stop();
});

async function start(path, options) {
  shop = await startShop();
  const visited = await visit(browser, shop.url + path, options);
  open.push(visited.context);
  return visited;
}

/** To the last step with one mug in the cart. */
async function review(options) {
  const visited = await start("/p/stoneware-mug", options);
  await addAndGo(visited.page);
  await toReview(visited.page);
  return visited;
}

const sent = (name) => shop.posts.filter((event) => (event.event ?? event.type) === name);
const confirmed = (page) => heading(page, "Thank you, Ann Archer");

test("from the first page to the parcel", async () => {
  const { page, complaints } = await start("/?utm_source=news");
  await page.getByRole("link", { name: "Linen Shirt" }).click();
  await heading(page, "Linen Shirt");
  await page.getByText("Only 4 left").waitFor();
  await page.getByText("M", { exact: true }).click();
  await page.getByText("Ink", { exact: true }).click();
  await page.getByText("Only 2 left").waitFor();
  assert.match(page.url(), /\/p\/linen-shirt\?variant=shirt-m-ink$/);
  await addAndGo(page);
  await page.getByText("M / Ink").waitFor();
  await page.getByRole("button", { name: "One more" }).click();
  await page.locator(".summary .total", { hasText: "€64.00" }).waitFor();
  await toReview(page);
  await orderButton(page).click();
  await confirmed(page);

  const [order] = shop.orders;
  assert.deepEqual(order.asked.items, [{ sku: "shirt-m-ink", quantity: 2 }]);
  assert.deepEqual(order.asked.expected_total, { amount_minor: 6400, currency: "EUR" });
  assert.deepEqual(order.asked.customer, { name: "Ann Archer", email: "ann@shop.test" });
  assert.deepEqual(order.asked.shipping_address, {
    name: "Ann Archer",
    line1: "High Street 1",
    city: "Town",
    postal_code: "12345",
    country: "DE",
  });
  assert.equal(order.asked.context.page, `${shop.url}/checkout/review`);
  assert.match(order.key, /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
  assert.equal(await page.evaluate(() => localStorage.getItem("kassa-cart")), "[]");

  await page.locator('[aria-current="step"]', { hasText: "Confirmed" }).waitFor();
  const parcel = {
    number: 1,
    status: "packed",
    carrier: null,
    tracking_number: null,
    tracking_url: null,
    lines: [{ sku: "shirt-m-ink", quantity: 2 }],
  };
  order.tell("packed", { fulfilments: [parcel] });
  await page.locator('[aria-current="step"]', { hasText: "Packed" }).waitFor();
  order.tell("shipped", {
    fulfilments: [{ ...parcel, status: "shipped", carrier: "Post", tracking_number: "T1", tracking_url: "https://post.test/T1" }],
  });
  await page.locator('[aria-current="step"]', { hasText: "Sent" }).waitFor();
  assert.equal(await page.getByRole("link", { name: "Follow the parcel" }).getAttribute("href"), "https://post.test/T1");

  await until(
    () => sent("page").map((event) => event.context.page.path.replace(/[0-9a-f-]{36}/, "…")),
    (paths) => paths.at(-1) === "/order/…",
  );
  assert.deepEqual(
    sent("page").map((event) => event.context.page.path.replace(/[0-9a-f-]{36}/, "…")),
    ["/", "/p/linen-shirt", "/cart", "/checkout/contact", "/checkout/address", "/checkout/review", "/order/…"],
  );
  const told = shop.posts.map((event) => event.event).filter((name) => /^(Product|Cart|Checkout)/.test(name));
  assert.deepEqual(told, [
    "Product List Viewed",
    "Product List Viewed",
    "Product Clicked",
    "Product Viewed",
    "Product Viewed",
    "Product Viewed",
    "Product Added",
    "Cart Viewed",
    "Product Added",
    "Checkout Step Viewed",
    "Checkout Started",
    "Checkout Step Completed",
    "Checkout Step Viewed",
    "Checkout Step Completed",
    "Checkout Step Viewed",
    "Checkout Step Completed",
  ]);
  const { properties: added } = sent("Product Added")[0];
  const { sku, name, category, variant, price, currency, quantity } = added;
  assert.deepEqual(
    [sku, name, category, variant, price, currency, quantity],
    ["shirt-m-ink", "Linen Shirt", "Wear", "M / Ink", 32, "EUR", 1],
  );
  const { properties: started } = sent("Checkout Started")[0];
  assert.deepEqual([started.value, started.currency, started.products[0].sku, started.products[0].quantity], [64, "EUR", "shirt-m-ink", 2]);
  assert.deepEqual(complaints, []);
});

test("nothing of what a shopper has filled in is counted", async () => {
  const { page } = await review();
  await page.locator(".fact").first().click();
  await page.locator("main").click({ position: { x: 2, y: 2 } });
  await orderButton(page).click();
  await confirmed(page);
  await page.locator("main").click({ position: { x: 2, y: 2 } });
  await page.getByRole("link", { name: "Corner Goods, to the start" }).click();
  await heading(page, "Things made to be used");
  await until(
    () => sent("page").length,
    (pages) => pages >= 6,
  );
  assert.doesNotMatch(JSON.stringify(shop.posts), /Ann|ann@|High Street|12345/);
});

test("the same by keyboard alone, on a small screen, with what counts blocked", async () => {
  const { page, complaints } = await start("/", { viewport: { width: 390, height: 800 }, blocked: true });
  const press = async (locator, key = "Enter") => (await tabTo(page, locator), page.keyboard.press(key));
  await press(page.getByRole("link", { name: "Linen Shirt" }));
  await heading(page, "Linen Shirt");
  await tabTo(page, page.getByRole("radio", { name: "S" }));
  await page.keyboard.press("ArrowRight");
  await press(page.getByRole("button", { name: "Add to cart" }));
  await press(page.getByRole("link", { name: "To the cart" }));
  await heading(page, "Your cart");
  await page.locator(".summary .total", { hasText: "€32.00" }).waitFor();
  await press(page.getByRole("link", { name: "Check out" }));
  await heading(page, "Contact");
  await tabTo(page, page.getByLabel("E-mail"));
  await page.keyboard.type("ann@shop.test");
  await page.keyboard.press("Tab");
  await page.keyboard.type("Ann Archer");
  await page.keyboard.press("Enter");
  await heading(page, "Address");
  for (const [label, text] of [
    ["Street and number", "High Street 1"],
    ["Postal code", "12345"],
    ["City", "Town"],
    ["Country", "Germany"],
  ]) {
    await tabTo(page, page.getByLabel(label));
    await page.keyboard.type(text);
  }
  await press(page.getByRole("button", { name: "Go on to the review" }));
  await heading(page, "Review");
  await orderButton(page).waitFor();
  await press(orderButton(page));
  await confirmed(page);
  assert.deepEqual(shop.orders[0].asked.items, [{ sku: "shirt-m-sand", quantity: 1 }]);
  assert.equal(shop.posts.length, 0);
  assert.deepEqual(complaints, []);
});

test("a browser that keeps nothing sells, too, as long as the page is open", async () => {
  const { page, context, complaints } = await start("/");
  await context.addInitScript(() => {
    const refuse = {
      get() {
        throw new DOMException("refused", "SecurityError");
      },
    };
    for (const name of ["localStorage", "sessionStorage"]) Object.defineProperty(window, name, refuse);
  });
  await page.goto(`${shop.url}/p/stoneware-mug`);
  await addAndGo(page);
  await toReview(page);
  await orderButton(page).click();
  await confirmed(page);
  assert.equal(shop.orders.length, 1);
  assert.deepEqual(complaints, []);
});

test("a double click is one order", async () => {
  const { page } = await review();
  shop.mood.slow = 300;
  await orderButton(page).dblclick();
  await confirmed(page);
  assert.equal(shop.orders.length, 1);
});

test("an answer that never came: asked again by itself, one order", async () => {
  const { page } = await review();
  shop.mood.silent = 2;
  await orderButton(page).click();
  await heading(page, "No answer yet");
  await confirmed(page);
  assert.equal(shop.orders.length, 1);
});

test("a server that is busy takes the order later", async () => {
  const { page } = await review();
  shop.mood.busy = 1;
  await orderButton(page).click();
  await confirmed(page);
  assert.equal(shop.orders.length, 1);
});

test("a reload in the middle, and a look at another page: one order", async () => {
  const { page } = await review();
  shop.mood.silent = 1;
  await orderButton(page).click();
  await heading(page, "No answer yet");
  shop.mood.silent = 1;
  await page.goto(`${shop.url}/c/desk`);
  await page.getByText("Your order was sent and is not answered yet.").waitFor();
  await page.getByRole("link", { name: "See what becomes of it" }).click();
  await page.reload();
  await confirmed(page);
  assert.equal(shop.orders.length, 1);
});

test("two tabs, both clicked: one order, shown in both", async () => {
  const { page, context } = await review();
  const other = await context.newPage();
  const complaints = listen(other);
  await other.goto(`${shop.url}/cart`);
  await toReview(other);
  shop.mood.slow = 400;
  await orderButton(other).waitFor();
  // Not as Playwright clicks: in the other tab the button is gone a moment later.
  const press = (tab) => orderButton(tab).evaluate((button) => button.click());
  await Promise.all([press(page), press(other)]);
  await Promise.all([confirmed(page), confirmed(other)]);
  assert.equal(shop.orders.length, 1);
  assert.equal(page.url(), other.url());
  assert.deepEqual(complaints, []);
});

test("a tab that comes too late shows the order of the other", async () => {
  const { page, context } = await review();
  const other = await context.newPage();
  await other.goto(`${shop.url}/cart`);
  await toReview(other);
  await orderButton(page).click();
  await confirmed(page);
  await other.getByRole("link", { name: "See your order" }).click();
  await confirmed(other);
  assert.equal(shop.orders.length, 1);
});

test("offline in the middle: the order is kept and goes on with the network", async () => {
  const { page, context } = await review();
  await context.setOffline(true);
  await orderButton(page).click();
  await page.getByText("There is no network at the moment.").waitFor();
  assert.equal(shop.orders.length, 0);
  await context.setOffline(false);
  await confirmed(page);
  assert.equal(shop.orders.length, 1);
});

test("Back from the order is no second one, and Back in the checkout keeps what was written", async () => {
  const { page } = await review();
  await page.goBack();
  await heading(page, "Address");
  assert.equal(await page.getByLabel("City").inputValue(), "Town");
  await page.goBack();
  await heading(page, "Contact");
  assert.equal(await page.getByLabel("E-mail").inputValue(), "ann@shop.test");
  // To the contact once more is no other checkout.
  await until(
    () => sent("Checkout Step Viewed").map((event) => event.properties.step),
    (steps) => steps.join() === "1,2,3,2,1",
  );
  assert.equal(sent("Checkout Started").length, 1);
  await page.reload();
  assert.equal(await page.getByLabel("Name").inputValue(), "Ann Archer");
  await page.goto(`${shop.url}/checkout/review`);
  await orderButton(page).click();
  await confirmed(page);
  await page.goBack();
  await heading(page, "Your cart is empty");
  assert.equal(shop.orders.length, 1);
});

test("a step cannot be skipped", async () => {
  const { page } = await start("/p/stoneware-mug");
  await addAndGo(page);
  await page.goto(`${shop.url}/checkout/review`);
  await heading(page, "Contact");
  assert.match(page.url(), /\/checkout\/contact$/);
});

test("dearer between the review and the order: nothing is charged unseen", async () => {
  const { page } = await review();
  await orderButton(page).waitFor();
  shop.variant("stoneware-mug").price.amount_minor = 1900;
  await page.getByRole("button", { name: "Order for €18.00" }).click();
  await page.getByText("The total is €19.00 now. Nothing was ordered: please look again.").waitFor();
  assert.equal(shop.orders.length, 0);
  await page.getByText("The price went up from €18.00 to €19.00.").waitFor();
  await page.getByRole("button", { name: "Keep it at €19.00" }).click();
  await page.getByRole("button", { name: "Order for €19.00" }).click();
  await confirmed(page);
  assert.equal(shop.orders[0].total.amount_minor, 1900);
});

test("sold out between the review and the order: a choice, then an order of the rest", async () => {
  const { page } = await start("/p/brass-pen");
  await page.getByRole("button", { name: "Add to cart" }).click();
  await page.goto(`${shop.url}/p/stoneware-mug`);
  await addAndGo(page);
  await toReview(page);
  await orderButton(page).waitFor();
  shop.stock("stoneware-mug", 0);
  await orderButton(page).click();
  await page.getByText("Something is not there as you wanted it.").waitFor();
  await page.getByText("This is sold out now.").waitFor();
  await page.locator(".changed").getByRole("button", { name: "Remove" }).click();
  await page.getByRole("button", { name: "Order for €34.00" }).click();
  await confirmed(page);
  assert.equal(shop.orders.length, 1);
  assert.deepEqual(shop.orders[0].asked.items, [{ sku: "brass-pen", quantity: 1 }]);
});

test("the last one, wanted by five at once: one order, and a choice for the others", async () => {
  await start("/");
  shop.stock("stoneware-mug", 1);
  const line = { sku: "stoneware-mug", quantity: 1, seen_price_minor: 1800 };
  const all = await Promise.all(Array.from({ length: 5 }, () => readyToOrder(browser, shop.url, [line])));
  open.push(...all.map(({ context }) => context));
  await Promise.all(all.map(({ page }) => orderButton(page).evaluate((button) => button.click())));
  const ends = all.map(({ page }) => page.getByText(/^(Thank you, Ann Archer|This is sold out now\.)$/).innerText());
  assert.deepEqual((await Promise.all(ends)).sort(), ["Thank you, Ann Archer", ...Array(4).fill("This is sold out now.")]);
  assert.equal(shop.orders.length, 1);
});

test("accepted first, confirmed while one looks; or failed, and back into the cart", async () => {
  const { page } = await review();
  shop.mood.accept = true;
  await orderButton(page).click();
  await page.locator('[aria-current="step"]', { hasText: "Accepted" }).waitFor();
  shop.orders[0].tell("failed", { status: "failed", fail_reason: "sold_out" });
  await heading(page, "This order did not work out");
  await page.getByRole("button", { name: "Put it back into the cart" }).click();
  await toReview(page);
  await orderButton(page).click();
  await page.locator('[aria-current="step"]', { hasText: "Accepted" }).waitFor();
  shop.orders[1].tell("confirmed", { status: "confirmed" });
  await page.locator('[aria-current="step"]', { hasText: "Confirmed" }).waitFor();
});

test("an order's link with another key shows nothing", async () => {
  const { page } = await review();
  await orderButton(page).click();
  await confirmed(page);
  await page.goto(page.url().replace(/k=0/, "k=1"));
  await heading(page, "There is no such order");
  assert.doesNotMatch(await page.locator("main").innerText(), /Ann|Mug/);
});
