import { expect, test } from "vitest";
import { rate, sellsOut } from "../src/admin/stock/forecast";
import { createNumbers } from "../src/design/numbers";
import { admin as ar } from "../src/texts/ar.admin";
import { ar as arTexts } from "../src/texts/ar";
import { admin as de } from "../src/texts/de.admin";
import { de as deTexts } from "../src/texts/de";
import { admin as en } from "../src/texts/en.admin";
import { en as enTexts } from "../src/texts/en";

const LANGUAGES = { en: en.stock, de: de.stock, ar: ar.stock };
const NUMBERS = { en: createNumbers("en-GB", enTexts), de: createNumbers("de", deTexts), ar: createNumbers("ar", arTexts) };

// A Monday.
const now = new Date("2026-11-30T10:00:00Z");

test.each<[string, string, keyof typeof LANGUAGES, string]>([
  ["2026-11-30T15:00:00Z", "Europe/Berlin", "en", "sells out today 16:00 at this rate"],
  ["2026-12-04T15:00:00Z", "Europe/Berlin", "en", "sells out Friday 16:00 at this rate"],
  ["2026-12-04T15:00:00Z", "Europe/Berlin", "de", "bei diesem Tempo Freitag um 16:00 ausverkauft"],
  ["2026-12-04T15:00:00Z", "Europe/Berlin", "ar", "ينفد الجمعة 16:00 بهذا المعدل"],
  // A minute before and after the midnight of the shop, whatever the day is elsewhere.
  ["2026-11-30T22:59:00Z", "Europe/Berlin", "en", "sells out today 23:59 at this rate"],
  ["2026-11-30T23:00:00Z", "Europe/Berlin", "en", "sells out Tuesday 00:00 at this rate"],
  ["2026-11-30T23:00:00Z", "UTC", "en", "sells out today 23:00 at this rate"],
  ["2026-11-30T11:00:00Z", "Pacific/Auckland", "de", "bei diesem Tempo Dienstag um 00:00 ausverkauft"],
  // The seventh day has the same name as today.
  ["2026-12-06T23:59:00Z", "UTC", "en", "sells out Sunday 23:59 at this rate"],
  ["2026-12-07T00:00:00Z", "UTC", "en", "sells out on 7 Dec 2026 at this rate"],
  ["2027-01-07T00:00:00Z", "UTC", "de", "bei diesem Tempo am 7. Jan. 2027 ausverkauft"],
  ["2027-11-30T00:00:00Z", "UTC", "en", "sells out on 30 Nov 2027 at this rate"],
  ["2027-12-01T00:00:00Z", "UTC", "en", "lasts for over a year at this rate"],
  ["2027-01-07T00:00:00Z", "UTC", "ar", "ينفد في 7 يناير 2027 بهذا المعدل"],
])("%s in %s, in %s: %s", (sold_out_at, zone, language, words) => {
  const locale = NUMBERS[language].locale;
  expect(sellsOut(sold_out_at, LANGUAGES[language], locale, zone, now)).toBe(words);
});

test.each<[number, number, keyof typeof LANGUAGES, string]>([
  [12, 14, "en", "12 a day over the last 14 days"],
  [1.5, 28, "en", "1.5 a day over the last 28 days"],
  [3, 1, "en", "3 a day over the last day"],
  [0, 28, "en", "< 0.1 a day over the last 28 days"],
  [1.5, 28, "de", "1,5 am Tag in den letzten 28 Tagen"],
  [3, 1, "de", "3 am letzten Tag"],
  [12, 2, "ar", "12 في اليوم خلال اليومين الأخيرين"],
  [12, 7, "ar", "12 في اليوم خلال آخر 7 أيام"],
  [12, 28, "ar", "12 في اليوم خلال آخر 28 يومًا"],
])("%d a day in %d days, in %s: %s", (units_per_day, days, language, words) => {
  const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
  expect(rate({ units_per_day, days }, LANGUAGES[language], NUMBERS[language], zone)).toBe(words);
  // Who reads it elsewhere is told whose clock it is.
  const other = zone === "Pacific/Auckland" ? "Europe/Berlin" : "Pacific/Auckland";
  expect(rate({ units_per_day, days }, LANGUAGES[language], NUMBERS[language], other)).toBe(`${words} · ${other}`);
});
