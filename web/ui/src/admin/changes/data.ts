/** What is asked of changes: all of them, or those of what lies at a path of the API or under it. */
import { keepPreviousData, useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { api } from "../../server/call";
import { every } from "../again";

const LIMIT = 50;
const OF_ORDER = 10;
const AGAIN_MS = 15_000;

export const useChanges = (path: string) =>
  useInfiniteQuery({
    queryKey: ["changes", path],
    queryFn: ({ pageParam, signal }) =>
      api.listChanges({ query: { limit: LIMIT, ...(path && { path }), ...(pageParam && { cursor: pageParam }) } }, { signal }),
    initialPageParam: "",
    getNextPageParam: (last) => last.next_cursor ?? undefined,
    placeholderData: keepPreviousData,
    refetchInterval: every(AGAIN_MS),
  });

export const pathOfOrder = (id: string): string => `/v1/orders/${id}`;

/** The newest of one order, and whether there are more. */
export const useOrderChanges = (id: string) =>
  useQuery({
    queryKey: ["order", id, "changes"],
    queryFn: ({ signal }) => api.listChanges({ query: { path: pathOfOrder(id), limit: OF_ORDER } }, { signal }),
    refetchInterval: AGAIN_MS,
  });
