/** What is asked of letters: which there are, and how one would look. */
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { api } from "../../server/call";

const AGAIN_MS = 5_000;

export const LANGUAGES = ["en", "de", "ar"] as const;
export type LetterLanguage = (typeof LANGUAGES)[number];

/** All of them; what is changed in a file shows by itself. */
export const useTemplates = () =>
  useQuery({ queryKey: ["templates"], queryFn: ({ signal }) => api.listTemplates({}, { signal }), refetchInterval: AGAIN_MS });

export const useLetterOf = (name: string, language: LetterLanguage, order: string | undefined) =>
  useQuery({
    queryKey: ["template", name, language, order],
    queryFn: ({ signal }) => api.getTemplate({ path: { name }, query: { language, ...(order && { order_id: order }) } }, { signal }),
    placeholderData: keepPreviousData,
    refetchInterval: AGAIN_MS,
  });

/** The order of this number; null: there is none. */
export const useOrderOf = (number: string) =>
  useQuery({
    queryKey: ["template", "order", number],
    queryFn: async ({ signal }) => {
      const { results } = await api.listOrders({ query: { q: number, limit: 10 } }, { signal });
      return results.find((order) => String(order.number) === number)?.id ?? null;
    },
    enabled: number !== "",
  });

/** Where the page of a letter's HTML is; it changes with the letter, so that the frame is asked anew. */
export function frameAddress(name: string, language: string, order: string | undefined, html: string): string {
  let sum = 0;
  for (let at = 0; at < html.length; at++) sum = (31 * sum + html.charCodeAt(at)) | 0;
  const query = new URLSearchParams({ language, ...(order && { order_id: order }) });
  return `/v1/templates/${encodeURIComponent(name)}/page?${query}#${sum}`;
}
