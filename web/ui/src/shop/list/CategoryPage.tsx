/** What is in a category: its own categories, its products in the order that is wanted, page by page. */
import { useEffect } from "react";
import { Shelf } from "../parts/Card";
import { Crumbs } from "../parts/Crumbs";
import { useTracking } from "../tracking";
import type { Category, Page } from "../types";
import { useWords } from "../words";
import { Pager, SortMenu } from "./Paging";

export function CategoryPage({ data: { category, categories, list } }: { data: Page<"category"> }) {
  const { t } = useWords();
  const tracking = useTracking();
  const id = `category:${category.slug}`;
  useEffect(() => tracking.listed(id, list.products, category.name), [list]);
  const path = `/c/${category.slug}`;
  return (
    <>
      <Crumbs slug={category.slug} categories={categories} />
      <div className="list-head">
        <h1 dir="auto">{category.name}</h1>
        <span className="soft">{t.products(list.total, list.total_exact)}</span>
        <SortMenu list={list} path={path} />
      </div>
      <Children category={category} categories={categories} />
      {list.products.length === 0 ? <p className="notice">{t.emptyCategory}</p> : <Shelf products={list.products} list={id} top />}
      <Pager list={list} path={path} />
    </>
  );
}

function Children({ category, categories }: { category: Category; categories: Category[] }) {
  const children = categories.filter(({ parent_id: parent }) => parent === category.id);
  if (children.length === 0) return null;
  return (
    <ul className="chips">
      {children.map(({ id, slug, name }) => (
        <li key={id}>
          <a className="chip" href={`/c/${slug}`} dir="auto">
            {name}
          </a>
        </li>
      ))}
    </ul>
  );
}
