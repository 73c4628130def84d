/** Arabic: the list of stock, what is done with a SKU, and its ledger. */
import type { StockTexts } from "./en.admin.stock";

export const stock: StockTexts = {
  search: "البحث عن منتجات",
  searchHint: "اسم أو SKU…",
  lowOnly: "القليل وحده",
  count: (count, text) => (count === 1 ? "SKU واحد" : `${text} SKU`),
  none: "لا مخزون بعد.",
  noneWhy: "تظهر هنا المنتجات التي يُعدّ مخزونها.",
  noMatchWhy: "كلمة من اسم المنتج أو SKU تجده.",
  state: "الحال",
  states: { soldOut: "نفد", low: "قليل" },
  forecast: "التوقع",
  sellsOut: {
    today: (time) => `ينفد اليوم ${time} بهذا المعدل`,
    soon: (weekday, time) => `ينفد ${weekday} ${time} بهذا المعدل`,
    later: (date) => `ينفد في ${date} بهذا المعدل`,
  },
  rate: (perDay, days, text) =>
    `${perDay} في اليوم خلال ${days === 1 ? "اليوم الأخير" : days === 2 ? "اليومين الأخيرين" : `آخر ${text} ${days <= 10 ? "أيام" : "يومًا"}`}`,
  onHand: "الموجود",
  reserved: "المحجوز",
  available: "المتاح",
  lowAt: "قليل من",
  gone: "لا يُعدّ شيء تحت هذا الـ SKU.",
  change: "ما العمل",
  ways: { receive: "استلام", adjust: "تصحيح", low: "قليل من" },
  units: { receive: "الوحدات التي وصلت", adjust: "أكثر (5) أو أقل (-5)" },
  reason: "السبب إن كان هناك ما يقال",
  reasonMust: "السبب",
  then: (now, then) => `الموجود ${now} ← ${then}`,
  go: { receive: "استلام", adjust: "تصحيح", low: "حفظ" },
  done: { receive: "صار على الرف.", adjust: "صُحّحت الدفاتر.", low: "سُجّل." },
  ledger: "دفتر المخزون",
  toOrder: "إلى الطلب",
  kinds: {
    receive: "وصل",
    adjust: "صُحّح",
    deduct: "بيع",
    release: "أعاده طلب",
    return: "عاد",
  },
};
