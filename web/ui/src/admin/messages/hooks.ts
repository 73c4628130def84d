/** What is asked of webhooks. */
import { useQuery } from "@tanstack/react-query";
import { api } from "../../server/call";

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
