// The React provider in Next's app router: a small shop, written as those of system B's package are, is built with it and visited.
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { readFileSync, rmSync } from "node:fs";
import { createServer } from "node:http";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { launchBrowser } from "./browser.mjs";
import { freshSite, get, until, useKassa } from "./kassa.mjs";

const FOLDER = join(import.meta.dirname, "next");
const TYPES = { html: "text/html", js: "text/javascript", css: "text/css", txt: "text/x-component" };

let browser;
let kassa;
const shops = [];
before(async () => {
  const built = spawnSync(process.execPath, [join(import.meta.dirname, "../node_modules/next/dist/bin/next"), "build"], {
    cwd: FOLDER,
    env: { ...process.env, NEXT_TELEMETRY_DISABLED: "1", NODE_ENV: "production" },
    encoding: "utf8",
  });
  assert.equal(built.status, 0, built.stdout + built.stderr);
  browser = await launchBrowser();
  kassa = await useKassa();
});
after(async () => {
  await browser?.close();
  for (const shop of shops) {
    shop.closeAllConnections();
    shop.close();
  }
  await kassa?.remove();
  for (const made of [".next", "out", "next-env.d.ts", "tsconfig.tsbuildinfo"])
    rmSync(join(FOLDER, made), { recursive: true, force: true });
});

/** Serves what Next has written; what goes to `/__to__/track` is passed on to `to`. */
async function serve(to) {
  const shop = createServer(async (request, response) => {
    const { pathname } = new URL(request.url, "http://shop");
    if (pathname === "/__to__/track") {
      const body = Buffer.concat(await request.toArray());
      const answer = await fetch(to, { method: "POST", body, headers: { "user-agent": request.headers["user-agent"] } });
      return response.writeHead(answer.status).end(await answer.text());
    }
    const name = pathname === "/" ? "/index.html" : pathname.includes(".") ? pathname : `${pathname}.html`;
    try {
      const content = readFileSync(join(FOLDER, "out", name));
      response.writeHead(200, { "content-type": TYPES[name.split(".").at(-1)] ?? "application/octet-stream" }).end(content);
    } catch {
      response.writeHead(404).end();
    }
  });
  shops.push(shop);
  await new Promise((ready) => shop.listen(0, "127.0.0.1", ready));
  return `http://127.0.0.1:${shop.address().port}`;
}

/** What B's own answer has of a site, oldest first, from when `enough` says so. */
const events = async (site, enough) => (await until(() => get(kassa.url, "/events", { site_id: site, limit: "100" }), enough)).reverse();

const typed = (type) => (all) => all.some((event) => event.event_type === type);

test("a shop of system B's package works in Next's app router, with only the import changed", async () => {
  const site = freshSite("next");
  const url = await serve(`${kassa.url}/track?writeKey=${site}`);
  const page = await browser.newPage();
  const complaints = [];
  page.on("pageerror", (error) => complaints.push(String(error)));
  await page.goto(url);
  // Until then React has not taken over what the server has rendered.
  await events(site, typed("PAGE_VIEW"));
  await page.locator("#buy").click();
  await page.locator("#docs").click();
  await page.locator("#second").click();
  await page.locator("#text").click();
  const list = await events(site, (all) => all.some((event) => event.full_event_data.dom_info?.id === "text"));
  const known = { userId: "v-1", plan: "gold", page_part: "top" };
  assert.deepEqual(
    list.map((event) => [event.event_type, event.location_type, event.component_name, event.page_path, event.user_metadata]),
    [
      ["PAGE_VIEW", "PAGE", null, "/", {}],
      ["CLICK", "COMPONENT", "BuyButton", "/", {}],
      ["PRESSED", "PAGE", null, "/", {}],
      ["CLICK", "PAGE", null, "/", known],
      ["HELD", "PAGE", null, "/", { ...known, ms: 1 }],
      ["NAV_TO_DOCS", "PAGE", null, "/", {}],
      ["CLICK", "PAGE", null, "/", {}],
      ["CLICK", "PAGE", null, "/", {}],
      ["PAGE_VIEW", "PAGE", null, "/second", {}],
      ["MOUNTED", "PAGE", null, "/second", {}],
      ["CLICK", "PAGE", null, "/second", {}],
    ],
  );
  const pressed = list[2].full_event_data;
  assert.deepEqual([pressed.colour, pressed.page_part, pressed.appName, pressed.appVersion], ["red", "top", "Next shop", "0.1.0"]);
  assert.equal(typeof pressed.sentAt, "number");
  assert.deepEqual(complaints, []);
  await page.close();
});

test("all that the package exports does there what it does in its own documentation", async () => {
  const site = freshSite("console");
  const url = await serve(`${kassa.url}/track?writeKey=${site}`);
  const page = await browser.newPage();
  const complaints = [];
  page.on("pageerror", (error) => complaints.push(String(error)));
  await page.goto(`${url}/second`);
  await events(site, typed("MOUNTED"));
  await page.locator("#all").click();
  await page.locator("#said", { hasText: "1 waited, one tracker, 123" }).waitFor();
  const list = await events(site, typed("LAST"));
  assert.deepEqual(
    list.map((event) => [event.event_type, event.page_path]),
    [
      ["PAGE_VIEW", "/second"],
      ["MOUNTED", "/second"],
      ["CUSTOM", "/second"],
      ["CLICK", "/second"],
      ["CLICK", "/kept"],
      ["LAST", "/second"],
    ],
  );
  const [kept] = list.filter((event) => event.component_name === "Kept");
  assert.equal(kept.event_id, "9b2f4f0e-5a5c-4d43-9a53-0f3f4d1f7a11");
  assert.ok(Date.now() - Date.parse(kept.timestamp) >= 55_000, kept.timestamp);
  assert.deepEqual([kept.user_metadata, kept.full_event_data.dom_info], [{ userId: 123 }, { tag: "BUTTON" }]);
  assert.deepEqual(complaints, []);
  await page.close();
});
