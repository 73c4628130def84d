// What a shopper does in the storefront, for tests over the stand-in and over the real server.

/** Opens a page of the shop; `complaints` are what the browser's console and policy said. With `blocked` nothing that counts gets out. */
export async function visit(browser, url, { blocked = false, ...options } = {}) {
  const context = await browser.newContext(options);
  if (blocked) await context.route("**/v1/batch", (route) => route.abort());
  const page = await context.newPage();
  const complaints = listen(page);
  await page.goto(url);
  return { context, page, complaints };
}

/** What the console of a page complains of from here on; that there is no network is no fault of the page. */
export function listen(page) {
  const complaints = [];
  page.on("console", (message) => {
    if (message.type() === "error" && !/Failed to load resource/.test(message.text())) complaints.push(message.text());
  });
  page.on("pageerror", (error) => complaints.push(String(error)));
  page.on("dialog", (dialog) => {
    complaints.push(`said ${dialog.message()}`);
    void dialog.dismiss();
  });
  return complaints;
}

export const heading = (page, name) => page.getByRole("heading", { level: 1, name }).waitFor();

/** Puts the product that is shown into the cart, and goes there. */
export async function addAndGo(page) {
  await page.getByRole("button", { name: "Add to cart" }).click();
  await page.getByRole("link", { name: "To the cart" }).click();
  await heading(page, "Your cart");
}

/** From the cart to the last step of the checkout. */
export async function toReview(page, { email = "ann@shop.test", name = "Ann Archer", line1 = "High Street 1" } = {}) {
  await page.getByRole("link", { name: "Check out" }).click();
  await heading(page, "Contact");
  await page.getByLabel("E-mail").fill(email);
  await page.getByLabel("Name").fill(name);
  await page.getByRole("button", { name: "Go on to the address" }).click();
  await heading(page, "Address");
  await page.getByLabel("Street and number").fill(line1);
  await page.getByLabel("Postal code").fill("12345");
  await page.getByLabel("City").fill("Town");
  await page.getByLabel("Country").selectOption("DE");
  await page.getByRole("button", { name: "Go on to the review" }).click();
  await heading(page, "Review");
}

/** The button that orders. */
export const orderButton = (page) => page.getByRole("button", { name: /^Order for/ });

/** The order is there, and its buyer is thanked. */
export const thanked = (page) => heading(page, "Thank you, Ann Archer");

/** The stage that the order has reached, as its page shows it. */
export const reached = (page, stage) => page.locator('[aria-current="step"]', { hasText: stage }).waitFor();

/** Presses Tab until the element that `locator` finds has the focus, at most `most` times. */
export async function tabTo(page, locator, most = 80) {
  for (let times = 0; times < most; times++) {
    await page.keyboard.press("Tab");
    if (await locator.evaluateAll((all) => all.includes(document.activeElement))) return;
  }
  throw new Error(`not reached by ${most} times Tab: ${locator}`);
}

/** A browser that has filled in everything and waits at the last step with these lines in its cart. */
export async function readyToOrder(browser, url, lines, email = "ann@shop.test") {
  const context = await browser.newContext({ viewport: { width: 400, height: 600 } });
  const address = { name: "Ann Archer", line1: "High Street 1", city: "Town", postal_code: "12345", country: "DE" };
  const details = { contact: { name: "Ann Archer", email, phone: "" }, address };
  await context.addInitScript(
    ([cart, filled]) => {
      if (sessionStorage.getItem("kassa-checkout")) return;
      localStorage.setItem("kassa-cart", cart);
      sessionStorage.setItem("kassa-checkout", filled);
    },
    [JSON.stringify(lines), JSON.stringify(details)],
  );
  const page = await context.newPage();
  await page.goto(`${url}/checkout/review`);
  await orderButton(page).waitFor();
  return { context, page };
}

const ORDERS = "**/v1/orders";

/** The answers to the next `times` orders get lost on the way; the orders do not. */
export const loseAnswers = (context, times = 1) =>
  context.route(
    ORDERS,
    async (route) => {
      await route.fetch();
      await route.abort("connectionreset");
    },
    { times },
  );

/** The next order is turned away because the server has too much to do. */
export const beBusy = (context) => {
  const body = JSON.stringify({ type: "/errors/unavailable", title: "Unavailable", status: 503, detail: "the server is busy" });
  return context.route(ORDERS, (route) => route.fulfill({ status: 503, contentType: "application/problem+json", body }), { times: 1 });
};

/** The next order takes `ms` longer to get to the server. */
export const delay = (context, ms) =>
  context.route(
    ORDERS,
    async (route) => {
      await new Promise((later) => setTimeout(later, ms));
      await route.continue();
    },
    { times: 1 },
  );
