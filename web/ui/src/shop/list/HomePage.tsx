/** The first page: what the shop is, its categories, what is new and what is bought most. */
import { useEffect } from "react";
import { Shelf } from "../parts/Card";
import { useTracking } from "../tracking";
import type { Page, Product } from "../types";
import { useWords } from "../words";

export function HomePage({ data }: { data: Page<"home"> }) {
  const { t } = useWords();
  const tracking = useTracking();
  useEffect(() => {
    if (data.best.length > 0) tracking.listed("best", data.best);
    if (data.new.length > 0) tracking.listed("new", data.new);
  }, [data]);
  return (
    <>
      <section className="hero">
        <h1 dir="auto">{data.shop.claim || data.shop.name}</h1>
      </section>
      <Section title={t.best} products={data.best} list="best" top />
      <Section title={t.fresh} products={data.new} list="new" top={data.best.length === 0} />
      {data.best.length + data.new.length === 0 && <p className="notice">{t.nothingYet}</p>}
    </>
  );
}

function Section({ title, products, list, top = false }: { title: string; products: Product[]; list: string; top?: boolean }) {
  if (products.length === 0) return null;
  return (
    <section className="section">
      <h2>{title}</h2>
      <Shelf products={products} list={list} top={top} />
    </section>
  );
}
