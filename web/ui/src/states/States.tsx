import { useState, type ReactNode } from "react";
import { Chart, type Point } from "../design/chart/Chart";
import { ChartTable } from "../design/chart/ChartTable";
import { later, Opener } from "../design/Floating";
import { Help } from "../design/Help";
import { Empty, IconButton, Panel, Tabs, type Answered } from "../design/Panel";
import { Table, TableSkeleton, type TableRow } from "../design/Table";
import { useWords } from "../design/words";
import { AskError } from "../server/call";
import { Head } from "../dashboard/Head";
import type { Report } from "../server/reports";

const MenuPopup = later(async () => (await import("../design/MenuPopup")).MenuPopup);
const Popup = later(async () => (await import("../design/Popup")).Popup);
const Sheet = later(async () => (await import("../design/Sheet")).Sheet);

const nothing = (): void => undefined;

export function States() {
  return (
    <main className="wrap">
      <h1>States</h1>
      <Controls />
      <Opened />
      <Panels />
      <Tables />
      <Charts />
      <Figures />
    </main>
  );
}

const Section = ({ title, children }: { title: string; children: ReactNode }) => (
  <section aria-label={title} data-states={title}>
    <h2>{title}</h2>
    <div className="grid">{children}</div>
  </section>
);

function Controls() {
  const [tab, setTab] = useState("one");
  return (
    <Section title="Controls">
      <p className="tools">
        <button type="button" className="button">
          Rest
        </button>
        <button type="button" className="button" disabled>
          Disabled
        </button>
        <button type="button" className="button" aria-busy="true">
          Busy
        </button>
        <button type="button" className="button primary">
          Primary
        </button>
        <button type="button" className="button small">
          Small
        </button>
        <button type="button" className="link">
          Link
        </button>
        <IconButton icon="table" label="Icon" onClick={nothing} />
      </p>
      <p className="tools">
        <Tabs
          label="Tabs"
          tabs={[
            ["one", "One"],
            ["two", "Two"],
          ]}
          chosen={tab}
          choose={setTab}
        />
        <button type="button" className="filter-chip">
          <span className="chip-of">page</span> <bdi>/cart</bdi>
        </button>
        <input aria-label="Text" defaultValue="Text" />
        <select aria-label="Choice">
          <option>Choice</option>
        </select>
        <label className="switch">
          <input type="checkbox" defaultChecked /> Switch
        </label>
        <Help text="What a word means, at some length, so that it takes more than one line." />
      </p>
    </Section>
  );
}

function Opened() {
  const [open, setOpen] = useState(false);
  const items = ["One", "Two"].map((title, index) => ({ id: title, title, checked: index === 0, hint: title[0], choose: nothing }));
  return (
    <Section title="What opens">
      <p className="tools">
        <Opener
          popup="menu"
          content={(floating) => <MenuPopup {...floating} label="Menu" groups={[{ title: "Group", items }, { items }]} />}
        >
          Menu
        </Opener>
        <Opener
          popup="dialog"
          content={(floating) => (
            <Popup {...floating} label="Box">
              In the box
            </Popup>
          )}
        >
          Box
        </Opener>
        <button type="button" className="button" onClick={() => setOpen(true)}>
          Sheet
        </button>
        {open && (
          <Sheet title="Sheet" close={() => setOpen(false)}>
            <div className="sheet-body">What is long.</div>
          </Sheet>
        )}
      </p>
    </Section>
  );
}

const answer = (change: Partial<Answered<TableRow[]>>): Answered<TableRow[]> => ({
  data: undefined,
  error: null,
  isPlaceholderData: false,
  dataUpdatedAt: Date.now(),
  refetch: nothing,
  ...change,
});

const ERRORS: [string, Error][] = [
  ["503", new AskError(503, "The store is catching up.", "01a226bf570e")],
  ["504", new AskError(504, "")],
  ["429", new AskError(429, "")],
  ["not reached", new AskError(0, "")],
];

function Panels() {
  const all: [string, Answered<TableRow[]>][] = [
    ["First load", answer({})],
    ["Data", answer({ data: ROWS })],
    ["Stale", answer({ data: ROWS, isPlaceholderData: true })],
    ["Empty", answer({ data: [] })],
    ...ERRORS.map(([name, error]): [string, Answered<TableRow[]>] => [`Error ${name}`, answer({ error })]),
    ["Error with what was there", answer({ data: ROWS, error: ERRORS[0]?.[1] ?? null })],
  ];
  return (
    <Section title="Panels">
      {all.map(([title, one]) => (
        <Panel key={title} title={title} className="rows-6" answer={one} heading={<h3>{title}</h3>} skeleton={<TableSkeleton rows={6} />}>
          {(rows) =>
            rows.length ? (
              <List rows={rows} label={title} />
            ) : (
              <Empty
                title="No pages yet."
                why="A page shows here when somebody opens it."
                action={<button className="button">Copy the snippet</button>}
              />
            )
          }
        </Panel>
      ))}
    </Section>
  );
}

