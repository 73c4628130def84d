/** What people looked for and did not find, and what they would have bought. */
import type { ReactNode } from "react";
import { Empty, Panel } from "../../design/Panel";
import { Table, TableSkeleton } from "../../design/Table";
import type { Money } from "../../design/numbers";
import { useWords } from "../../design/words";
import { useAnswer } from "../data";
import { scope, type ViewProps } from "./view";

/** `POST /v1/demand`. */
export interface DemandAnswer {
  searches: { results: { term: string; searches: number; without_result: number; without_click: number }[]; total_rows: number };
  sold_out: {
    results: { sku: string; name: string; views: number; viewers: number; hours: number; lost_revenue: Money | null }[];
    total_rows: number;
  };
}

const ROWS = 100;

/** A table that may be wider than a phone. */
const Scroll = ({ label, children }: { label: string; children: ReactNode }) => (
  <div className="scroll" tabIndex={0} role="group" aria-label={label}>
    {children}
  </div>
);

export default function Demand({ view, zone }: ViewProps) {
  const { t } = useWords();
  const answer = useAnswer<DemandAnswer>("demand", (clock) => ({ ...scope(view, clock), pagination: { limit: ROWS } }), zone);
  const column = (id: string, kind: "count" | "decimal" | "money" = "count") => ({ id, kind, title: t.demand.columns[id] ?? id });
  return (
    <div className="grid">
      <Panel
        title={t.demand.searches}
        className="rows-9"
        answer={answer}
        skeleton={<TableSkeleton rows={9} />}
        heading={<h2>{t.demand.searches}</h2>}
      >
        {({ searches }) =>
          searches.results.length ? (
            <Scroll label={t.demand.searches}>
              <Table
                label={t.demand.searches}
                of={t.demand.term}
                columns={[column("searches"), column("without_result"), column("without_click")]}
                rows={searches.results.map((row) => ({ name: row.term, values: [row.searches, row.without_result, row.without_click] }))}
              />
            </Scroll>
          ) : (
            <Empty title={t.demand.noSearches} why={t.demand.noSearchesWhy} />
          )
        }
      </Panel>
      <Panel
        title={t.demand.soldOut}
        className="rows-9"
        answer={answer}
        skeleton={<TableSkeleton rows={9} />}
        heading={<h2>{t.demand.soldOut}</h2>}
      >
        {({ sold_out }) =>
          sold_out.results.length ? (
            <Scroll label={t.demand.soldOut}>
              <Table
                label={t.demand.soldOut}
                of={t.of["product"] ?? ""}
                columns={[column("views"), column("hours", "decimal"), column("lost_revenue", "money")]}
                rows={sold_out.results.map((row) => ({ name: row.sku, label: row.name, values: [row.views, row.hours, row.lost_revenue] }))}
              />
            </Scroll>
          ) : (
            <Empty title={t.demand.nothingOut} why={t.demand.nothingOutWhy} />
          )
        }
      </Panel>
    </div>
  );
}
