// What the types let through, and what not: checked by tsc, never run.
import { connect, is } from "../src/index";

const kassa = connect({ url: "https://shop.test", key: "ks_live_x" });

export async function uses(): Promise<void> {
  const { results, next_cursor } = await kassa.listProducts({ query: { sort: "price", limit: 2 } });
  const price: number | undefined = results[0]?.price.amount_minor;
  const cursor: string | null = next_cursor;
  await kassa.listCategories();
  try {
    await kassa.createOrder({ body: { items: [{ sku: "mug", quantity: 1 }] } });
  } catch (error) {
    const available: number | undefined = is(error, "/errors/insufficient-stock")?.available;
    void [price, cursor, available];
  }
  // @ts-expect-error there is no such order of products
  await kassa.listProducts({ query: { sort: "colour" } });
  // @ts-expect-error an order has items
  await kassa.createOrder({ body: {} });
  // @ts-expect-error which product is missing
  await kassa.getProduct();
  // @ts-expect-error no such problem
  is(undefined, "/errors/teapot");
}