const ROWS: TableRow[] = [
  { name: "/", values: [12_345, 41.2], chosen: true },
  { name: "/p/a-name-that-is-much-longer-than-the-column-that-it-stands-in-and-is-cut-therefore", values: [812, 38] },
  { name: '<img src=x onerror="alert(1)">', values: [20, 50], few: true },
  { name: "=HYPERLINK(1)", values: [3, null], few: true },
  { name: "مرحبا/عالم", values: [0, 0], few: true },
];

const List = ({ rows, label, choose = nothing }: { rows: TableRow[]; label: string; choose?: (() => void) | undefined }) => (
  <Table
    label={label}
    of="Page"
    columns={[
      { id: "visitors", title: "Visitors", kind: "count", sortable: true },
      { id: "bounce_rate", title: "Bounce rate", kind: "percent", sortable: true },
    ]}
    rows={rows}
    choose={choose}
    sort={{ by: "visitors", direction: "desc", change: nothing }}
  />
);

function Tables() {
  return (
    <Section title="Tables">
      <div className="panel">
        <List rows={ROWS} label="Rows that can be chosen" />
      </div>
      <div className="panel">
        <Table
          label="Rows that cannot"
          of="Product"
          columns={[{ id: "revenue", title: "Net sales", kind: "money" }]}
          rows={[{ name: "Mug", values: [{ amount_minor: 1_234_567, currency: "EUR" }] }]}
        />
      </div>
    </Section>
  );
}

const POINTS = Array.from({ length: 14 }, (_, index): Point => {
  const label = `2026-11-${String(index + 10).padStart(2, "0")}`;
  const value = Math.round(60 + 30 * Math.sin(index / 2));
  return {
    label,
    value,
    before: { label: `2026-11-${String(index + 3).padStart(2, "0")}`, value: value - 10 + (index % 5) * 4 },
    revenue: { amount_minor: value * 700, currency: "EUR" },
    running: index === 13,
  };
});

function Charts() {
  const { t } = useWords();
  const chart = { title: t.metrics["visitors"] ?? "", kind: "count" as const, points: POINTS, zoom: nothing, range: nothing };
  return (
    <Section title="Charts">
      <div className="panel">
        <Chart {...chart} />
      </div>
      <div className="panel">
        <ChartTable {...chart} />
      </div>
      <div className="panel">
        <Chart {...chart} points={POINTS.slice(0, 1)} />
      </div>
      <div className="panel">
        <Chart {...chart} kind="money" points={POINTS.map((point) => ({ label: point.label, value: point.revenue }))} />
      </div>
    </Section>
  );
}

function Figures() {
  const row = (metrics: Report["results"][0]["metrics"], before: typeof metrics, change: (number | null)[]): Report => ({
    results: [{ dimensions: [], metrics, comparison: { dimensions: [], metrics: before, change } }],
    meta: { total_rows: 1 },
    query: { date_range: ["", ""], dimensions: [] },
  });
  const of = (data: Report | undefined, more: Partial<Answered<Report>> = {}): Answered<Report> => ({
    data,
    error: null,
    isPlaceholderData: false,
    dataUpdatedAt: 0,
    refetch: nothing,
    ...more,
  });
  const traffic = row([12, 20_000, 0, 41.2, 95, null], [12, 10, 0, 38, 120, 3], [0, 999_999, 0, 3.2, -21, null]);
  const money = row([{ amount_minor: 1_234_567, currency: "EUR" }, 38], [{ amount_minor: 0, currency: "EUR" }, 40], [100, -5]);
  const head = { metric: "visitors", choose: nothing, definitions: undefined, before: "22 Nov 2026, until 10:04" };
  return (
    <section aria-label="Figures" data-states="Figures">
      <h2>Figures</h2>
      <Head {...head} traffic={of(traffic)} money={of(money)} />
      <Head {...head} traffic={of(undefined)} money={of(undefined)} />
      <Head {...head} traffic={of(traffic, { isPlaceholderData: true })} money={of(money)} />
    </section>
  );
}
