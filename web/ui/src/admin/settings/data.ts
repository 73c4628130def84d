/** What is set of the shop, and how it is changed: only what somebody has read since nobody else has changed it. */
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import type { Site, Staff, StorefrontSaid } from "@kassa/client";
import { api, AskError, read } from "../../server/call";

/** What was set over the defaults of shop.toml. */
export interface Said {
  set: StorefrontSaid;
  defaults: StorefrontSaid;
  version: number;
}

/** Somebody else was first: by an ETag, or by a version in the body. */
const CHANGED = [412, 409];

export const useSaid = () =>
  useQuery({ queryKey: ["storefront"], queryFn: ({ signal }) => read<Said>("/v1/admin/storefront", signal), staleTime: Infinity });

export const useStaff = () =>
  useQuery({ queryKey: ["staff"], queryFn: ({ signal }) => read<Staff>("/v1/admin/staff", signal), staleTime: Infinity });

export const useFiles = () => useQuery({ queryKey: ["settings"], queryFn: ({ signal }) => api.getSettings({}, { signal }) });

export const useShopSite = (id: string | undefined) =>
  useQuery({
    queryKey: ["sites", id],
    queryFn: async ({ signal }): Promise<Site | null> => {
      const { results } = await api.listSites({}, { signal });
      return results.find((one) => one.id === id) ?? null;
    },
    enabled: id !== undefined,
  });

export interface Saving {
  busy: boolean;
  saved: boolean;
  /** Somebody else was first: what stands there now is theirs. */
  late: boolean;
  error: Error | undefined;
  save: (body: object, etag: string | null) => Promise<void>;
}

/** Saves what was read under an ETag; what is shown afterwards is asked anew. */
export const useSaving = (id: "setStorefront" | "setStaff", key: string): Saving =>
  useSavingBy((body, etag) => api[id]({ body, ...(etag && { headers: { "If-Match": etag } }) }), key);

/** Saves what is set of a site, of which the body says which version was read. */
export const useSavingSite = (id: string): Saving => useSavingBy((body) => api.changeSite({ path: { site: id }, body }), "sites");

function useSavingBy(ask: (body: object, etag: string | null) => Promise<unknown>, key: string): Saving {
  const client = useQueryClient();
  const [state, setState] = useState<Omit<Saving, "save">>({ busy: false, saved: false, late: false, error: undefined });
  async function save(body: object, etag: string | null): Promise<void> {
    setState({ busy: true, saved: false, late: false, error: undefined });
    try {
      await ask(body, etag);
      setState({ busy: false, saved: true, late: false, error: undefined });
    } catch (error) {
      const late = error instanceof AskError && CHANGED.includes(error.status);
      setState({ busy: false, saved: false, late, error: late ? undefined : (error as Error) });
    }
    await client.invalidateQueries({ queryKey: [key] });
  }
  return { ...state, save };
}

/** The bytes of a picture, kept as an asset; its id. */
export async function uploadPicture(file: File): Promise<string> {
  const answer = await fetch("/v1/assets", { method: "POST", headers: { "content-type": "application/octet-stream" }, body: file });
  const value = (await answer.json().catch(() => ({}))) as { id?: string; detail?: string; title?: string };
  if (!answer.ok || !value.id)
    throw new AskError(answer.status, value.detail ?? value.title ?? "", answer.headers.get("x-request-id") ?? undefined);
  return value.id;
}
