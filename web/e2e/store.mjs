// A shop for the storefront's tests: the real server with goods on its shelves, and what its owner does meanwhile.
import { randomUUID } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { startKassa } from "./kassa.mjs";

const PICTURES = join(import.meta.dirname, "../../crates/app/demo/pictures");
const euros = (amount_minor) => ({ amount_minor, currency: "EUR" });

const SHOP = { name: "Corner Goods", claim: "Things made to be used", colour: "#8a3b12", languages: ["en", "de", "ar"] };

/** By name, each with the one that it is in. */
const CATEGORIES = [["Kitchen"], ["Cups", "Kitchen"], ["Wear"], ["Desk"]];

/** As they are made; `stock` is how many come in, `pictures` are files of the demo's, each with the variant that it shows. */
export const GOODS = [
  { sku: "field-notebook", name: "Field Notebook", category: "Desk", price: 1400, stock: 200, pictures: [["field-notebook"]] },
  { sku: "brass-pen", name: "Brass Pen", category: "Desk", price: 3400, stock: 200, pictures: [["brass-pen"]] },
  { sku: "bread-knife", name: "Bread Knife", category: "Kitchen", price: 3900, stock: 0, pictures: [["bread-knife"]] },
  { sku: "tea-pot", name: "Tea Pot", category: "Kitchen", price: 5200, track_stock: false },
  {
    sku: "stoneware-mug",
    name: "Stoneware Mug",
    category: "Cups",
    price: 1800,
    stock: 500,
    pictures: [["stoneware-mug"], ["stoneware-mug-sage"]],
    description: "Holds a lot of tea.\n\nGoes into the dishwasher.",
  },
  {
    name: "Linen Apron",
    category: "Wear",
    price: 3200,
    options: ["Size", "Colour"],
    variants: [
      { sku: "apron-s-sand", options: ["S", "Sand"], stock: 9 },
      { sku: "apron-m-sand", options: ["M", "Sand"], stock: 200 },
      { sku: "apron-m-indigo", options: ["M", "Indigo"], stock: 4, price: 3600 },
      { sku: "apron-s-indigo", options: ["S", "Indigo"], stock: 0 },
    ],
    pictures: [
      ["linen-apron", "apron-m-sand"],
      ["linen-apron-indigo", "apron-m-indigo"],
    ],
  },
];

/** Starts a server with these goods in it; `env` are further settings. */
export async function openStore({ goods = GOODS, env = {} } = {}) {
  const kassa = await startKassa({ env });
  const store = storeAt(kassa.url);
  await store.put("/v1/storefront", SHOP);
  for (const [name, parent] of CATEGORIES) await store.addCategory(name, parent);
  for (const one of goods) await store.add(one);
  return { ...store, url: kassa.url, close: () => kassa.remove() };
}

/** What the owner of the shop at `base` does by the API. */
export function storeAt(base) {
  const ids = new Map();
  const post = (path, body, headers) => ask(base, "POST", path, body, headers);
  const put = (path, body) => ask(base, "PUT", path, body);
  const patch = (path, body) => ask(base, "PATCH", path, body);
  const read = (path) => ask(base, "GET", path);

  async function addCategory(name, parent) {
    const { id } = await post("/v1/categories", { name, ...(parent && { parent_id: ids.get(parent) }) });
    ids.set(name, id);
  }

  /** Keeps a picture, and says of which product and variant it is. */
  async function addPicture([file, variant_sku = null], alt) {
    const { id } = await post("/v1/assets", readFileSync(join(PICTURES, `${file}.png`)), { "content-type": "image/png" });
    return { id, alt, variant_sku };
  }

  const receive = (sku, quantity) => quantity > 0 && post(`/v1/inventory/${sku}/receive`, { quantity });

  /** Makes a product with its pictures and stock, and gives it as it then is. */
  async function add({ stock, pictures = [], variants = [], price, ...rest }) {
    const images = [];
    for (const one of pictures) images.push(await addPicture(one, `${rest.name}, as drawn`));
    const each = variants.map(({ stock: _, price: own, ...variant }) => ({ ...variant, ...(own && { price: euros(own) }) }));
    const product = await post("/v1/products", {
      ...rest,
      price: euros(price),
      ...(images.length > 0 && { images }),
      ...(each.length > 0 && { variants: each }),
    });
    for (const { sku, stock: count } of [{ sku: rest.sku, stock }, ...variants]) if (sku) await receive(sku, count);
    return product;
  }

  /** Counts the shelf anew. */
  async function setStock(sku, count) {
    const { available } = await read(`/v1/inventory/${sku}`);
    if (count !== available) await post(`/v1/inventory/${sku}/adjust`, { quantity: count - available, reason: "counted" });
  }

  const setPrice = (sku, amount_minor) => patch(`/v1/products/sku:${sku}`, { price: { amount_minor } });

  /** The orders of a customer, with their lines. */
  const ordersOf = async (email) => (await read(`/v1/orders?${new URLSearchParams({ customer: email })}`)).results;

  return { read, post, put, patch, add, addCategory, setStock, setPrice, ordersOf };
}

async function ask(base, method, path, body, headers = {}) {
  const raw = Buffer.isBuffer(body);
  const answer = await fetch(base + path, {
    method,
    headers: { ...(body !== undefined && { "content-type": "application/json" }), ...headers },
    body: raw ? body : JSON.stringify(body),
  });
  const text = await answer.text();
  if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${text}`);
  return text ? JSON.parse(text) : undefined;
}

let buyers = 0;

/** An e-mail address that nobody else has ordered with. */
export const newEmail = () => `buyer-${++buyers}-${randomUUID().slice(0, 8)}@shop.test`;
