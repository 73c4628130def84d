/**
 * One order for each checkout, whatever happens on the way. The checkout has one random key, shared by the browser's tabs; with the first click on
 * the button the whole request is kept beside it, and is sent as it is until the server has answered: after a reload, from another tab, when the
 * network is back. The server does what has the same key once, and answers the same again.
 */
import { useSyncExternalStore } from "react";
import { call, Refused, Unreachable } from "../server";
import { membersOf, stored } from "../stored";
import type { Money, PricedLine } from "../types";

/** The checkout under way, and the last order that came of one. */
export interface Checkout {
  key: string | null;
  /** The request that was sent and not answered, as JSON. */
  body: string | null;
  placed: { key: string; link: string } | null;
}

/** How an attempt ended. */
export type Outcome =
  | { is: "placed"; link: string; skus: string[] }
  /** It costs something else now; nothing was ordered. */
  | { is: "total"; total: Money; lines: PricedLine[] }
  /** Something in it is sold out, short or gone; nothing was ordered. */
  | { is: "stock" }
  /** What was sent is not right, as the server says it; nothing was ordered. */
  | { is: "refused"; detail: string }
  /** Another tab has asked, and got a no. */
  | { is: "nothing" }
  /** Another tab has sent this checkout with something else in it. */
  | { is: "elsewhere" };

const kept = stored<Checkout>("kassa-order", (value) => {
  const { key, body, placed } = membersOf(value);
  const { key: of, link } = membersOf(placed);
  return {
    key: typeof key === "string" ? key : null,
    body: typeof body === "string" ? body : null,
    placed: typeof of === "string" && typeof link === "string" ? { key: of, link } : null,
  };
});

export const useCheckout = (): Checkout => useSyncExternalStore(kept.subscribe, kept.get);

/** The key of the checkout under way; a new one where there is none. */
export function checkoutKey(): string {
  const { key } = kept.get();
  if (key) return key;
  const made = uuid();
  kept.set({ ...kept.get(), key: made });
  return made;
}

/** Begins anew: what was sent under the present key is another order. */
export const newCheckout = (): void => kept.set({ ...kept.get(), key: null, body: null });

const skusOf = (sent: string): string[] => (JSON.parse(sent) as { items: { sku: string }[] }).items.map(({ sku }) => sku);

/** A random UUID (version 4); `crypto.randomUUID` is missing on pages without TLS. */
function uuid(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  bytes[6] = (bytes[6]! & 0x0f) | 0x40;
  bytes[8] = (bytes[8]! & 0x3f) | 0x80;
  const hex = Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})/, "$1-$2-$3-$4-");
}

/**
 * Sends `body`, or what was sent under this checkout's key and has no answer yet. `key` is that of the checkout as the page showed it: where it has
 * ended meanwhile, the order that came of it is the outcome. `Unreachable`: no answer; what was sent stays, to be sent again.
 */
export async function place(key: string, body: object | null): Promise<Outcome> {
  const { placed } = kept.get();
  if (placed?.key === key) return { is: "placed", link: placed.link, skus: [] };
  const sent = kept.get().body ?? (body && JSON.stringify(body));
  if (!sent) return { is: "nothing" };
  kept.set({ ...kept.get(), key, body: sent });
  try {
    const answer = await call<{ id: string; link?: string }>("/v1/orders", { body: sent, key });
    const link = answer?.body.link ?? `/order/${answer?.body.id}`;
    kept.set({ key: null, body: null, placed: { key, link } });
    return { is: "placed", link, skus: skusOf(sent) };
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
    return refused(key, error);
  }
}

function refused(key: string, { status, name, problem, message, retryAfter }: Refused): Outcome {
  // Answers that say nothing of what becomes of the order: the same is asked again.
  if (status >= 500 || status === 429 || status === 408 || name === "request-in-flight") throw new Later(retryAfter);
  const { placed } = kept.get();
  // Nothing stands under the key after a 400 or a changed total; after a 422 the refusal does, or what another tab has ordered.
  const used = status === 422 && name !== "idempotency-key-reused";
  kept.set({ key: used ? null : key, body: null, placed });
  if (name === "total-changed") return { is: "total", total: problem["total"] as Money, lines: (problem["lines"] ?? []) as PricedLine[] };
  if (name === "insufficient-stock" || name === "unknown-sku") return { is: "stock" };
  if (name === "idempotency-key-reused") return { is: "elsewhere" };
  return { is: "refused", detail: message };
}

/** No answer that decides anything, and after how many seconds the server wants to be asked again (0: it does not say). */
export class Later extends Unreachable {
  constructor(readonly seconds: number) {
    super();
  }
}
