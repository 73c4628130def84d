/** Orders that are printed: where, and how many at most, for an address holds no more. */
export type Sort = "slip" | "receipt";

export const PRINTED_MAX = 100;

export const printPath = (ids: string[], what: Sort): string =>
  `/admin/orders/print?${new URLSearchParams([["what", what], ...ids.map((id): [string, string] => ["id", id])])}`;

/** The orders that an address names, each once. */
export const idsOf = (query: URLSearchParams): string[] =>
  [...new Set(query.getAll("id").filter((id) => /^[0-9a-f-]{36}$/i.test(id)))].slice(0, PRINTED_MAX);

export const sortOf = (query: URLSearchParams): Sort => (query.get("what") === "receipt" ? "receipt" : "slip");
