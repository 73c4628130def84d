/** An edited order as the server will make it: a line that stays keeps its price, unless all are to have today's. */
import type { Money } from "../../design/numbers";
import type { Item, PricedItem } from "./goods";
import type { Order } from "./order";

export interface EditedLine extends Item {
  /** Undefined until it is known. */
  price: Money | undefined;
}

export function editedLines(order: Order, items: Item[], priced: PricedItem[], reprice: boolean): EditedLine[] {
  return items.map(({ sku, quantity }) => {
    const agreed = order.items.find((line) => line.sku === sku)?.unit_price;
    const today = priced.find((line) => line.sku === sku)?.price ?? undefined;
    return { sku, quantity, price: reprice ? today : (agreed ?? today) };
  });
}

/** Undefined where a price is not known. */
export function totalOf(lines: EditedLine[], currency: string): Money | undefined {
  let amount_minor = 0;
  for (const { price, quantity } of lines) {
    if (!price) return undefined;
    amount_minor += price.amount_minor * quantity;
  }
  return { amount_minor, currency };
}
