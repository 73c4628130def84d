/** What is asked of webhooks. */
import { useQuery } from "@tanstack/react-query";
import { useEffect } from "react";
import type { Webhook } from "@kassa/client";
import { api } from "../../server/call";
import { tagged, tagOf, useChanging, type Changing, type Tagged } from "../changing";

const AGAIN_MS = 10_000;
const RECENT = 10;
const RECENT_MS = 3_000;

export const TYPES = [
  "OrderAccepted",
  "OrderConfirmed",
  "OrderFailed",
  "OrderEdited",
  "OrderCancelled",
  "OrderFulfilled",
  "OrderRefunded",
  "OrderPaid",
  "OrderShipped",
  "OrderDelivered",
  "OrderFulfilmentCancelled",
  "StockLow",
  "StockOut",
  "StockBack",
] as const;

export const useHooks = () =>
  useQuery({
    queryKey: ["webhooks"],
    queryFn: async ({ signal }) => (await api.listWebhooks({}, { signal })).results,
    refetchInterval: AGAIN_MS,
  });

/** What was sent to it last. */
export const useRecent = (id: string) =>
  useQuery({
    queryKey: ["webhook", id, "recent"],
    queryFn: ({ signal }) => api.listDeliveries({ query: { channel: "webhook", target: id, limit: RECENT } }, { signal }),
    refetchInterval: RECENT_MS,
  });

export type HookChange = Changing<Webhook & Tagged>;

/** What can be typed of it. */
const fieldsOf = ({ url, description, event_types }: Webhook): string => JSON.stringify([url, description, event_types]);

/** Changes of a webhook, which is `now` so. What others do to it is simply seen, but for what was `typed` over. */
export function useHookChange(now: Webhook, typed: boolean): HookChange {
  const change = useChanging(tagged(now), async () => tagged(await api.getWebhook({ path: { id: now.id } })));
  const { seen, before, settle } = change;
  useEffect(() => {
    if (!before && now.version > seen.version && !(typed && fieldsOf(now) !== fieldsOf(seen))) settle(tagged(now));
  });
  return change;
}

type Change = Parameters<typeof api.changeWebhook>[0]["body"];

/** Makes it so again, unless another has changed it since the `answer`. */
export const takeBack = (answer: unknown, body: Change) => (): Promise<unknown> => {
  const { id, version } = answer as Webhook;
  return api.changeWebhook({ path: { id }, headers: { "If-Match": tagOf(version) }, body });
};
