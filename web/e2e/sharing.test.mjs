// What is kept, over a real server: goals, segments, rules, alerts and notes from the form to the number, and share links as whoever gets one sees them.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { launchBrowser } from "./browser.mjs";
import { freshSite, get, query, until, useKassa } from "./kassa.mjs";
import { openPage, settled } from "./page.mjs";

const PASSWORD = "right-horse-7";

let browser;
let kassa;
before(async () => {
  browser = await launchBrowser();
  kassa = await useKassa();
});
after(async () => {
  await browser?.close();
  await kassa?.remove();
});

/** A site with two visitors from each of two sources on `/p/a`, `/p/b` and `/staff`, one of whom signs up. */
async function visited() {
  const site = freshSite("sharing");
  const batch = ["google.com", "bing.com"].flatMap((host) =>
    ["one", "two"].flatMap((who) => {
      const anonymousId = `${who}@${host}`;
      const page = (path) => ({
        type: "page",
        anonymousId,
        context: { page: { path, referrer: `https://www.${host}/` } },
        properties: { path, referrer: `https://www.${host}/` },
      });
      const pages = ["/p/a", "/p/b", "/staff"].map(page);
      return host === "google.com" && who === "one" ? [...pages, { ...page("/p/b"), type: "track", event: "Signup" }] : pages;
    }),
  );
  const answer = await fetch(`${kassa.url}/v1/batch`, {
    method: "POST",
    headers: { authorization: `Basic ${btoa(`${site}:`)}`, "content-type": "application/json" },
    body: JSON.stringify({ batch }),
  });
  assert.equal(answer.status, 200);
  const ask = { site_id: site, date_range: "day", metrics: ["events"] };
  await until(
    () => query(kassa.url, ask),
    (rows) => rows[0]?.metrics[0] === batch.length,
  );
  return site;
}

async function open(path, options) {
  const opened = await openPage(browser, path.startsWith("http") ? path : kassa.url + path, options);
  await settled(opened.page);
  return opened;
}

const keptPage = (site, more = "") => open(`/dashboard?site=${site}&view=kept${more}`);
const region = (page, name) => page.getByRole("region", { name, exact: true });
const figure = (page, metric) => page.locator(`[data-metric="${metric}"]`).innerText();
const names = (page, panel) => region(page, panel).locator(".row .row-name").allInnerTexts();

/** Makes a share link of what is filled in, and gives its address. */
async function share(page, name, fill = async () => {}) {
  const shares = region(page, "Share links");
  await shares.getByLabel("Name").fill(name);
  await fill(shares);
  await shares.getByRole("button", { name: "Add" }).click();
  await shares.getByRole("listitem").filter({ hasText: name }).waitFor();
  return shares.locator(".snippet code").innerText();
}

test("a goal is made, counted, filtered by, and its visitors are listed", async () => {
  const site = await visited();
  const { page, context, complaints } = await keptPage(site);
  const goals = region(page, "Goals");
  await goals.getByLabel("Name").fill("<b>=Signed up");
  await goals.getByLabel("Event").fill("Signup");
  await goals.getByRole("button", { name: "Add" }).click();
  await goals.getByText("Event is Signup").waitFor();
  assert.equal(await goals.getByLabel("Name").inputValue(), "", "what was added cannot be added twice by a second click");
  await page.goto(`${kassa.url}/dashboard?site=${site}&tab.events=goal`);
  await settled(page);
  const row = page.locator(".row[data-name='<b>=Signed up']");
  assert.deepEqual(await row.locator("td.num").allInnerTexts(), ["1", "25.0%"]);
  for (const column of [0, 1]) {
    await row.locator(".behind").nth(column).click();
    const sheet = page.getByRole("dialog", { name: /<b>=Signed up/ });
    await sheet.getByRole("cell", { name: "Signup" }).waitFor();
    assert.equal(await sheet.locator("tbody tr").count(), 1);
    await page.keyboard.press("Escape");
    await sheet.waitFor({ state: "detached" });
  }
  await row.locator("button.row-name").click();
  await page.locator('[data-metric="visitors"]').filter({ hasText: /^1$/ }).waitFor();
  assert.deepEqual(complaints, []);
  await context.close();
});

