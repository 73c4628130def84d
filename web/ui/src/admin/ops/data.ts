/** What the page of operations asks, often. */
import { useQuery } from "@tanstack/react-query";
import { api } from "../../server/call";

const AGAIN_MS = 1_500;
const ORDERS = 12;
const STOCK = 200;

export const useNewestOrders = () =>
  useQuery({
    queryKey: ["orders", "newest"],
    queryFn: ({ signal }) => api.listOrders({ query: { limit: ORDERS } }, { signal }),
    refetchInterval: AGAIN_MS,
  });

/** How many orders wait for a decision. */
export const useWaiting = () =>
  useQuery({
    queryKey: ["orders", "waiting"],
    queryFn: async ({ signal }) => {
      const page = await api.listOrders({ query: { status: "accepted", limit: 1, total: true } }, { signal });
      return page.total ?? page.results.length;
    },
    refetchInterval: AGAIN_MS,
  });

export const useStockNow = () =>
  useQuery({
    queryKey: ["stock", "now"],
    queryFn: async ({ signal }) => (await api.listStock({ query: { archived: false, limit: STOCK } }, { signal })).results,
    refetchInterval: AGAIN_MS,
  });
