// The dashboard says in words whether totals of days from before are in its figures, in each language.
import assert from "node:assert/strict";
import { test } from "node:test";
import { audit } from "./axe.mjs";
import { openPage, settled, standIn } from "./page.mjs";

const world = standIn();
const IMPORTED = { included: true, days: ["2024-05-01", "2024-05-31"], metrics: ["visitors"], note: "" };
const FILTERED = "source=Google";

async function said(locale, search, sentence) {
  const { page, context, complaints } = await openPage(world.browser, `${world.mock.url}/dashboard?${search}`, { locale });
  await settled(page);
  await page.getByText(sentence).waitFor();
  assert.deepEqual(await audit(page), []);
  assert.deepEqual(complaints, []);
  await context.close();
}

test("imported totals are told of, and why they are left out", async () => {
  world.mock.set({ imported: IMPORTED });
  for (const [locale, added, leftOut] of [
    ["en-GB", "imported daily totals; visitors of several days", "imported daily totals are left out: they know no filters"],
    ["de-DE", "importierte Tagessummen; Besucher mehrerer Tage", "importierte Tagessummen fehlen hier: sie kennen keine Filter"],
    ["ar", "مجاميع يومية مستوردة", "لا تعرف أي تصفية"],
  ]) {
    await said(locale, "period=28d", added);
    await said(locale, `period=28d&${FILTERED}`, leftOut);
  }
});

test("where there are none, nothing is said of them", async () => {
  world.mock.set({ imported: undefined });
  const { page, context } = await openPage(world.browser, `${world.mock.url}/dashboard?period=28d`);
  await settled(page);
  assert.equal(await page.getByText("imported daily totals").count(), 0);
  await context.close();
});
