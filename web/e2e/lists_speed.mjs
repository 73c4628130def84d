// How fast the admin's lists and searches are over 50,000 products and 100,000 orders, which come in by the import of files:
// `node e2e/lists_speed.mjs [orders] [products]`. On a SQLite file of its own, or on the database at LISTS_DB (postgres://…, empty). Prints for each
// question the median and the slowest of five answers in milliseconds, and fails where a median is above 300.
import { createHash, randomUUID } from "node:crypto";
import { startKassa } from "./kassa.mjs";

const ORDERS = Number(process.argv[2] ?? 100_000);
const PRODUCTS = Number(process.argv[3] ?? 50_000);
const ALLOWED_MS = 300;
const ROUNDS = 5;
const AT_ONCE = 500;
const DAY_MS = 86_400_000;
const NAMES = [
  "Ada",
  "Björn",
  "Chloé",
  "Dmitri",
  "Élodie",
  "Fatima",
  "Georg",
  "Hana",
  "İpek",
  "Jörg",
  "Karla",
  "Léa",
  "Mia",
  "Noor",
  "Özlem",
  "Paul",
];
const SURNAMES = [
  "Abadi",
  "Brandt",
  "Çelik",
  "Dupont",
  "Eriksen",
  "Fischer",
  "Grün",
  "Haas",
  "Ito",
  "Jansen",
  "Krüger",
  "Lopez",
  "Müller",
  "Novák",
  "Yılmaz",
];

const url = process.env.LISTS_DB;
const kassa = await startKassa({ env: { RUST_LOG: "warn", ...(url && { KASSA_DATABASE__URL: url }) } });
try {
  await bring("products", PRODUCTS, product);
  await bring("orders", ORDERS, order);
  await quiet();
  const slow = await measure();
  if (slow.length) {
    console.error(`above ${ALLOWED_MS} ms: ${slow.join(", ")}`);
    process.exitCode = 1;
  }
} finally {
  await kassa.remove();
}

/** A choice that is the same in every run. */
function dice(number, below) {
  let mixed = Math.imul(number ^ 0x9e3779b9, 0x85ebca6b);
  mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35);
  return ((mixed ^ (mixed >>> 16)) >>> 0) % below;
}

function skuOf(number) {
  return `sku-${String(number).padStart(6, "0")}`;
}

function product(number) {
  const price = { amount_minor: 100 + dice(number, 20_000), currency: "EUR" };
  const on_hand = dice(number + 7, 40);
  const names = ["Mug", "Shirt", "Lamp", "Chair", "Poster", "Bowl", "Rug", "Clock"];
  const variants = [{ sku: skuOf(number), price, on_hand, low_stock_at: 5, barcode: String(4_000_000_000_000 + number) }];
  return { name: `${names[dice(number, names.length)]} ${number}`, category: `Category ${dice(number + 3, 40)}`, variants };
}

/** One in five has a name and no address; a third is to be packed, a third unpaid. */
function order(number) {
  const name = `${NAMES[dice(number, NAMES.length)]} ${SURNAMES[dice(number + 1, SURNAMES.length)]}`;
  const person = dice(number + 2, (ORDERS * 3) / 5);
  const placed = Date.now() - 400 * DAY_MS + Math.floor((number / ORDERS) * 390 * DAY_MS);
  const at = (minutes) => new Date(placed + minutes * 60_000).toISOString();
  // The first few products are in many orders.
  const sku = () => skuOf(dice(number + 11, 3) === 0 ? dice(number + 12, 5) : dice(number + 13, PRODUCTS));
  const line = (quantity) => ({ sku: sku(), name: "Thing", quantity, unit_price_minor: 100 + dice(number, 9_000) });
  const history = [{ kind: "confirmed", at: at(0), lines: [line(1 + dice(number, 3))] }];
  if (dice(number + 21, 3) > 0) history.push({ kind: "paid", at: at(10), reference: `bank ${number}` });
  if (dice(number + 22, 3) > 0) history.push({ kind: "fulfilled", at: at(900) });
  else if (dice(number + 23, 10) === 0) history.push({ kind: "cancelled", at: at(900) });
  const customer = dice(number + 24, 5) === 0 ? { name } : { name, email: `buyer-${person}@shop.test` };
  const shipping_address = { name, line1: `Street ${number}`, city: "Berlin", postal_code: "10115", country: "DE" };
  return { id: randomUUID(), reference: `old:${number}`, currency: "EUR", owed: true, customer, shipping_address, history };
}

async function ask(path, body) {
  const answer = await fetch(kassa.url + path, {
    method: body ? "POST" : "GET",
    headers: body && { "content-type": "application/json" },
    body: body && JSON.stringify(body),
  });
  const text = await answer.text();
  if (!answer.ok) throw new Error(`${path}: ${answer.status} ${text.slice(0, 500)}`);
  return text && JSON.parse(text);
}

