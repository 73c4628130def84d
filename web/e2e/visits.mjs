// What the tracker's tests do with their browser, their server and their fixture.
import assert from "node:assert/strict";
import { events, until } from "./kassa.mjs";

/** The events of this name. */
export const named = (list, name) => list.filter((event) => event.name === name);

/** The pages that were viewed, in the order of receipt. */
export const views = (list) => named(list, "page_view").map((event) => event.page);

/** `world` has `browser`, `kassa` and `fixture` from when the tests begin. */
export function visitsOf(world) {
  let ends = 0;

  const addressOf = (path, site, more = {}) =>
    `${world.fixture.url}${path}?${new URLSearchParams({ from: world.kassa.url, key: site, ...more })}`;

  /** The site's events, bots' too, from when `enough` says so. */
  const rows = (site, enough, base = world.kassa.url) => until(() => events(base, site, { include_bots: "true" }), enough);

  /** A page of the fixture on which the tracker has started. */
  async function open(path, site, { context, query, init, referer } = {}) {
    context ??= await world.browser.newContext();
    if (init) await context.addInitScript(init);
    const page = await context.newPage();
    await page.goto(addressOf(path, site, query), { referer });
    await page.waitForFunction(() => window.kassa?.track);
    return { context, page };
  }

  /** Records a last event, so that all that came before it is known to be there, and gives what came before. */
  async function finish(page, site) {
    const end = `The End ${++ends}`;
    await page.evaluate((name) => window.kassa.track(name), end);
    const list = await rows(site, (all) => named(all, end).length >= 1);
    assert.equal(named(list, end).length, 1);
    return list.filter((event) => event.name !== end);
  }

  return { addressOf, rows, open, finish };
}
