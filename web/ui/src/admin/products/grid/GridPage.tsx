/** Many products as a grid, as in a spreadsheet: those of a list, or those that were chosen in it. */
import { useInfiniteQuery } from "@tanstack/react-query";
import { useMemo, useState } from "react";
import { Empty, Failure } from "../../../design/Panel";
import { TableSkeleton } from "../../../design/Table";
import { More, Search } from "../../List";
import { useQueryOf } from "../../place";
import { useWho } from "../../who";
import { useAdmin } from "../../words";
import { CategoryChoice } from "../CategoryChoice";
import { useCategories, type Wanted } from "../data";
import { ProductPages } from "../Pages";
import type { GridRow } from "./columns";
import { loadPart } from "./load";
import { Sheet } from "./Sheet";

export default function GridPage() {
  const { a, n } = useAdmin();
  const p = a.products;
  const { can } = useWho();
  const [query, change] = useQueryOf();
  const of = (name: string): string => query.get(name) ?? "";
  const wanted: Wanted = { q: of("q"), category: of("category"), status: of("status"), sort: "" };
  const ids = of("ids").split(",").filter(Boolean);
  const mayStock = can("inventory");
  const { data: categories } = useCategories();
  const answer = useInfiniteQuery({
    queryKey: ["grid", wanted, ids, mayStock],
    queryFn: ({ pageParam, signal }) => loadPart(wanted, ids, pageParam, mayStock, signal),
    initialPageParam: "",
    getNextPageParam: (last) => last.next,
    // What is typed is typed over what was read: nothing is read anew but what was saved.
    staleTime: Infinity,
    gcTime: 0,
  });
  const [saved, setSaved] = useState<ReadonlyMap<number, GridRow[]>>(new Map());
  const rows = useMemo(() => latest(answer.data?.pages.flatMap((page) => page.rows) ?? [], saved), [answer.data, saved]);
  const asked = wanted.q || wanted.category || ids.length > 0;
  const narrow = (next: Record<string, string>): void => change({ ids: "", ...next }, { replace: true });
  return (
    <>
      <div className="page-top">
        <h1>{p.sub.grid}</h1>
        <p className="hint-line">{p.gridWhy}</p>
      </div>
      <ProductPages />
      <section className="panel" aria-label={p.sub.grid} aria-busy={answer.isPending}>
        <div className="list-tools" role="search">
          <Search label={p.search} hint={p.searchHint} value={wanted.q} set={(q) => narrow({ q })} />
          <CategoryChoice label={p.category} none={p.anyCategory} value={wanted.category} set={(category) => narrow({ category })} />
          <select aria-label={p.status} value={wanted.status} onChange={(event) => narrow({ status: event.target.value })}>
            <option value="">{p.lists.active}</option>
            <option value="draft">{p.lists.draft}</option>
          </select>
          {asked && (
            <button type="button" className="button add" onClick={() => narrow({ q: "", category: "" })}>
              {ids.length ? p.chosen(ids.length, n.whole(ids.length)) + " ×" : a.clear}
            </button>
          )}
        </div>
        {answer.isPending && <TableSkeleton rows={10} />}
        {answer.error && <Failure error={answer.error} at={answer.dataUpdatedAt} whole={!answer.data} retry={() => answer.refetch()} />}
        {answer.data && !rows.length && <Empty title={asked ? a.noMatch : p.none} why={asked ? p.noMatchWhy : p.noneWhy} />}
        {rows.length > 0 && (
          <Sheet
            key={JSON.stringify([wanted, ids])}
            rows={rows}
            more={answer.hasNextPage && !answer.isFetchNextPageError ? () => void answer.fetchNextPage() : undefined}
            replace={(id, fresh) => setSaved((all) => new Map(all).set(id, fresh))}
            categories={categories ?? []}
            mayStock={mayStock}
          />
        )}
        {answer.hasNextPage && <More busy={answer.isFetchingNextPage} more={() => void answer.fetchNextPage()} />}
      </section>
    </>
  );
}

/** The rows, those of products that were saved as they are now. */
function latest(rows: GridRow[], saved: ReadonlyMap<number, GridRow[]>): GridRow[] {
  return rows.flatMap((row) => {
    const fresh = saved.get(row.seen.product.id);
    if (!fresh) return [row];
    return row.lead ? fresh : [];
  });
}
