/** A panel with the most frequent values of a dimension; a click on one filters the page by it. */
import { Table, TableSkeleton, type Column, type TableRow } from "../design/Table";
import { Empty, Panel, Tabs } from "../design/Panel";
import { Help } from "../design/Help";
import { useWords, type Words } from "../design/words";
import { amountOf } from "../design/numbers";
import type { Report, Row } from "../server/reports";
import { useReport } from "./data";
import { useAccess } from "./access";
import { labelOf } from "./labels";
import { PropertyKeys, usePropertyKeys } from "./PropertyKeys";
import { listOf, listQuestion, PROPERTY, ROWS, type List, type Panel as PanelSpec } from "./questions";
import { isChosen, nameOf, toggled, type View } from "./view";

interface Props {
  panel: PanelSpec;
  view: View;
  change: (next: Partial<View>) => void;
  zone: string;
  definitions: Map<string, string> | undefined;
}

export function Breakdown({ panel: { id, lists, rows, wide }, view, change, zone, definitions }: Props) {
  const words = useWords();
  const { t } = words;
  const tab = view.tabs[id];
  const properties = id === "events" && tab?.startsWith(PROPERTY) === true;
  const keys = usePropertyKeys(view.site, properties);
  const property = properties ? tab.slice(PROPERTY.length) || keys[0] || "" : "";
  const list = properties ? listOf(PROPERTY + property) : (lists.find((one) => one.id === tab) ?? lists[0]);
  const answer = useReport((clock) => listQuestion(view, list ?? NO_LIST, { limit: ROWS }, clock), zone, list !== undefined);
  const access = useAccess();
  const title = t.panels[id] ?? id;
  const choose = (next: string): void => change({ tabs: next === lists[0]?.id ? without(view.tabs, id) : { ...view.tabs, [id]: next } });
  const tabs = lists.map((one): [string, string] => [one.id, t.tabs[one.id] ?? one.id]);
  // Which properties there are is read from events, which a link may not.
  if (id === "events" && !access.share) tabs.push([PROPERTY, t.tabs["prop"] ?? ""]);
  return (
    <Panel
      title={title}
      className={`rows-${rows} ${wide ? "across" : ""}`}
      answer={list ? answer : { ...answer, data: NO_ROWS, error: null }}
      skeleton={<TableSkeleton rows={rows} />}
      heading={
        <h2>
          {title} <Help text={definitions?.get(properties ? "event:props:<key>" : (list?.dimension ?? ""))} />
        </h2>
      }
      tools={
        <div className="tools">
          {properties && <PropertyKeys keys={keys} chosen={property} choose={choose} />}
          {tabs.length > 1 && <Tabs label={title} tabs={tabs} chosen={properties ? PROPERTY : (list?.id ?? "")} choose={choose} />}
        </div>
      }
    >
      {(report) =>
        // Of another tab: its numbers are of another kind.
        list && report.query.dimensions[0] !== list.dimension ? (
          <TableSkeleton rows={rows} />
        ) : list && report.results.length ? (
          <>
            <Table
              label={t.tabs[list.id] ?? title}
              of={t.of[list.id] ?? list.id.replace(/^prop\./, "")}
              columns={columnsOf(list, words)}
              rows={report.results.slice(0, ROWS).map((row) => rowOf(row, list, view, words))}
              choose={nameOf(list.dimension) ? (value) => change(toggled(view, list.dimension, value)) : undefined}
              open={
                !access.share && !list.money
                  ? (row, metric) => change({ sheet: "rows", options: { list: [list.id], metric: [metric], row: [row] } })
                  : undefined
              }
            />
            {report.meta.total_rows > ROWS && (
              <div className="panel-foot">
                <button type="button" className="link" onClick={() => change({ sheet: list.id })}>
                  {t.showAll(words.n.whole(report.meta.total_rows))}
                </button>
              </div>
            )}
          </>
        ) : (
          <Nothing list={list ?? NO_LIST} filtered={view.filters.length > 0} drop={() => change({ filters: [] })} />
        )
      }
    </Panel>
  );
}

const NO_LIST: List = { id: "prop", dimension: "event:page", metrics: [{ id: "visitors", kind: "count" }] };

const NO_ROWS: Report = { results: [], meta: { total_rows: 0 }, query: { date_range: ["", ""], dimensions: [] } };

const without = (tabs: View["tabs"], id: string): View["tabs"] => Object.fromEntries(Object.entries(tabs).filter(([name]) => name !== id));

function Nothing({ list, filtered, drop }: { list: List; filtered: boolean; drop: () => void }) {
  const { t } = useWords();
  if (!filtered) return <Empty title={t.empty[list.id] ?? t.none} why={t.emptyWhy[list.id]} />;
  return (
    <Empty
      title={t.noMatch}
      action={
        <button type="button" className="button" onClick={drop}>
          {t.dropFilters}
        </button>
      }
    />
  );
}

export const columnsOf = (list: List, { t }: Words): Column[] =>
  list.metrics.map((metric) => ({ ...metric, title: t.metrics[metric.id] ?? metric.id, sortable: true }));

const FEW_VISITORS = 30;

export function rowOf(row: Row, list: List, view: View, { t, n }: Words): TableRow {
  const name = row.dimensions[0] ?? "";
  const label = labelOf(list.id, name, t, n.locale);
  return {
    name,
    label,
    values: row.metrics,
    chosen: isChosen(view, list.dimension, name),
    few: amountOf(row.metrics[0]) < FEW_VISITORS && !list.money,
  };
}
