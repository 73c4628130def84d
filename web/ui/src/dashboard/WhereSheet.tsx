/** Where an event or an order was counted, or why it was not. */
import { useQuery } from "@tanstack/react-query";
import { Failure } from "../design/Panel";
import { Sheet } from "../design/Sheet";
import { TableSkeleton } from "../design/Table";
import { useWords } from "../design/words";
import { api } from "../server/call";
import { labelOf } from "./labels";
import { nameOf, type View } from "./view";

interface Answer {
  id: string;
  status: string;
  records: {
    event: { name: string; received_at: string };
    day: string;
    visit_day: string | null;
    metrics: string[];
    dimensions: Record<string, string>;
  }[];
  rejected: { received_at: string; reason: string }[];
}

interface Props {
  view: View;
  change: (next: Partial<View>) => void;
}

export default function WhereSheet({ view, change }: Props) {
  const { t, n, times } = useWords();
  const id = view.options["id"]?.[0] ?? "";
  const answer = useQuery({
    queryKey: ["where", view.site, id],
    queryFn: ({ signal }) => api.findEvent({ query: { site_id: view.site, id } }, { signal }) as Promise<Answer>,
  });
  const { data } = answer;
  return (
    <Sheet title={t.where.title(id)} close={() => change({ sheet: undefined, options: {} })}>
      <div className="sheet-body where">
        {answer.error && <Failure error={answer.error} at={answer.dataUpdatedAt} whole retry={() => answer.refetch()} />}
        {!data && !answer.error && <TableSkeleton rows={6} />}
        {data && <p className="where-status">{t.where.statuses[data.status] ?? data.status}</p>}
        {data?.rejected.map((one) => (
          <p key={one.received_at}>{one.reason.replaceAll("_", " ")}</p>
        ))}
        {data?.records.map((record, index) => (
          <section key={index} aria-label={record.event.name}>
            <h3>
              <bdi>{record.event.name}</bdi>, {times.full(record.day)}
            </h3>
            <p>{record.metrics.map((metric) => t.metrics[metric] ?? metric).join(" · ")}</p>
            <dl>
              {Object.entries(record.dimensions).map(([dimension, value]) => {
                const name = nameOf(dimension) ?? dimension.replace(/^\w+:/, "").replaceAll("_", " ");
                return (
                  <div key={dimension}>
                    <dt>{t.of[name] ?? name}</dt>
                    <dd>
                      <bdi>{labelOf(name, value, t, n.locale)}</bdi>
                    </dd>
                  </div>
                );
              })}
            </dl>
          </section>
        ))}
      </div>
    </Sheet>
  );
}
