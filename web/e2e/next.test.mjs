// The React provider in Next's app router: a small site is built with it, and visited.
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
let shop;
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
  shop?.closeAllConnections();
  shop?.close();
  await kassa?.remove();
  for (const made of [".next", "out"]) rmSync(join(FOLDER, made), { recursive: true, force: true });
});

/** Serves what Next has written; what goes to `/__to__/track` is passed on to `to`. */
async function serve(to) {
  shop = createServer(async (request, response) => {
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
  await new Promise((ready) => shop.listen(0, "127.0.0.1", ready));
  return `http://127.0.0.1:${shop.address().port}`;
}

test("in Next's app router each page counts once, and its components report", async () => {
  const site = freshSite("next");
  const url = await serve(`${kassa.url}/track?writeKey=${site}`);
  const page = await browser.newPage();
  const complaints = [];
  page.on("pageerror", (error) => complaints.push(String(error)));
  await page.goto(url);
  await page.locator("#buy").click();
  await page.locator("#second").click();
  await page.locator("#text").click();
  const list = await until(() => get(kassa.url, "/events", { site_id: site }), (all) => all.some((event) => event.full_event_data.dom_info?.id === "text"));
  assert.deepEqual(
    list.reverse().map((event) => [event.event_type, event.component_name, event.page_path]),
    [
      ["PAGE_VIEW", null, "/"],
      ["CLICK", "BuyButton", "/"],
      ["BOUGHT", null, "/"],
      ["CLICK", null, "/"],
      ["PAGE_VIEW", null, "/second"],
      ["CLICK", null, "/second"],
    ],
  );
  assert.deepEqual(complaints, []);
});
