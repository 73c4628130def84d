// Webhooks of the admin over a real server and a real target: made, tried, changed, turned off and on, given another secret, deleted.
import assert from "node:assert/strict";
import { createHmac } from "node:crypto";
import { mkdirSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { LOOKS, looksWell, openShopRoom } from "./admin.mjs";
import { audit } from "./axe.mjs";
import { launchBrowser } from "./browser.mjs";
import { settled } from "./page.mjs";

let browser;
let room;
let target;
before(async () => {
  browser = await launchBrowser();
  room = await openShopRoom(browser, { KASSA_WEBHOOKS__ALLOW_PRIVATE: "true", KASSA_EMAIL__URL: "mailbox:" });
  target = await listen();
});
after(async () => {
  await browser?.close();
  await room?.close();
  target?.server.close();
  target?.server.closeAllConnections();
});

/** A webhook's other side: what it was sent, and what it answers. */
async function listen() {
  const found = { status: 200, answer: "thank you", taken: [] };
  found.server = createServer(async (request, response) => {
    let body = "";
    for await (const part of request) body += part;
    found.taken.push({ headers: request.headers, body });
    response.writeHead(found.status).end(found.answer);
  });
  await new Promise((done) => found.server.listen(0, "127.0.0.1", done));
  found.url = `http://127.0.0.1:${found.server.address().port}/hook`;
  return found;
}

const admin = ["admin"];

/** Which of these secrets signed the request. */
function signedBy({ headers, body }, secrets) {
  const text = `${headers["webhook-id"]}.${headers["webhook-timestamp"]}.${body}`;
  const of = (secret) =>
    "v1," +
    createHmac("sha256", Buffer.from(secret.replace(/^whsec_/, ""), "base64"))
      .update(text)
      .digest("base64");
  return secrets.filter((secret) => headers["webhook-signature"].split(" ").includes(of(secret)));
}

test("by keyboard a webhook is made, its secret is shown once, and a test says what the target answered", async () => {
  const { page, context, complaints } = await room.open("/admin/messages", admin);
  await page.getByRole("link", { name: "Webhooks" }).focus();
  await page.keyboard.press("Enter");
  await page.getByText("No webhook yet.").waitFor();
  assert.deepEqual(await audit(page), []);
  await page.getByRole("button", { name: "New webhook" }).focus();
  await page.keyboard.press("Enter");
  const sheet = page.getByRole("dialog", { name: "New webhook" });
  await sheet.getByLabel("Address").focus();
  await page.keyboard.type(target.url);
  await sheet.getByLabel("What it is for").focus();
  await page.keyboard.type("the warehouse");
  await sheet.getByLabel("only of", { exact: true }).focus();
  await page.keyboard.press("Space");
  const make = sheet.getByRole("button", { name: "Make the webhook" });
  assert.ok(await make.isDisabled(), "told of nothing");
  for (const type of ["order confirmed", "order paid"]) {
    await sheet.getByLabel(type, { exact: true }).focus();
    await page.keyboard.press("Space");
  }
  await sheet.getByLabel("What it is for").focus();
  await page.keyboard.press("Enter");
  const secret = await sheet.locator("[data-secret]").innerText();
  assert.match(secret, /^whsec_/);
  await sheet.getByRole("button", { name: "Send a test" }).focus();
  await page.keyboard.press("Enter");
  await sheet.getByText("✓ It was taken.").waitFor();
  await sheet.getByText("thank you").waitFor();
  assert.equal(JSON.parse(target.taken.at(-1).body).type, "WebhookTest");
  assert.deepEqual(signedBy(target.taken.at(-1), [secret]), [secret]);
  await page.keyboard.press("Escape");
  await sheet.waitFor({ state: "detached" });
  assert.ok(!(await page.content()).includes(secret), "the secret is shown once");
  const [hook] = (await room.get("/v1/webhooks")).results;
  assert.deepEqual([hook.url, hook.description, hook.event_types], [target.url, "the warehouse", ["OrderConfirmed", "OrderPaid"]]);

  target.status = 503;
  target.answer = "<b>the shelf is full";
  await page.locator(`[data-hook="${hook.id}"]`).getByRole("link").click();
  const one = page.getByRole("dialog", { name: "the warehouse" });
  await one.getByRole("button", { name: "Send a test" }).click();
  await one.getByText("✗ It was not taken.").waitFor();
  await one.getByText(/Answer 503 after/).waitFor();
  await one.getByText("<b>the shelf is full").waitFor();
  Object.assign(target, { status: 200, answer: "" });
  assert.deepEqual(complaints, []);
  await context.close();
});

test("a webhook is changed and turned off, each taken back again; with a new secret both sign", async () => {
  const made = await room.post("/v1/webhooks", { url: target.url, description: "the books", event_types: ["OrderConfirmed"] });
  const hook = async () => await room.get(`/v1/webhooks/${made.id}`);
  const { page, context, complaints } = await room.open(`/admin/messages/webhooks?id=${made.id}`, admin);
  const sheet = page.getByRole("dialog", { name: "the books" });
  const row = page.locator(`[data-hook="${made.id}"]`);
  await sheet.getByRole("button", { name: "Turn off" }).click();
  await page.getByText("The webhook is off").waitFor();
  assert.equal((await hook()).enabled, false);
  await row.getByText("turned off").waitFor();
  await page.getByRole("button", { name: "Undo" }).click();
  await row.getByText("turned off").waitFor({ state: "detached" });
  assert.equal((await hook()).enabled, true);

  await row.getByRole("link").click();
  await sheet.getByText("Change", { exact: true }).click();
  await sheet.getByLabel("everything, also what is yet to come").check();
  await sheet.getByRole("button", { name: "Save" }).click();
  await page.getByText("The webhook is changed.").waitFor();
  assert.equal((await hook()).event_types, null);
  await page.getByRole("button", { name: "Undo" }).click();
  await row.getByText("order confirmed", { exact: true }).waitFor();
  assert.deepEqual((await hook()).event_types, ["OrderConfirmed"]);

  await row.getByRole("link").click();

  await sheet.getByText("New secret").first().click();
  await sheet.getByLabel("The old one still signs for").selectOption("an hour");
  await sheet.getByRole("button", { name: "New secret" }).click();
  const next = await sheet.locator("[data-secret]").innerText();
  assert.notEqual(next, made.secret);
  await sheet.getByText(/requests bear the signatures of both secrets/).waitFor();
  await sheet.getByRole("button", { name: "Send a test" }).click();
  await sheet.getByText("The answer was empty.").waitFor();
  assert.deepEqual(signedBy(target.taken.at(-1), [made.secret, next]), [made.secret, next]);
  assert.deepEqual(
    (await audit(page)).filter((one) => !one.startsWith("region:")),
    [],
  );
  assert.deepEqual(complaints, []);
  await context.close();
});

test("two at one webhook: the second is told what the first did, and chooses; nothing of another's is taken back", async () => {
  const made = await room.post("/v1/webhooks", { url: target.url, description: "the cellar", event_types: ["OrderPaid"] });
  const path = `/v1/webhooks/${made.id}`;
  const { page, context } = await room.open(`/admin/messages/webhooks?id=${made.id}`, admin);
  const sheet = page.getByRole("dialog");
  const alert = sheet.getByRole("alert").filter({ hasText: "Somebody has changed this" });
  await sheet.getByText("Change", { exact: true }).click();
  await sheet.getByLabel("What it is for").fill("the second's");
  await room.patch(path, { description: "the first's", event_types: null });
  await sheet.getByRole("button", { name: "Save" }).click();
  await alert.getByText("What it is for: the cellar → the first's").waitFor();
  await alert.getByText("Told of: order paid → everything").waitFor();
  assert.equal((await room.get(path)).description, "the first's", "nothing is lost yet");
  await sheet.getByRole("button", { name: "Take what is there" }).click();
  await alert.waitFor({ state: "detached" });
  assert.equal(await sheet.getByLabel("What it is for").inputValue(), "the first's");
  await sheet.getByLabel("What it is for").fill("the second's");
  await room.patch(path, { description: "the third's" });
  await sheet.getByRole("button", { name: "Save" }).click();
  await sheet.getByRole("button", { name: "Save, all the same" }).click();
  await page.getByText("The webhook is changed.").waitFor();
  const now = await room.get(path);
  assert.deepEqual([now.description, now.event_types], ["the second's", null]);
  await room.patch(path, { description: "the cellar" });
  await page.getByRole("button", { name: "Undo" }).click();
  await page
    .locator(".undo")
    .getByText(/^Not taken back/)
    .waitFor();
  assert.equal((await room.get(path)).description, "the cellar");

  // The list stands still, as if the first were a moment ago.
  const list = await room.get("/v1/webhooks");
  await page.route("**/v1/webhooks", (route) => route.fulfill({ json: list }));
  await page.goto(`${room.url}/admin/messages/webhooks?id=${made.id}`);
  await sheet.getByText("New secret").first().click();
  const { secret } = await room.post(`${path}/rotate`, {});
  await sheet.getByRole("button", { name: "New secret" }).click();
  await alert.getByText(/^New secret: – → /).waitFor();
  assert.equal(await sheet.locator("[data-secret]").count(), 0);
  await sheet.getByRole("button", { name: "New secret, all the same" }).click();
  assert.notEqual(await sheet.locator("[data-secret]").innerText(), secret);
  assert.equal(await alert.count(), 0);
  await room.patch(path, { description: "the fourth's" });
  await sheet.getByRole("button", { name: "Turn off" }).click();
  await alert.getByText("What it is for: the cellar → the fourth's").waitFor();
  assert.equal((await room.get(path)).enabled, true, "nothing has happened yet");
  await room.patch(path, { description: "the fifth's" });
  await sheet.getByText("Delete the webhook").first().click();
  await sheet.getByLabel(/^Type/).fill(new URL(target.url).host);
  await sheet.getByRole("button", { name: "Delete the webhook" }).click();
  await alert.getByText("What it is for: the cellar → the fifth's").waitFor();
  assert.equal((await room.get(path)).id, made.id, "it is still there");
  await sheet.getByRole("button", { name: "Delete the webhook" }).click();
  await page.getByText("The webhook is deleted.").waitFor();
  await context.close();
});

test("what was sent to one webhook is listed with it, is sent again, and a deleted one is gone", async () => {
  const made = await room.post("/v1/webhooks", { url: target.url, description: "the loft", event_types: ["OrderPaid"] });
  const sku = await room.addProduct({ price: 100, stock: 7 });
  const placed = await room.order([{ sku, quantity: 1 }], { name: "Wanda Webhook" });
  await room.post(`/v1/orders/${placed.id}/payments`, { reference: "w-1" }, { "idempotency-key": `w-${placed.id}` });
  const { page, context, complaints } = await room.open(`/admin/messages/webhooks?id=${made.id}`, admin);
  const sheet = page.getByRole("dialog", { name: "the loft" });
  const sent = sheet.getByRole("region", { name: "What was sent there lately" }).locator("[data-sent]");
  await sent.locator("[data-state='sent']").waitFor();
  await sent.getByText("1 attempt").waitFor();
  const ofOrder = () =>
    target.taken.filter(({ headers, body }) => body.includes(placed.id) && signedBy({ headers, body }, [made.secret]).length);
  assert.equal(ofOrder().length, 1);
  await sent.getByRole("button", { name: "Send it again" }).click();
  await sent.getByText("2 attempts").waitFor();
  assert.equal(ofOrder().length, 2);
  assert.equal(ofOrder()[0].headers["webhook-id"], ofOrder()[1].headers["webhook-id"]);
  await sent.getByRole("link", { name: "order paid" }).click();
  await page.getByRole("dialog", { name: `Webhook: ${target.url}` }).waitFor();
  await page.goBack();

  await sheet.getByText("Delete the webhook").first().click();
  const host = new URL(target.url).host;
  const remove = sheet.getByRole("button", { name: "Delete the webhook" });
  assert.ok(await remove.isDisabled());
  await sheet.getByLabel(`Type ${host} to confirm`).fill(host);
  await remove.click();
  await page.getByText("The webhook is deleted.").waitFor();
  assert.ok(!(await room.get("/v1/webhooks")).results.some(({ id }) => id === made.id));
  await page.locator(`[data-hook="${made.id}"]`).waitFor({ state: "detached" });
  assert.deepEqual(complaints, []);
  await context.close();
});

test("an address that must not be is refused in words, and what was typed stays", async () => {
  const { page, context } = await room.open("/admin/messages/webhooks?id=new", admin);
  const sheet = page.getByRole("dialog", { name: "New webhook" });
  await sheet.getByLabel("Address").fill("ftp://erp.example/x");
  await sheet.getByRole("button", { name: "Make the webhook" }).click();
  await sheet.getByRole("alert").waitFor();
  assert.equal(await sheet.getByLabel("Address").inputValue(), "ftp://erp.example/x");
  await context.close();
});

test("who works on orders alone sees what was told, no webhooks, and no mailbox", async () => {
  const { page, context, complaints } = await room.open("/admin/messages", ["orders"]);
  await settled(page);
  assert.equal(await page.getByRole("link", { name: "Webhooks" }).count(), 0);
  assert.equal(await page.getByRole("link", { name: "Mailbox" }).count(), 0);
  assert.deepEqual(complaints, []);
  await context.close();
  const whole = await room.open("/admin/messages", admin);
  assert.equal(await whole.page.getByRole("link", { name: "Mailbox" }).getAttribute("href"), "/mailbox");
  await whole.context.close();
});

for (const [locale, colorScheme, width] of LOOKS)
  test(`nothing is wrong with webhooks at ${width} in ${locale}, ${colorScheme}`, async () => {
    const [hook] = (await room.get("/v1/webhooks")).results;
    const { page, context, complaints } = await room.open("/admin/messages", admin, undefined, {
      locale,
      colorScheme,
      viewport: { width, height: 900 },
    });
    for (const query of ["", "?id=new", `?id=${hook.id}`]) {
      await page.goto(`${room.url}/admin/messages/webhooks${query}`);
      await settled(page);
      if (query.length > 7) for (const one of await page.locator("[role=dialog] summary").all()) await one.click();
      await looksWell(page, query, { over: query !== "" });
    }
    assert.deepEqual(complaints, []);
    await context.close();
  });

test("a template is looked at in each language and about an order, and a mistake in one's own is said with its line", async () => {
  const { folder, mailbox } = await room.get("/v1/templates");
  assert.equal(mailbox, true);
  const sku = await room.addProduct({ price: 1250, stock: 7 });
  const placed = await room.order([{ sku, quantity: 2 }], { name: "Theo Template" });
  const { page, context, complaints } = await room.open("/admin/messages/templates", ["orders"]);
  const look = page.getByRole("region", { name: "Preview" });
  await look.locator("[data-subject]", { hasText: "Your order 1042 at" }).waitFor();
  const letter = page.frameLocator("iframe[title='Preview']");
  await letter.getByText("Hello Ann Example,").waitFor();
  await look.getByLabel("Order number").fill(String(placed.number));
  await letter.getByText("Hello Theo Template,").waitFor();
  await letter.getByText("25.00").first().waitFor();
  await look.getByRole("button", { name: "plain text" }).click();
  await look.getByText("Hello Theo Template,").waitFor();
  await look.getByLabel("Order number").fill("999999");
  await look.getByText("There is no such order.").waitFor();
  await look.getByLabel("Order number").fill("");

  await page.locator("[data-template='order-shipped'] a").focus();
  await page.keyboard.press("Enter");
  await look.locator("[data-subject]", { hasText: "Your order 1042 is on its way" }).waitFor();
  await page.getByRole("button", { name: "German" }).click();
  await look.locator("[data-subject]", { hasText: "1042" }).waitFor();
  assert.deepEqual(await audit(page), []);

  mkdirSync(join(folder, "de"), { recursive: true });
  const file = join(folder, "de", "order-shipped.txt");
  writeFileSync(file, "Subject: Los geht's, {{customer.name}}\n\nHallo\n{{#order}}\n");
  await look.locator("[data-subject]", { hasText: "Los geht's, Ann Example" }).waitFor({ timeout: 15_000 });
  await look.getByText("plain text, line 4").waitFor();
  await page.locator("[data-template='order-shipped']").getByText("1 mistake").waitFor();
  writeFileSync(file, "Subject: Los\n\nHallo {{customer.name}}!\n<script>alert(1)</script>");
  await look.getByText("plain text, line 4").waitFor({ state: "detached", timeout: 15_000 });
  await page.locator("[data-template='order-shipped']").getByText("your own subject, plain text").waitFor();
  writeFileSync(
    join(folder, "de", "order-shipped.html"),
    "<h1>Hi {{customer.name}}</h1><script>document.body.textContent = 'ran'</script>",
  );
  await look.getByRole("button", { name: "HTML" }).click();
  await letter.getByRole("heading", { name: "Hi Ann Example" }).waitFor({ timeout: 15_000 });
  assert.ok(
    complaints.every((one) => one.includes("sandbox")),
    complaints.join(),
  );
  await context.close();
});

for (const [locale, colorScheme, width] of [
  ["en", "dark", 320],
  ["ar", "light", 390],
  ["de-DE", "light", 1440],
])
  test(`nothing is wrong with templates at ${width} in ${locale}, ${colorScheme}`, async () => {
    const { page, context } = await room.open("/admin/messages", admin, undefined, {
      locale,
      colorScheme,
      viewport: { width, height: 900 },
    });
    await page.goto(`${room.url}/admin/messages/templates`);
    await settled(page);
    assert.deepEqual(await audit(page), []);
    assert.ok((await page.evaluate(() => document.documentElement.scrollWidth - innerWidth)) <= 0, "too wide");
    await context.close();
  });
