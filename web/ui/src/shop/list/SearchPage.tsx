/** What was found; what was not found leads on. */
import { useEffect } from "react";
import { Shelf } from "../parts/Card";
import { CategoryLinks } from "../parts/Plain";
import { useTracking } from "../tracking";
import type { Page } from "../types";
import { useWords } from "../words";
import { Pager, SortMenu } from "./Paging";

export function SearchPage({ data }: { data: Page<"search"> }) {
  const { t } = useWords();
  const tracking = useTracking();
  const { q, list, best } = data;
  const path = `/search?${new URLSearchParams({ q })}`;
  useEffect(() => {
    // Another page of the same search is no other search.
    if (q && list.page === 1) tracking.searched(q, list.total);
  }, [q]);
  if (!q) return <Nothing title={t.search.title} text={t.search.type} data={data} />;
  if (list.products.length === 0) return <Nothing title={t.search.none(q)} text={t.search.noneText} data={{ ...data, best }} />;
  return (
    <>
      <div className="list-head">
        <h1 dir="auto">{t.search.found(q)}</h1>
        <span className="soft">{t.products(list.total, list.total_exact)}</span>
        <SortMenu list={list} path={path} />
      </div>
      <Shelf products={list.products} list="search" top />
      <Pager list={list} path={path} />
    </>
  );
}

function Nothing({ title, text, data }: { title: string; text: string; data: Page<"search"> }) {
  const { t } = useWords();
  return (
    <>
      <section className="empty">
        <h1 dir="auto">{title}</h1>
        <p>{text}</p>
        <CategoryLinks data={data} />
      </section>
      {data.best.length > 0 && (
        <section className="section">
          <h2>{t.best}</h2>
          <Shelf products={data.best} list="best" />
        </section>
      )}
    </>
  );
}
