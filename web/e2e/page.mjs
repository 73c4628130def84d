// How the pages' tests begin: a browser and the stand-in server, and a page in a context of its own.
import { after, before } from "node:test";
import { launchBrowser } from "./browser.mjs";
import { startMock } from "./mock.mjs";

/** Whoever looks at the page from the machine itself. */
export const OPEN = { mode: "open", signed_in: true, caller: "open", scopes: ["admin"] };

/** `browser` and `mock` for the tests of a file, from when they begin until they end. */
export function standIn() {
  const world = {};
  before(async () => {
    world.browser = await launchBrowser();
    world.mock = await startMock();
  });
  after(async () => {
    await world.browser?.close();
    await world.mock?.stop();
  });
  return world;
}

/** Opens a page; `complaints` are what the browser's console and policy said. */
export async function openPage(browser, url, options = {}) {
  const context = await browser.newContext(options);
  const page = await context.newPage();
  const complaints = [];
  page.on("console", (message) => message.type() === "error" && complaints.push(message.text()));
  page.on("pageerror", (error) => complaints.push(String(error)));
  await page.goto(url);
  return { page, context, complaints };
}

/** Waits until the page has what is in it, every first answer is there and nothing moves. */
export async function settled(page) {
  await page.locator("main > *").first().waitFor();
  await page.waitForFunction(() => !document.body.classList.contains("loading") && !document.querySelector(".skeleton"));
  await page.evaluate(() => Promise.allSettled(document.getAnimations().map((animation) => animation.finished)));
}

/** Pastes a text where the focus is. */
export const pasteText = (page, text) =>
  page.evaluate((pasted) => {
    const data = new DataTransfer();
    data.setData("text/plain", pasted);
    document.activeElement.dispatchEvent(new ClipboardEvent("paste", { clipboardData: data, bubbles: true, cancelable: true }));
  }, text);