test("a link shows its site to whoever has it, and nothing once it is taken back", async () => {
  const site = await visited();
  const owner = await keptPage(site);
  const link = await share(owner.page, "Press");
  const guest = await open(link);
  assert.equal(await figure(guest.page, "visitors"), "4");
  assert.deepEqual(await names(guest.page, "Sources"), ["Bing", "Google"]);
  assert.equal(await guest.page.locator("h1").innerText(), site);
  assert.equal(await region(guest.page, "Today").count(), 0);
  // No address makes it ask for more.
  for (const more of ["?site=default&view=kept", "?open=rows&v.metric=visitors", "?view=stream&metric=orders"]) {
    await guest.page.goto(link + more);
    await settled(guest.page);
    assert.equal(await figure(guest.page, "visitors"), "4", more);
    assert.equal(await guest.page.getByRole("dialog").count(), 0, more);
  }
  await guest.page.keyboard.press("Control+k");
  const said = await guest.page.getByRole("dialog").getByRole("option").allInnerTexts();
  assert.equal(said.filter((text) => /Shop|What each number means|Alerts|Goals, links/.test(text)).length, 0);
  await guest.page.keyboard.press("Escape");
  assert.deepEqual(guest.complaints, []);
  await region(owner.page, "Share links").getByRole("button", { name: "Remove Press" }).click();
  await owner.page.getByText("Nothing is shared.").waitFor();
  await guest.page.goto(link);
  await guest.page.getByText("This link leads nowhere any more.").waitFor();
  assert.deepEqual(owner.complaints, []);
  await Promise.all([owner.context.close(), guest.context.close()]);
});

test("a link with a segment, a password and no money shows that and no more", async () => {
  const site = await visited();
  const owner = await keptPage(site, "&source=Google");
  const segments = region(owner.page, "Segments");
  await segments.getByLabel("Name").fill("From Google");
  await segments.getByRole("button", { name: "Add" }).click();
  await segments.getByText("Source is Google").waitFor();
  const link = await share(owner.page, "Agency", async (shares) => {
    await shares.getByRole("combobox").selectOption({ label: "From Google" });
    await shares.getByLabel("Password (optional)").fill(PASSWORD);
    await shares.getByLabel("Until").fill("2099-12-31");
    await shares.getByText("What it shows").click();
    await shares.getByLabel("Money").uncheck();
    await shares.getByLabel("Live").uncheck();
  });
  const line = await region(owner.page, "Share links").getByRole("listitem").innerText();
  assert.match(line, /From Google · Pages, Sources, Countries.* · Until Dec 31, 2099/);
  const guest = await openPage(browser, `${link}?metric=revenue`);
  const password = guest.page.locator("input[type=password]");
  await password.fill("wrong");
  await guest.page.keyboard.press("Enter");
  await guest.page.getByRole("alert").filter({ hasText: "This is not the password." }).waitFor();
  assert.match(guest.complaints.pop(), /401/, "the browser itself says so");
  await password.fill(PASSWORD);
  await guest.page.keyboard.press("Enter");
  await guest.page.locator('[data-metric="visitors"]').filter({ hasText: "2" }).waitFor();
  await settled(guest.page);
  assert.deepEqual(await names(guest.page, "Sources"), ["Google"]);
  assert.equal(await guest.page.locator('[data-metric="revenue"]').count(), 0);
  assert.equal(await guest.page.locator(".live").count(), 0, "nothing connects for ever");
  assert.deepEqual(guest.complaints, []);
  await guest.page.reload();
  await password.waitFor();
  await Promise.all([owner.context.close(), guest.context.close()]);
});

test("a link ends by itself when its time is over", async () => {
  const site = await visited();
  const owner = await keptPage(site);
  const link = await share(owner.page, "Week");
  const guest = await open(link);
  const [{ id, version }] = (await get(kassa.url, "/v1/shares", { site_id: site })).results;
  const answer = await fetch(`${kassa.url}/v1/shares/${id}`, {
    method: "PUT",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ name: "Week", segment: null, panels: null, expires_at: new Date(Date.now() + 1000), version }),
  });
  assert.equal(answer.status, 200);
  await until(
    async () => {
      await guest.page.reload();
      await guest.page.locator("main > *").first().waitFor();
      return guest.page.locator("main").innerText();
    },
    (said) => said.includes("This link leads nowhere any more."),
  );
  await Promise.all([owner.context.close(), guest.context.close()]);
});

