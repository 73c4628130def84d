/** The order's whole story on one line of time: from the first click to what happened last. */
import { CopyButton, Failure } from "../../design/Panel";
import { TableSkeleton } from "../../design/Table";
import { useAdmin } from "../words";
import { clockTime, dayOf, longDay } from "../when";
import { Attempts } from "./Attempts";
import { useTimeline } from "./data";
import type { Order } from "./order";
import { tellingOf } from "./telling";
import type { Entry } from "./timeline";

export function Story({ order }: { order: Order }) {
  const { a, n } = useAdmin();
  const { data, error, dataUpdatedAt, refetch } = useTimeline(order.id);
  const days = byDay(data?.entries ?? []);
  return (
    <section className="panel" aria-label={a.story.title} aria-busy={!data && !error}>
      <h2>{a.story.title}</h2>
      {error && <Failure error={error} at={dataUpdatedAt} whole={!data} retry={refetch} />}
      {!data && !error && <TableSkeleton rows={4} />}
      {data && data.visit.status !== "known" && <p className="hint-line">{a.story.visits[data.visit.status]}</p>}
      {data?.stock.status === "elsewhere" && <p className="hint-line">{a.story.stockElsewhere}</p>}
      {days.map(([day, entries]) => (
        <div key={day} className="story-day">
          <h3>{longDay(entries[0]?.at ?? "", n.locale)}</h3>
          <ol className="story">
            {entries.map((entry, index) => (
              <Moment key={`${entry.at} ${index}`} entry={entry} order={order} />
            ))}
          </ol>
        </div>
      ))}
    </section>
  );
}

function byDay(entries: Entry[]): [string, Entry[]][] {
  const days = new Map<string, Entry[]>();
  for (const entry of entries) days.set(dayOf(entry.at), [...(days.get(dayOf(entry.at)) ?? []), entry]);
  return [...days];
}

function Moment({ entry, order }: { entry: Entry; order: Order }) {
  const words = useAdmin();
  const { what, more, id, link } = tellingOf(entry, order, words);
  return (
    <li data-kind={entry.kind}>
      <time dateTime={entry.at}>{clockTime(entry.at, words.n.locale)}</time>
      <span className="story-what">
        <bdi>{what}</bdi>
        {more && (
          <span className="hint-line">
            {link ? (
              <a href={link} target="_blank" rel="noreferrer noopener">
                <bdi>{more}</bdi>
              </a>
            ) : (
              <bdi>{more}</bdi>
            )}
          </span>
        )}
        {entry.kind === "delivery" && <Attempts attempts={entry.attempts} />}
      </span>
      {id && <CopyButton text={id} label={words.a.story.copyId} />}
    </li>
  );
}
