/** A moment of an order's story in words. */
import type { Numbers } from "../../design/numbers";
import type { AdminTexts } from "../../texts/en.admin";
import type { Order } from "./order";
import type { Entry, Kind, Told } from "./timeline";

export interface Telling {
  what: string;
  more?: string | undefined;
  /** What it is called elsewhere. */
  id?: string | undefined;
  /** Where `more` leads. */
  link?: string | undefined;
}

interface Words {
  a: AdminTexts;
  n: Numbers;
}

type Teller<K extends Kind> = (entry: Told<K>, words: Words, nameOf: (sku: string) => string) => Telling;

export function tellingOf(entry: Entry, order: Order, words: Words): Telling {
  const nameOf = (sku: string): string => order.items.find((line) => line.sku === sku)?.name ?? sku;
  const tell = TELLERS[entry.kind] as Teller<Kind> | undefined;
  return tell ? tell(entry as Told<Kind>, words, nameOf) : { what: String((entry as { kind: string }).kind) };
}

const list = (...parts: (string | number | null | undefined | false)[]): string => parts.filter(Boolean).join(" · ");

const TELLERS: { [K in Kind]: Teller<K> } = {
  visit: (entry, { a }) => ({
    what: a.story.visit(entry.source ?? a.story.direct),
    more: list(entry.utm_campaign, entry.referrer, entry.entry_page, entry.country, entry.device),
  }),
  page: ({ page }, { a }) => ({ what: a.story.page(page ?? "–") }),
  search: ({ query, results }, { a, n }) => ({
    what: a.story.search(query ?? ""),
    more: results === null ? undefined : a.story.results(results, n.whole(results)),
  }),
  event: ({ name, page, props }) => ({
    what: name,
    more: list(
      page,
      ...Object.entries(props ?? {}).map(([key, value]) => `${key}: ${typeof value === "object" ? JSON.stringify(value) : value}`),
    ),
  }),
  order: ({ event, amount, lines, changed, note }, { a, n }, nameOf) => ({
    what: a.story.orders[event] ?? event,
    more: list(
      note ?? (event === "noted" && a.ordering.note.gone),
      event === "amended" && changed?.map((name) => a.ordering.changed[name] ?? name).join(", "),
      amount && a.story.revenue(`${amount.amount_minor > 0 ? "+" : ""}${n.money(amount)}`),
      lines.map(({ sku, quantity }) => `${n.whole(quantity)} × ${nameOf(sku)}`).join(", "),
    ),
  }),
  payment: ({ reference, amount }, { a, n }) => ({ what: a.story.payment(n.money(amount)), more: reference, id: reference }),
  fulfilment: ({ number, stage, carrier, tracking_number, tracking_url, lines }, { a, n }, nameOf) => ({
    what: `${a.order.parcel(n.whole(number))}: ${a.states[stage] ?? stage}`,
    more: list(carrier, tracking_number, lines.map(({ sku, quantity }) => `${n.whole(quantity)} × ${nameOf(sku)}`).join(", ")),
    id: tracking_number ?? undefined,
    link: tracking_url ?? undefined,
  }),
  stock: ({ sku, movement, quantity, reference }, { a, n }) => ({
    what: a.story.stock(sku, `${quantity > 0 ? "+" : quantity < 0 ? "−" : ""}${n.whole(Math.abs(quantity))}`),
    more: list(a.stock.kinds[movement] ?? movement, reference),
    id: reference,
  }),
  delivery: ({ id, channel, event_type, target, template, state }, { a }) => ({
    what: a.story.delivery(a.messages.channels[channel] ?? channel, target),
    more: list(a.states[state] ?? state, template ?? event_type),
    id,
  }),
};
