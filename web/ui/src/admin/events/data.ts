/** What is asked about events: refused ones, how many there are of each, sites and what has come. */
import { useQuery } from "@tanstack/react-query";
import { api } from "../../server/call";

export const LETTERS_MAX = 200;
const AGAIN_MS = 10_000;
const LIVE_MS = 1_000;
const LIVE_SHOWN = 5;

export const useLetters = (site: string, reason: string) =>
  useQuery({
    queryKey: ["letters", site, reason],
    queryFn: async ({ signal }) => {
      const query = { limit: LETTERS_MAX, ...(site && { site_id: site }), ...(reason && { reason }) };
      return (await api.listDeadLetters({ query }, { signal })).results;
    },
    refetchInterval: AGAIN_MS,
  });

export const useLetter = (id: string) =>
  useQuery({ queryKey: ["letter", id], queryFn: ({ signal }) => api.getDeadLetter({ path: { id } }, { signal }) });

/** How many were refused for each reason, the most first; over all days. */
export const useReasons = (site: string) =>
  useQuery({
    queryKey: ["letters", "reasons", site],
    queryFn: async ({ signal }) => {
      const { results } = await api.listCounts({ query: site ? { site_id: site } : {} }, { signal });
      const sums = new Map<string, number>();
      for (const { reason, count } of results) if (reason) sums.set(reason, (sums.get(reason) ?? 0) + count);
      return [...sums].sort((a, b) => b[1] - a[1]);
    },
    refetchInterval: AGAIN_MS,
  });

/** What has come to a site since then, the newest first, bots too; asked every second. */
export const useArrived = (site: string, since: string) =>
  useQuery({
    queryKey: ["arrived", site, since],
    queryFn: ({ signal }) => api.listEvents({ query: { site_id: site, from: since, include_bots: true, limit: 100 } }, { signal }),
    select: ({ results }) => ({ count: results.length, newest: results.slice(0, LIVE_SHOWN) }),
    refetchInterval: LIVE_MS,
  });
