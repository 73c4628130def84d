/** What the page shows: site, period, page filter. It lives in the address, so that a reload and a copied link show the same. */

/** The periods to choose from; the ranges are those of `POST /v1/query`. `before` is what each is compared with. */
export const PERIODS = [
  { range: "realtime", title: "Realtime", before: "" },
  { range: "day", title: "Today", before: "yesterday up to this minute" },
  { range: "7d", title: "7 days", before: "the 7 days before, up to this minute of the last" },
  { range: "30d", title: "30 days", before: "the 30 days before, up to this minute of the last" },
] as const;

export type Range = (typeof PERIODS)[number]["range"];

/** Everything that the reports depend on. */
export interface State {
  site: string;
  range: Range;
  page: string | undefined;
}

export function readState(): State {
  const query = new URLSearchParams(location.search);
  const range = PERIODS.find((period) => period.range === query.get("period"))?.range ?? "day";
  return { site: query.get("site") || ownSite(), range, page: query.get("page") ?? undefined };
}

/** The site that the server wrote into the page; in development it is still the placeholder. */
function ownSite(): string {
  const site = document.documentElement.dataset.site ?? "";
  return !site || site.startsWith("__") ? "default" : site;
}

export function writeState(state: State): void {
  const query = new URLSearchParams();
  if (state.site !== ownSite()) query.set("site", state.site);
  if (state.range !== "day") query.set("period", state.range);
  if (state.page !== undefined) query.set("page", state.page);
  const text = query.toString();
  history.replaceState(null, "", text ? `?${text}` : location.pathname);
}
