/** What the page knows: reports by question, the sites, the definitions, and the live stream that says when to ask again. */
import { QueryClient, useQuery, useQueryClient, type UseQueryResult } from "@tanstack/react-query";
import { useEffect, useRef, useState } from "react";
import type { Answered } from "../design/Panel";
import { api, type Ask } from "../server/call";
import type { Operations } from "@kassa/client";
import { follow, poll, type Now } from "../server/live";
import { createRefresher } from "../server/refresher";
import { ask, type Question, type Report } from "../server/reports";
import { useAccess } from "./access";
import type { Clock } from "./ranges";

export const createClient = (): QueryClient =>
  new QueryClient({
    defaultOptions: {
      queries: { retry: false, refetchOnWindowFocus: false, refetchOnReconnect: true, staleTime: 30_000, networkMode: "always" },
    },
  });

/** A site that this browser may read. */
export interface Site {
  id: string;
  timezone: string;
  write_keys?: { key: string }[];
}

const HOUR_MS = 3_600_000;

/** What was last known stays while another question waits, and when it cannot be answered. */
function useKept<T>(query: UseQueryResult<T>): Answered<T> {
  const last = useRef<{ data: T; at: number }>(undefined);
  if (query.isSuccess && !query.isPlaceholderData) last.current = { data: query.data, at: query.dataUpdatedAt };
  const { error, refetch } = query;
  if (query.data !== undefined && !query.isPlaceholderData)
    return { data: query.data, error, isPlaceholderData: false, dataUpdatedAt: query.dataUpdatedAt, refetch };
  return { data: last.current?.data, error, isPlaceholderData: last.current !== undefined, dataUpdatedAt: last.current?.at ?? 0, refetch };
}

/** The report of this question. `make` is called anew for each asking, so that "until now" is until then. */
export function useReport(make: (clock: Clock) => Question, zone: string, enabled = true) {
  const hour = new Date(Math.floor(Date.now() / HOUR_MS) * HOUR_MS);
  return useKept<Report>(
    useQuery({
      queryKey: ["report", make({ zone, now: hour })],
      queryFn: ({ signal }): Promise<Report> => ask(make({ zone, now: new Date() }), signal),
      enabled,
    }),
  );
}

/** The sites that this browser may read; none where it may not list them. */
export function useSites() {
  const { share } = useAccess();
  return useQuery({
    queryKey: ["sites"],
    queryFn: async ({ signal }): Promise<Site[]> =>
      share ? [{ id: share.site_id, timezone: share.timezone }] : (await api.listSites({}, { signal })).results,
    staleTime: Infinity,
  });
}

/** What every metric and dimension means, by name. */
export const useDefinitions = () =>
  useQuery({
    queryKey: ["definitions"],
    queryFn: async ({ signal }): Promise<Map<string, string>> => {
      const lists = (await api.listDefinitions({}, { signal })) as unknown as Record<string, { name: string; definition: string }[]>;
      const entries = ["metrics", "dimensions", "others"].flatMap((list) => lists[list] ?? []);
      return new Map(entries.map((entry) => [entry.name, entry.definition]));
    },
    staleTime: Infinity,
  });

/** What is going on at the site now: undefined before the first word, null while the connection is lost. Every word asks the reports again. */
export function useLive(site: string, enabled: boolean): Now | null | undefined {
  const client = useQueryClient();
  const share = useAccess().share !== undefined;
  const [now, setNow] = useState<Now | null>();
  useEffect(() => {
    if (!enabled) return undefined;
    const refresher = createRefresher(() => client.refetchQueries({ queryKey: ["report"], type: "active" }));
    let first = true;
    const stop = (share ? poll : follow)(site, (next) => {
      setNow(next);
      // The first word says how things stand, and the reports have just been asked.
      if (next && !first) refresher.nudge();
      if (next) first = false;
    });
    return () => {
      stop();
      refresher.stop();
      setNow(undefined);
    };
  }, [site, client, enabled, share]);
  return now;
}

/** The name of an operation. */
export type Operation = keyof Operations;

/** The answer of another report than `/v1/query`, asked as `useReport` does. */
export function useAnswer<T>(operation: Operation, make: (clock: Clock) => object, zone: string, enabled = true) {
  const hour = new Date(Math.floor(Date.now() / HOUR_MS) * HOUR_MS);
  return useKept<T>(
    useQuery({
      queryKey: ["report", operation, make({ zone, now: hour })],
      queryFn: ({ signal }) => (api[operation] as Ask)({ body: make({ zone, now: new Date() }) }, { signal }) as Promise<T>,
      enabled,
    }),
  );
}

/** What an operation that reads answers, asked again with every word of the live stream. */
export function useGet<T>(operation: Operation, query: object = {}, enabled = true) {
  return useKept<T>(
    useQuery({
      queryKey: ["report", operation, query],
      queryFn: ({ signal }) => (api[operation] as Ask)({ query }, { signal }) as Promise<T>,
      enabled,
    }),
  );
}
