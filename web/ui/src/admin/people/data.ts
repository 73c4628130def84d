/** The keys that people and programs have. */
import { useQuery } from "@tanstack/react-query";
import { api } from "../../server/call";

const AGAIN_MS = 10_000;

export const SCOPES = ["read", "catalog", "inventory", "orders", "collect", "admin"] as const;
export type KeyScope = (typeof SCOPES)[number];

export const useKeysOfPeople = () =>
  useQuery({ queryKey: ["keys"], queryFn: ({ signal }) => api.listKeys({}, { signal }), refetchInterval: AGAIN_MS });

/** Those that were taken back, the newest first. */
export const useRevoked = () => useQuery({ queryKey: ["keys", "revoked"], queryFn: ({ signal }) => api.listRevokedKeys({}, { signal }) });

/** Where one logs in. */
export const loginAddress = (): string => `${location.origin}/login?next=/admin`;