test("a server that does not answer is not a link that is gone", async () => {
  const { page, context } = await openPage(browser, "about:blank");
  await page.route("**/v1/session", (route) => route.abort());
  await page.goto(`${kassa.url}/share/kl_${"0".repeat(64)}`);
  await page.getByText("The server does not answer.").waitFor();
  await page.unroute("**/v1/session");
  await page.getByRole("button", { name: "Try again" }).click();
  await page.getByText("This link leads nowhere any more.").waitFor();
  // What is no link at all shows nothing of whoever is logged in.
  await page.goto(`${kassa.url}/share/%3Cscript%3E`);
  await page.getByText("This link leads nowhere any more.").waitFor();
  await context.close();
});

test("rules say beforehand what they do, hold for all that is stored, and are taken back", async () => {
  const site = await visited();
  const { page, context, complaints } = await keptPage(site);
  const rules = region(page, "Rules");
  const add = async (kind, text, said) => {
    await rules.getByRole("combobox", { name: "Rules" }).selectOption(kind);
    await rules.getByRole(kind === "path" ? "textbox" : "combobox", { name: kind === "path" ? "/order/:id" : "Page" }).fill(text);
    await rules.getByRole("button", { name: "Preview" }).click();
    await rules.getByText(said, { exact: true }).waitFor();
    await rules.getByRole("button", { name: "Add" }).click();
    await rules.getByRole("button", { name: `Remove ${text}` }).waitFor();
  };
  const other = await open(`/dashboard?site=${site}`);
  const rows = () => region(other.page, "Pages").locator(".row").allInnerTexts();
  const before = await rows();
  assert.equal(before.length, 3);
  await add("path", "/p/:name", "Pages that become /p/:name: 2.");
  await add("exclude", "/staff", "Visits 0%, orders 0.");
  await other.page.reload();
  await settled(other.page);
  assert.deepEqual(await names(other.page, "Pages"), ["/p/:name"]);
  for (const text of ["/p/:name", "/staff"]) await rules.getByRole("button", { name: `Remove ${text}` }).click();
  await rules.getByText("No rules yet.").waitFor();
  await other.page.reload();
  await settled(other.page);
  assert.deepEqual(await rows(), before);
  assert.deepEqual([...complaints, ...other.complaints], []);
  await Promise.all([context.close(), other.context.close()]);
});

test("an alert of every window is tried on the past and kept", async () => {
  const site = await visited();
  const { page, context, complaints } = await open(`/dashboard?site=${site}&view=alerts`);
  const form = region(page, "New alert");
  const minutes = form.getByLabel("minutes");
  for (const window of await minutes.locator("option").allInnerTexts()) {
    await minutes.selectOption(window);
    await form.getByRole("button", { name: "Try on the last 30 days" }).click();
    await form.getByText(/It would have fired/).waitFor();
  }
  await form.getByRole("button", { name: "Save" }).click();
  await page.getByText("Orders below 50.0% of the usual of 4 weeks · 60 minutes").waitFor();
  await page.getByRole("button", { name: /^Remove/ }).click();
  await page.getByText("No alerts yet.").waitFor();
  assert.deepEqual(complaints, []);
  await context.close();
});

test("a note is in the chart as it was written", async () => {
  const site = await visited();
  const { page, context } = await open(`/dashboard?site=${site}&period=7d`);
  await page.locator(".plot").focus();
  await page.keyboard.press("End");
  await page.keyboard.press("n");
  const text = '<img src=x onerror="alert(1)">';
  await page.getByRole("textbox", { name: "What happened" }).fill(text);
  await page.keyboard.press("Enter");
  await page.getByRole("dialog").waitFor({ state: "detached" });
  await page.locator(".plot").focus();
  await page.keyboard.press("End");
  await page.locator(".tip", { hasText: text }).waitFor();
  assert.equal(await page.locator("img").count(), 0);
  await context.close();
});
