/** Every product from its view to its sale, and what it lost while it was sold out. */
import { useDeferredValue, useState } from "react";
import { Empty, Panel } from "../../design/Panel";
import { Help } from "../../design/Help";
import { Table, TableSkeleton, type Column, type TableRow } from "../../design/Table";
import type { Money } from "../../design/numbers";
import { useWords, type Words } from "../../design/words";
import { useAnswer, useDefinitions } from "../data";
import { scope, type ViewProps } from "./view";

interface Product {
  sku: string | null;
  name: string;
  views: number;
  adds: number;
  orders: number;
  units: number;
  net: Money | null;
  conversion_rate: number | null;
  hours_sold_out: number;
  views_sold_out: number;
  lost_revenue: Money | null;
}

interface Answer {
  results: Product[];
  totals: { lost_revenue: Money | null };
  meta: { total_rows: number };
}

const COLUMNS = [
  ["net", "money"],
  ["views", "count"],
  ["adds", "count"],
  ["units", "count"],
  ["conversion_rate", "percent"],
  ["hours_sold_out", "decimal"],
  ["views_sold_out", "count"],
  ["lost_revenue", "money"],
] as const;
const ROWS = 100;

export default function Goods({ view, zone }: ViewProps) {
  const words = useWords();
  const { t, n } = words;
  const [search, setSearch] = useState("");
  const [order, setOrder] = useState<[string, "asc" | "desc"]>(["net", "desc"]);
  const wanted = useDeferredValue(search.trim());
  const definitions = useDefinitions();
  const answer = useAnswer<Answer>(
    "productPerformance",
    (clock) => ({
      ...scope(view, clock),
      order_by: [order],
      pagination: { limit: ROWS },
      ...(wanted ? { search: wanted } : {}),
    }),
    zone,
  );
  const sort = (by: string): void => setOrder(([was, direction]) => [by, was === by && direction === "desc" ? "asc" : "desc"]);
  const lost = answer.data?.totals.lost_revenue;
  return (
    <Panel
      title={t.pages["goods"] ?? ""}
      className="rows-9"
      answer={answer}
      skeleton={<TableSkeleton rows={9} />}
      heading={
        <h2>
          {t.pages["goods"]} <Help text={definitions.data?.get("lost_revenue") ?? definitions.data?.get("lost revenue")} />
          {lost && lost.amount_minor > 0 && <span className="key-figure">{t.goods.lost(n.money(lost))}</span>}
        </h2>
      }
      tools={
        <label className="search">
          <span className="unseen">{t.search}</span>
          <input type="search" placeholder={t.search} value={search} onChange={(event) => setSearch(event.target.value)} />
        </label>
      }
    >
      {(data) =>
        data.results.length ? (
          <div className="scroll" tabIndex={0} role="group" aria-label={t.pages["goods"]}>
            <Table
              label={t.pages["goods"] ?? ""}
              of={t.of["product"] ?? ""}
              columns={columns(words)}
              rows={data.results.map(rowOf)}
              sort={{ by: order[0], direction: order[1], change: sort }}
            />
          </div>
        ) : (
          <Empty title={wanted ? t.noMatch : (t.empty["product"] ?? "")} why={t.goods.why} />
        )
      }
    </Panel>
  );
}

const columns = ({ t }: Words): Column[] => COLUMNS.map(([id, kind]) => ({ id, kind, title: t.goods.columns[id] ?? id, sortable: true }));

const rowOf = (product: Product): TableRow => ({
  name: product.sku ?? product.name,
  label: product.name,
  values: COLUMNS.map(([id]) => product[id]),
  few: product.views < 30,
});
