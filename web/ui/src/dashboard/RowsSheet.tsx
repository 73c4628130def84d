/** What is behind a number: its events, visits or orders, and what was not counted, by reason. */
import { useInfiniteQuery } from "@tanstack/react-query";
import { Failure } from "../design/Panel";
import { Sheet } from "../design/Sheet";
import { TableSkeleton } from "../design/Table";
import { isMoney } from "../design/numbers";
import { useWords, type Words } from "../design/words";
import { api } from "../server/call";
import { labelOf } from "./labels";
import { GOALS, headQuestion, listOf } from "./questions";
import { localTime } from "./ranges";
import type { View } from "./view";

interface Props {
  view: View;
  change: (next: Partial<View>) => void;
  zone: string;
}

type Line = Record<string, unknown>;

interface Answer {
  of: "events" | "visits" | "orders";
  results: Line[];
  next_cursor: string | null;
  not_counted: { outcome: string; reason?: string; country?: string | null; events: number }[] | null;
}

const LIMIT = 100;

export default function RowsSheet({ view, change, zone }: Props) {
  const words = useWords();
  const { t, n } = words;
  const [metric = "visitors"] = view.options["metric"] ?? [];
  const list = listOf(view.options["list"]?.[0]);
  const row = view.options["row"] ?? [];
  const clock = { zone, now: new Date() };
  // An event may reach several goals, so that rows are asked of one goal and not by it.
  const goal = list?.id === GOALS.id;
  const within = goal ? { ...view, filters: [...view.filters, { name: GOALS.id, test: "is" as const, values: row }] } : view;
  const { site_id, date_range, filters } = headQuestion(within, clock);
  const answer = useInfiniteQuery({
    queryKey: ["rows", view.site, view.period, view.filters, metric, list?.id, row],
    queryFn: ({ pageParam, signal }) =>
      api.queryRows(
        {
          body: {
            site_id,
            date_range,
            ...(filters && { filters }),
            metrics: [metric],
            dimensions: list && !goal ? [list.dimension] : [],
            row: goal ? [] : row,
            limit: LIMIT,
            ...(pageParam ? { cursor: pageParam } : {}),
          },
        },
        { signal },
      ) as Promise<Answer>,
    initialPageParam: "",
    getNextPageParam: (last) => last.next_cursor ?? undefined,
  });
  const lines = answer.data?.pages.flatMap((page) => page.results) ?? [];
  const first = answer.data?.pages[0];
  const of = list && row[0] !== undefined ? `: ${labelOf(list.id, row[0], t, n.locale)}` : "";
  return (
    <Sheet title={`${t.metrics[metric] ?? metric}${of}`} close={() => change({ sheet: undefined, options: {} })}>
      <div className="sheet-body">
        {answer.error && <Failure error={answer.error} at={answer.dataUpdatedAt} whole={!answer.data} retry={() => answer.refetch()} />}
        {!answer.data && !answer.error && <TableSkeleton rows={12} />}
        {first && !lines.length && <p className="empty">{t.rows.nothing}</p>}
        {first && lines.length > 0 && <Lines of={first.of} lines={lines} words={words} zone={zone} />}
        {answer.hasNextPage && (
          <p className="sheet-foot">
            <button type="button" className="button" disabled={answer.isFetchingNextPage} onClick={() => void answer.fetchNextPage()}>
              {t.rows.more}
            </button>
          </p>
        )}
        {first?.not_counted && <NotCounted list={first.not_counted} words={words} />}
      </div>
    </Sheet>
  );
}

const COLUMNS: Record<Answer["of"], string[]> = {
  events: ["occurred_at", "name", "page", "source", "device"],
  visits: ["started_at", "entry_page", "exit_page", "source", "pageviews", "duration_seconds"],
  orders: ["occurred_at", "name", "order", "revenue", "source"],
};

function Lines({ of, lines, words, zone }: { of: Answer["of"]; lines: Line[]; words: Words; zone: string }) {
  const { t } = words;
  return (
    <div className="scroll" tabIndex={0} role="group" aria-label={t.rows.of[of]}>
      <table className="table stream">
        <caption className="unseen">{t.rows.of[of]}</caption>
        <thead>
          <tr>
            {COLUMNS[of].map((column) => (
              <th key={column} scope="col">
                {t.rows.columns[column] ?? column}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {lines.map((line, index) => (
            <tr key={String(line["id"] ?? index)} title={String(line["id"] ?? line["session"] ?? "")}>
              {COLUMNS[of].map((column) => (
                <td key={column}>
                  <bdi>{cell(line, column, words, zone)}</bdi>
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function cell(line: Line, column: string, { t, n, times }: Words, zone: string): string {
  const order = line["order"] as { order_id?: string; revenue?: unknown } | null | undefined;
  const visit = line["visit"] as Line | null | undefined;
  if (column === "order") return order?.order_id ?? "";
  const source = visit === null ? "" : ((visit ?? line)["source"] ?? "(none)");
  const value = column === "revenue" ? order?.revenue : column === "source" ? source : line[column];
  if (column.endsWith("_at")) {
    const time = new Date(String(value));
    return `${times.full(localTime(time, zone).slice(0, 10))} ${times.second(time, zone)}`;
  }
  if (column === "duration_seconds") return n.duration(typeof value === "number" ? value : null);
  if (typeof value === "object" && value !== null && "currency" in value && isMoney(value as never)) return n.money(value as never);
  if (typeof value === "number") return n.whole(value);
  return value === null || value === undefined
    ? ""
    : labelOf(column === "device" || column === "source" ? column : "", String(value), t, n.locale);
}

function NotCounted({ list, words: { t, n } }: { list: NonNullable<Answer["not_counted"]>; words: Words }) {
  return (
    <section className="not-counted" aria-label={t.rows.notCounted}>
      <h3>{t.rows.notCounted}</h3>
      {list.length ? (
        <ul>
          {list.map(({ outcome, reason, country, events }, index) => (
            <li key={index}>
              {[t.drops.outcomes[outcome] ?? outcome, reason?.replaceAll("_", " "), country].filter(Boolean).join(", ")}{" "}
              <strong>{n.count(events).text}</strong>
            </li>
          ))}
        </ul>
      ) : (
        <p>{t.rows.allCounted}</p>
      )}
    </section>
  );
}
