/** The sites whose events come in; for who may do everything. */
import { useQuery } from "@tanstack/react-query";
import { api } from "../server/call";

export const useSites = () =>
  useQuery({
    queryKey: ["sites"],
    queryFn: async ({ signal }) => (await api.listSites({}, { signal })).results,
    staleTime: 60_000,
  });
