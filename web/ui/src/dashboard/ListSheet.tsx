/** The whole of a list, to its end: searched, sorted, and as a file. */
import { keepPreviousData, useInfiniteQuery } from "@tanstack/react-query";
import { useDeferredValue, useState } from "react";
import { Failure } from "../design/Panel";
import { Sheet } from "../design/Sheet";
import { Table, TableSkeleton } from "../design/Table";
import { amountOf } from "../design/numbers";
import { useWords } from "../design/words";
import { ask, type Report } from "../server/reports";
import { columnsOf, rowOf } from "./Breakdown";
import { saveCsv } from "./csv";
import { listQuestion, type List } from "./questions";
import { nameOf, toggled, type View } from "./view";

interface Props {
  list: List;
  view: View;
  change: (next: Partial<View>) => void;
  zone: string;
}

const PAGE = 100;

export default function ListSheet({ list, view, change, zone }: Props) {
  const words = useWords();
  const { t, n } = words;
  const [search, setSearch] = useState("");
  const [order, setOrder] = useState<[string, "asc" | "desc"]>([list.metrics[0]?.id ?? "visitors", "desc"]);
  const wanted = useDeferredValue(search.trim());
  const question = (offset: number) => listQuestion(view, list, { limit: PAGE, offset, search: wanted, order }, { zone, now: new Date() });
  const answer = useInfiniteQuery({
    queryKey: ["list", view.site, view.period, view.filters, list.id, wanted, order],
    queryFn: ({ pageParam, signal }): Promise<Report> => ask(question(pageParam), signal),
    initialPageParam: 0,
    getNextPageParam: (last, pages) => (pages.length * PAGE < last.meta.total_rows ? pages.length * PAGE : undefined),
    placeholderData: keepPreviousData,
  });
  const rows = answer.data?.pages.flatMap((page) => page.results) ?? [];
  const total = answer.data?.pages[0]?.meta.total_rows ?? 0;
  const title = t.tabs[list.id] ?? list.id.replace(/^prop\./, "");
  const sort = (by: string): void => setOrder(([was, direction]) => [by, was === by && direction === "desc" ? "asc" : "desc"]);
  return (
    <Sheet
      title={title}
      close={() => change({ sheet: undefined })}
      tools={
        <button
          type="button"
          className="button"
          onClick={() => void saveCsv({ ...question(0), pagination: { limit: PAGE } }, `${view.site}-${list.id}`)}
        >
          {t.csv}
        </button>
      }
    >
      <label className="search">
        <span className="unseen">{t.search}</span>
        <input type="search" placeholder={t.search} value={search} onChange={(event) => setSearch(event.target.value)} />
      </label>
      <div className={answer.isPlaceholderData ? "sheet-body stale" : "sheet-body"}>
        {answer.error && <Failure error={answer.error} at={answer.dataUpdatedAt} whole={!answer.data} retry={() => answer.refetch()} />}
        {!answer.data && !answer.error && <TableSkeleton rows={PAGE / 5} />}
        {answer.data && !rows.length && <p className="empty">{t.noMatch}</p>}
        {rows.length > 0 && (
          <Table
            label={title}
            of={t.of[list.id] ?? list.id.replace(/^prop\./, "")}
            columns={columnsOf(list, words)}
            rows={rows.map((row) => rowOf(row, list, view, words))}
            choose={nameOf(list.dimension) ? (value) => change(toggled(view, list.dimension, value)) : undefined}
            sort={{ by: order[0], direction: order[1], change: sort }}
            most={Math.max(...rows.map((row) => Math.abs(amountOf(row.metrics[0]))))}
          />
        )}
        <p className="sheet-foot">
          {rows.length > 0 && t.rowsOf(n.whole(rows.length), n.whole(total))}
          {answer.hasNextPage && (
            <button type="button" className="button" disabled={answer.isFetchingNextPage} onClick={() => void answer.fetchNextPage()}>
              {t.nextRows(n.whole(Math.min(PAGE, total - rows.length)))}
            </button>
          )}
        </p>
      </div>
    </Sheet>
  );
}
