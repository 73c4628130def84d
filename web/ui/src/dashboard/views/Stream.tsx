/** The events as they come in, the newest first, each with the facts of its visit. */
import { Empty, Panel } from "../../design/Panel";
import { TableSkeleton } from "../../design/Table";
import { useWords } from "../../design/words";
import { useGet } from "../data";
import { labelOf } from "../labels";
import type { ViewProps } from "./view";

interface Event {
  id: string;
  name: string;
  page: string | null;
  received_at: string;
  bot: boolean;
  visit: { source?: string | null; device?: string | null; country?: string | null } | null;
}

const ROWS = 100;

export default function Stream({ view, zone }: ViewProps) {
  const { t, times, n } = useWords();
  const answer = useGet<{ results: Event[] }>("listEvents", { site_id: view.site, limit: ROWS });
  return (
    <Panel
      title={t.pages["stream"] ?? ""}
      className="rows-9"
      answer={answer}
      skeleton={<TableSkeleton rows={9} />}
      heading={<h2>{t.pages["stream"]}</h2>}
    >
      {({ results }) =>
        results.length ? (
          <div className="scroll" tabIndex={0} role="group" aria-label={t.pages["stream"]}>
            <table className="table stream">
              <thead>
                <tr>
                  {[t.chart.time, t.of["event"], t.of["page"], t.of["source"], t.of["device"]].map((title) => (
                    <th key={title} scope="col">
                      {title}
                    </th>
                  ))}
                </tr>
              </thead>
              <tbody>
                {results.map((event) => (
                  <tr key={event.id} title={event.id}>
                    <td>{times.second(new Date(event.received_at), zone)}</td>
                    <th scope="row">
                      <bdi>{event.name}</bdi>
                    </th>
                    <td>
                      <bdi>{event.page}</bdi>
                    </td>
                    <td>
                      <bdi>{event.visit && labelOf("source", event.visit.source ?? "(none)", t, n.locale)}</bdi>
                    </td>
                    <td>{event.visit?.device && labelOf("device", event.visit.device, t, n.locale)}</td>
                  </tr>
                ))}
              </tbody>
            </table>
          </div>
        ) : (
          <Empty title={t.empty["event"] ?? ""} why={t.emptyWhy["event"]} />
        )
      }
    </Panel>
  );
}
