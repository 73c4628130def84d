/** A list of the admin: its tools, its rows a page after the other, and what it says where there are none. */
import type { InfiniteData, UseInfiniteQueryResult } from "@tanstack/react-query";
import type { ReactNode } from "react";
import { Empty, Failure } from "../design/Panel";
import { TableSkeleton } from "../design/Table";
import { More } from "./List";
import { useAdmin } from "./words";

interface Props<T> {
  title: string;
  answer: UseInfiniteQueryResult<InfiniteData<{ results: T[] }>>;
  /** How the rows of all pages are made one list; one after the other unless it is said. */
  merge?: (pages: T[][]) => T[];
  tools: ReactNode;
  rows: (rows: T[]) => ReactNode;
  none: { title: string; why: string };
  /** Shows all again, where something is looked for. */
  clear: (() => void) | undefined;
}

export function ListPanel<T>({ title, answer, merge = (pages) => pages.flat(), tools, rows, none, clear }: Props<T>) {
  const { a } = useAdmin();
  const all = merge(answer.data?.pages.map((page) => page.results) ?? []);
  const nothing = answer.data && !all.length && !answer.hasNextPage;
  return (
    <section className={answer.isPlaceholderData ? "panel stale" : "panel"} aria-label={title} aria-busy={answer.isPending}>
      <div className="list-tools" role="search">
        {tools}
        {clear && (
          <button type="button" className="button add" onClick={clear}>
            {a.clear}
          </button>
        )}
      </div>
      <div className="panel-body">
        {answer.isPending && <TableSkeleton rows={10} />}
        {all.length > 0 && rows(all)}
        {nothing && <Empty title={clear ? a.noMatch : none.title} why={none.why} />}
        {answer.error && <Failure error={answer.error} at={answer.dataUpdatedAt} whole={!answer.data} retry={() => answer.refetch()} />}
      </div>
      {answer.hasNextPage && <More busy={answer.isFetchingNextPage} more={() => void answer.fetchNextPage()} />}
    </section>
  );
}
