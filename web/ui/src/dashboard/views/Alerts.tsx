/** Rules that watch the business, what each would have done in the past, and what it says now. */
import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { Empty, IconButton, Panel } from "../../design/Panel";
import { TableSkeleton } from "../../design/Table";
import { useWords } from "../../design/words";
import { call } from "../../server/call";
import { useAccess } from "../access";
import { useGet } from "../data";
import { AlertForm, type Alert } from "./AlertForm";
import type { ViewProps } from "./view";

export default function Alerts({ view, zone }: ViewProps) {
  const { t, times } = useWords();
  const client = useQueryClient();
  const { owner } = useAccess();
  const path = `/v1/alerts?site_id=${encodeURIComponent(view.site)}`;
  const answer = useGet<{ results: Alert[] }>(path);
  const again = (): void => void client.invalidateQueries({ queryKey: ["report", path] });
  const [changed, setChanged] = useState<Alert>();
  const [saved, setSaved] = useState(0);
  const done = (): void => {
    setChanged(undefined);
    setSaved(saved + 1);
    again();
  };
  const remove = (id: string): void => void call("DELETE", `/v1/alerts/${id}`).then(again, again);
  return (
    <>
      <Panel
        title={t.pages["alerts"] ?? ""}
        className="rows-6"
        answer={answer}
        skeleton={<TableSkeleton rows={6} />}
        heading={<h2>{t.pages["alerts"]}</h2>}
      >
        {({ results }) =>
          results.length ? (
            <ul className="alerts">
              {results.map((alert) => (
                <li key={alert.id} className={alert.id === changed?.id ? "chosen" : undefined} data-status={alert.state?.status}>
                  <strong>
                    <bdi>{alert.name}</bdi>
                  </strong>
                  <span className={alert.state?.status === "firing" ? "worse" : "same"}>
                    {t.alerts.statuses[alert.state?.status ?? "unknown"]}
                    {alert.state?.since && ` · ${times.clock(new Date(alert.state.since), zone)}`}
                  </span>
                  <Rule {...alert} />
                  {owner && <IconButton icon="edit" label={t.kept.change(alert.name)} onClick={() => setChanged(alert)} />}
                  {owner && <IconButton icon="close" label={t.alerts.remove(alert.name)} onClick={() => remove(alert.id)} />}
                </li>
              ))}
            </ul>
          ) : (
            <Empty title={t.alerts.none} why={t.alerts.why} />
          )
        }
      </Panel>
      {owner && (
        <AlertForm
          key={`${changed?.id} ${changed?.version} ${saved}`}
          site={view.site}
          zone={zone}
          alert={changed}
          done={done}
          failed={again}
        />
      )}
    </>
  );
}

/** A rule in words. */
function Rule({ watch, when }: Alert) {
  const { t, n } = useWords();
  const what = watch.query
    ? (t.metrics[watch.query.metric] ?? watch.query.metric)
    : watch.stock
      ? watch.stock.sku
      : watch.lag
        ? t.alerts.lag
        : t.alerts.audit;
  const than =
    when.percent === undefined ? n.decimal(when.bound ?? 0) : t.alerts.ofUsual(n.percent(when.percent), n.whole(when.weeks ?? 0));
  const rule = t.alerts.rule(what, t.alerts.is[when.is] ?? when.is, than);
  const within = watch.query && `${n.whole(watch.query.window_minutes)} ${t.alerts.minutes}`;
  return <span className="alert-rule">{[rule, within].filter(Boolean).join(" · ")}</span>;
}
