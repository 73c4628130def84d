/** Views of the list that are kept: one's own and everybody's, each a link; the one of now can be kept, changed and removed. */
import { useQuery } from "@tanstack/react-query";
import { Suspense, useState } from "react";
import { later } from "../../design/Floating";
import { api } from "../../server/call";
import { Link, useQueryOf } from "../place";
import { useAdmin } from "../words";

const ViewSheet = later(async () => (await import("./ViewSheet")).default);

export interface View {
  id: string;
  name: string;
  query: string;
  shared: boolean;
  version: number;
}

/** What of an address a view holds, in an order of its own: the same search is the same text. */
export function queryText(query: URLSearchParams): string {
  const kept = [...query].filter(([, value]) => value !== "").sort(([one], [other]) => (one < other ? -1 : 1));
  return new URLSearchParams(kept).toString();
}

function useViews(): View[] {
  const { data } = useQuery({
    queryKey: ["order-views"],
    queryFn: async ({ signal }) => (await api.listOrderViews({}, { signal })).results as View[],
    staleTime: 60_000,
  });
  return data ?? [];
}

export function Views() {
  const { a } = useAdmin();
  const [query] = useQueryOf();
  const views = useViews();
  const [opened, setOpened] = useState(false);
  const here = queryText(query);
  const current = views.find((view) => view.query === here);
  if (!views.length && !here) return null;
  return (
    <nav aria-label={a.ordering.views.label} className="sub-pages views">
      <ul>
        {views.map((view) => (
          <li key={view.id}>
            <Link to={`/admin/orders${view.query ? `?${view.query}` : ""}`} current={view === current}>
              <bdi>{view.name}</bdi>
            </Link>
          </li>
        ))}
        {(here || current) && (
          <li>
            <button type="button" className="button small" aria-haspopup="dialog" onClick={() => setOpened(true)}>
              {current ? a.ordering.views.change(current.name) : a.ordering.views.save}
            </button>
          </li>
        )}
      </ul>
      <Suspense fallback={null}>{opened && <ViewSheet view={current} query={here} close={() => setOpened(false)} />}</Suspense>
    </nav>
  );
}
