/** The story of an order as `GET /v1/orders/{id}/timeline` tells it. */
import type { Money } from "../../design/numbers";

interface Kinds {
  visit: {
    source: string | null;
    referrer: string | null;
    utm_campaign: string | null;
    entry_page: string | null;
    country: string | null;
    device: string | null;
  };
  page: { page: string | null };
  search: { query: string | null; results: number | null };
  event: { name: string; page: string | null; props: Record<string, unknown> | null };
  order: { seq: number; event: string; amount: Money | null; lines: { sku: string; quantity: number }[] };
  payment: { reference: string; amount: Money };
  fulfilment: {
    number: number;
    stage: string;
    carrier: string | null;
    tracking_number: string | null;
    tracking_url: string | null;
    lines: { sku: string; quantity: number }[];
  };
  stock: { sku: string; movement: string; quantity: number; reference: string };
  delivery: {
    id: string;
    channel: string;
    event_type: string;
    target: string;
    template: string | null;
    state: string;
    attempts: { number: number; at: string; outcome: string; status: number | null; answer: string }[];
  };
}

export type Kind = keyof Kinds;
export type Told<K extends Kind> = { at: string; kind: K } & Kinds[K];
export type Entry = { [K in Kind]: Told<K> }[Kind];

/** Whether a part of the story is there; `elsewhere` is another process. */
type Part = "known" | "none" | "elsewhere";

export interface Timeline {
  order_id: string;
  visit: { status: Part };
  stock: { status: Part };
  entries: Entry[];
}
