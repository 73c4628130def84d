/** What came and did not count, and why. */
import { Empty, Panel } from "../../design/Panel";
import { Table, TableSkeleton, type TableRow } from "../../design/Table";
import { useWords, type Words } from "../../design/words";
import { useGet } from "../data";
import { addDays, dayEnds, today } from "../ranges";
import type { View } from "../view";

interface Drop {
  day: string;
  outcome: string;
  reason?: string;
  country?: string | null;
  events: number;
}

interface Answer {
  results: Drop[];
  meta: { stored: number; dropped: number };
}

/** Days that the server tells of at once. */
const DAYS_MAX = 1000;

interface Props {
  view: Pick<View, "site" | "period">;
  zone: string;
}

export default function Drops({ view, zone }: Props) {
  const words = useWords();
  const { t, n, times } = words;
  const clock = { zone, now: new Date() };
  const [from, to] = dayEnds(view.period, clock) ?? [addDays(today(clock), 1 - DAYS_MAX), today(clock)];
  const answer = useGet<Answer>("listDrops", { site_id: view.site, from, to });
  const list = (title: string, of: string, rowsOf: (drops: Drop[]) => TableRow[], className = "rows-9") => (
    <Panel title={title} className={className} answer={answer} skeleton={<TableSkeleton rows={9} />} heading={<h2>{title}</h2>}>
      {(data) => {
        const rows = rowsOf(data.results);
        return rows.length ? (
          <Table label={title} of={of} columns={[{ id: "events", title: t.metrics["events"] ?? "", kind: "count" }]} rows={rows} />
        ) : (
          <Empty title={t.drops.nothing} why={t.drops.why} />
        );
      }}
    </Panel>
  );
  const { data } = answer;
  const all = data && data.meta.stored + data.meta.dropped;
  return (
    <>
      <p className="range-name">
        {data &&
          t.drops.summary(
            n.count(data.meta.dropped).text,
            n.count(data.meta.stored).text,
            n.percent(all ? (100 * data.meta.dropped) / all : null),
          )}
      </p>
      <div className="grid">
        {list(t.drops.reason, t.drops.reason, (drops) => summed(drops, (drop) => nameOf(drop, words)))}
        {list(t.drops.country, t.of["country"] ?? "", (drops) =>
          summed(
            drops.filter((drop) => drop.outcome === "bot"),
            (drop) =>
              drop.country ? (new Intl.DisplayNames(n.locale, { type: "region" }).of(drop.country) ?? drop.country) : t.drops.noCountry,
          ),
        )}
        {list(
          t.drops.day,
          t.chart.time,
          (drops) => summed(drops, (drop) => drop.day, "name").map((row) => ({ ...row, label: times.full(row.name) })),
          "rows-9 across",
        )}
      </div>
    </>
  );
}

const nameOf = (drop: Drop, { t }: Words): string => {
  const outcome = t.drops.outcomes[drop.outcome] ?? drop.outcome;
  return drop.reason ? `${outcome}: ${drop.reason.replaceAll("_", " ")}` : outcome;
};

/** Sums of those with the same name, the most first, or in the order of their names. */
function summed(drops: Drop[], name: (drop: Drop) => string, by: "events" | "name" = "events"): TableRow[] {
  const sums = new Map<string, number>();
  for (const drop of drops) sums.set(name(drop), (sums.get(name(drop)) ?? 0) + drop.events);
  const order =
    by === "name"
      ? (a: [string, number], b: [string, number]) => (a[0] < b[0] ? 1 : -1)
      : (a: [string, number], b: [string, number]) => b[1] - a[1];
  return [...sums].sort(order).map(([key, events]) => ({ name: key, values: [events] }));
}