/** Brings `count` things in as a file of so many lines. */
async function bring(kind, count, of) {
  const began = Date.now();
  const file = createHash("sha256").update(`${kind} ${count} ${randomUUID()}`).digest("hex");
  const { id } = await ask("/v1/admin/imports", { kind, file, name: `${kind}.jsonl` });
  for (let from = 0; from < count; from += AT_ONCE) {
    const to = Math.min(from + AT_ONCE, count);
    const lines = Array.from({ length: to - from }, (_, index) => ({ line: from + index + 1, item: of(from + index) }));
    await ask(`/v1/admin/imports/${id}`, { from, to, lines, finished: to === count });
  }
  const { refused } = await ask(`/v1/admin/imports/${id}`);
  if (refused)
    throw new Error(`${refused} ${kind} were refused: ${JSON.stringify(await ask(`/v1/admin/imports/${id}/refused`)).slice(0, 500)}`);
  console.log(`${count} ${kind} in ${Math.round((Date.now() - began) / 1000)} s`);
}

/** Until nothing waits for the log: what is measured is not what works in the background. */
async function quiet() {
  for (let rounds = 0; rounds < 600; rounds++) {
    if ((await ask("/v1/admin/status")).unpublished === 0) return;
    await new Promise((later) => setTimeout(later, 1000));
  }
}

async function measure() {
  const first = await ask("/v1/orders?limit=50");
  const one = first.results[0];
  const deep = `cursor=${one.number - Math.floor(ORDERS / 2)}`;
  const questions = [
    "/v1/orders?limit=50&total=true",
    `/v1/orders?limit=50&${deep}`,
    "/v1/orders?limit=200",
    "/v1/orders?limit=50&total=true&status=confirmed",
    "/v1/orders?limit=50&total=true&status=cancelled",
    "/v1/orders?limit=50&total=true&status=failed",
    "/v1/orders?limit=50&total=true&payment_status=unpaid",
    "/v1/orders?limit=50&total=true&payment_status=refunded",
    "/v1/orders?limit=50&total=true&fulfilment_status=unfulfilled",
    "/v1/orders?limit=50&total=true&fulfilment_status=partial",
    "/v1/orders?limit=50&total=true&fulfilment_status=fulfilled",
    "/v1/orders?limit=50&total=true&payment_status=paid&fulfilment_status=unfulfilled",
    "/v1/orders?limit=50&total=true&from=2020-01-01&to=2020-12-31",
    `/v1/orders?limit=50&q=${one.number}`,
    "/v1/orders?limit=50&q=old:77",
    "/v1/orders?limit=50&q=a",
    "/v1/orders?limit=50&q=kr%C3%BCger",
    "/v1/orders?limit=50&q=buyer-777@",
    "/v1/orders?limit=50&q=nobody-at-all",
    "/v1/orders?limit=50&q=krueger&status=cancelled",
    "/v1/orders?limit=50&q=kr%C3%BCger&status=cancelled",
    `/v1/orders?limit=50&q=${skuOf(2)}`,
    `/v1/orders?limit=50&q=${skuOf(PRODUCTS - 1)}`,
    "/v1/orders?limit=50&q=nobody-at-all&total=true",
    "/v1/orders?limit=50&customer=buyer-777@shop.test",
    "/v1/orders?limit=50&updated_since=2020-01-01",
    "/v1/customers?limit=50",
    "/v1/customers?limit=50&q=a",
    "/v1/customers?limit=50&q=buyer-777",
    "/v1/customers?limit=50&q=nobody-at-all",
    "/v1/inventory?limit=100&archived=false&total=true",
    "/v1/inventory?limit=100&archived=false&low=true&total=true",
    "/v1/inventory?limit=100&archived=true&total=true",
    `/v1/inventory/${skuOf(2)}/ledger?limit=50`,
    "/v1/products?q=mug&limit=20",
    "/v1/products?q=nobody&limit=20",
    "/v1/products?limit=50&total=true",
    `/v1/orders/${one.id}/timeline`,
    "/v1/deliveries?limit=50",
    "/v1/admin/changes?limit=50",
    "/v1/order-views",
    "/v1/inventory?barcode=4000000000777",
  ];
  const slow = [];
  for (const question of questions) {
    const took = [];
    let results;
    for (let round = 0; round < ROUNDS; round++) {
      const began = performance.now();
      const answer = await ask(question);
      took.push(performance.now() - began);
      results = answer.results?.length ?? answer.entries?.length;
    }
    took.sort((a, b) => a - b);
    const [median, worst] = [took[ROUNDS >> 1], took.at(-1)].map((ms) => ms.toFixed(1).padStart(8));
    console.log(`${median} ${worst}  ${String(results).padStart(4)}  ${question}`);
    if (took[ROUNDS >> 1] > ALLOWED_MS) slow.push(question);
  }
  return slow;
}
