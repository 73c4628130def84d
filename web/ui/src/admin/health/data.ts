/** What is asked of the system itself. */
import { useQuery } from "@tanstack/react-query";
import type { Check } from "@kassa/client";
import { api } from "../../server/call";

const AGAIN_MS = 5_000;

export interface Checks {
  ok: boolean;
  checks: Record<string, Check>;
}

/** A probe, which says in a 503, too, what is wrong. */
async function probe(path: string, signal: AbortSignal): Promise<Checks> {
  const answer = await fetch(path, { signal });
  const { checks } = (await answer.json()) as Checks;
  return { ok: answer.ok, checks };
}

export const useProbe = (path: string) =>
  useQuery({ queryKey: ["probe", path], queryFn: ({ signal }) => probe(path, signal), refetchInterval: AGAIN_MS });

export const useTrust = () =>
  useQuery({ queryKey: ["trust"], queryFn: ({ signal }) => api.getTrust({}, { signal }), refetchInterval: AGAIN_MS });

export const useStatus = () =>
  useQuery({ queryKey: ["status"], queryFn: ({ signal }) => api.getStatus({}, { signal }), refetchInterval: AGAIN_MS });

export const useLog = () => useQuery({ queryKey: ["log"], queryFn: ({ signal }) => api.getLog({}, { signal }), refetchInterval: AGAIN_MS });

/** Once a second, as long as somebody looks. */
const PACE_MS = 1_000;

export const usePace = () =>
  useQuery({ queryKey: ["pace"], queryFn: ({ signal }) => api.getPace({}, { signal }), refetchInterval: PACE_MS });

export const useCondition = () =>
  useQuery({ queryKey: ["condition"], queryFn: ({ signal }) => api.getCondition({}, { signal }), refetchInterval: AGAIN_MS });

export const useGameDay = () =>
  useQuery({
    queryKey: ["game-day"],
    queryFn: ({ signal }) => api.getGameDay({}, { signal }),
    refetchInterval: (query) => (isUnderWay(query.state.data?.run?.state) ? PACE_MS : AGAIN_MS),
  });

const isUnderWay = (state: string | undefined): boolean => state === "running" || state === "settling";

/** Looked at when somebody wants it: it reads every order. */
export const useAudit = () =>
  useQuery({ queryKey: ["audit"], queryFn: ({ signal }) => api.getAudit({}, { signal }), enabled: false, staleTime: Infinity });

export const useChaos = (enabled: boolean) =>
  useQuery({
    queryKey: ["chaos"],
    queryFn: ({ signal }) => api.getChaos({}, { signal }),
    refetchInterval: AGAIN_MS,
    enabled,
  });
