// Which of the shop's pages are photographed, and what lies in the cart meanwhile: of the stand-in, or of a server with goods, of which the order is made, too.
import { randomUUID } from "node:crypto";
import { get } from "./kassa.mjs";

/** The stand-in's pages; in the cart: as it was put there, dearer by now, more than there is, sold out, gone. */
export const STAND_IN = {
  pages: {
    shop: "/",
    category: "/c/desk",
    search: "/search?q=card",
    nothing: "/search?q=nothing",
    product: "/p/linen-shirt",
    soldout: "/p/bread-knife",
    cart: "/cart",
    contact: "/checkout/contact",
    address: "/checkout/address",
    review: "/checkout/review",
    terms: "/terms",
    missing: "/p/nothing",
  },
  cart: [
    ["stoneware-mug", 2, 1800],
    ["shirt-m-ink", 1, 3000],
    ["gooseneck-kettle", 9, 6400],
    ["bread-knife", 1, 3900],
    ["nothing", 1, 100],
  ],
};

const ADDRESS = { name: "Ann Archer", line1: "High Street 1", city: "Town", postal_code: "12345", country: "DE" };
const CONTACT = { name: "Ann Archer", email: "ann@shop.test" };

/** What has been filled in, so that every step of the checkout shows. */
export const FILLED = JSON.stringify({ contact: CONTACT, address: ADDRESS });

/** The same of the server at `url`. */
export async function pagesOf(url) {
  const { results } = await get(url, "/v1/products", { limit: "100" });
  const { results: categories } = await get(url, "/v1/categories");
  const [category] = categories.toSorted((a, b) => b.count - a.count);
  const product = results.find((one) => one.options.length > 0 && one.images.length > 0) ?? results[0];
  const soldOut = results.find((one) => one.variant_count === 1 && one.stock?.available === 0) ?? results.at(-1);
  const some = results.filter((one) => one.stock?.available > 5).slice(0, 3);
  const [first] = some;
  const link = await order(url, some);
  return {
    pages: {
      ...STAND_IN.pages,
      category: `/c/${category.slug}`,
      search: `/search?${new URLSearchParams({ q: first.name.split(" ")[0] })}`,
      product: `/p/${product.slug}`,
      soldout: `/p/${soldOut.slug}`,
      order: link,
    },
    cart: [...some.map((one) => [one.sku, 1, one.price.amount_minor]), [first.sku, 2, first.price.amount_minor - 100]].slice(-3),
  };
}

/** Orders one of each, and gives the link of the order. */
async function order(url, products) {
  const answer = await fetch(`${url}/v1/orders`, {
    method: "POST",
    headers: { "content-type": "application/json", "idempotency-key": randomUUID() },
    body: JSON.stringify({ items: products.map(({ sku }) => ({ sku, quantity: 1 })), customer: CONTACT, shipping_address: ADDRESS }),
  });
  return (await answer.json()).link;
}
