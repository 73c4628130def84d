/** What the target of a message is called: a webhook's is the id of its endpoint, whose address only the admin may read. */
import { useQuery } from "@tanstack/react-query";
import type { Delivery } from "@kassa/client";
import { api } from "../../server/call";
import { useWho } from "../who";

export function useTargets(): (message: Pick<Delivery, "channel" | "target">) => string {
  const { can } = useWho();
  const { data } = useQuery({
    queryKey: ["webhooks"],
    queryFn: async ({ signal }) => (await api.listWebhooks({}, { signal })).results,
    enabled: can("admin"),
    staleTime: 60_000,
  });
  return ({ channel, target }) => (channel === "webhook" ? data?.find(({ id }) => id === target)?.url : undefined) ?? target;
}
