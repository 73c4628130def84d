/** The order as it is sent. */
import type { CartLine } from "../cart/cart";
import type { Address, Money } from "../types";
import type { Details } from "./details";

/** The body of `POST /v1/orders`; `total` is what the shopper was shown, and is never exceeded unseen. */
export function orderRequest(lines: CartLine[], details: Details, total: Money): object {
  const { contact, address, billing, note, consent } = details;
  return {
    items: lines.map(({ sku, quantity }) => ({ sku, quantity })),
    customer: filled(contact),
    shipping_address: filled(address),
    ...(billing && { billing_address: filled(billing) }),
    ...(note.trim() && { note: note.trim() }),
    ...(consent && { marketing_consent: true }),
    expected_total: total,
    // The visit that it belongs to, and the language to write to them in.
    context: { page: location.origin + location.pathname, language: document.documentElement.lang },
  };
}

/** What was filled in, without space around it. */
function filled(members: Address | Details["contact"]): Record<string, string> {
  const entries = Object.entries(members) as [string, string][];
  return Object.fromEntries(entries.map(([name, value]) => [name, value.trim()]).filter(([, value]) => value !== ""));
}
