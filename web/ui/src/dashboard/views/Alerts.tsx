/** Rules that watch the business, what each would have done in the past, and what it says now. */
import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { Empty, IconButton, Panel } from "../../design/Panel";
import { TableSkeleton } from "../../design/Table";
import { useWords } from "../../design/words";
import type { Texts } from "../../texts/en";
import { api } from "../../server/call";
import { useAccess } from "../access";
import { useGet } from "../data";
import { AlertForm, type Alert } from "./AlertForm";
import type { ViewProps } from "./view";

export default function Alerts({ view, zone }: ViewProps) {
  const { t, times } = useWords();
  const client = useQueryClient();
  const { owner } = useAccess();
  const answer = useGet<{ results: Alert[] }>("listAlerts", { site_id: view.site });
  const again = (): void => void client.invalidateQueries({ queryKey: ["report", "listAlerts"] });
  const [changed, setChanged] = useState<Alert>();
  const [saved, setSaved] = useState(0);
  const done = (): void => {
    setChanged(undefined);
    setSaved(saved + 1);
    again();
  };
  const remove = (id: string): void => void api.deleteAlert({ path: { id } }).then(again, again);
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
                    {statusOf(alert, t)}
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

/** Their bounds are in minor units, of a currency that an alert does not name. */
const MONEY = ["revenue", "refunds", "average_order_value"];

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
  const bound = when.bound ?? 0;
  const than =
    when.percent !== undefined
      ? t.alerts.ofUsual(n.percent(when.percent), n.whole(when.weeks ?? 0))
      : watch.lag
        ? n.duration(bound)
        : MONEY.includes(watch.query?.metric ?? "")
          ? t.alerts.minor(n.whole(bound))
          : Number.isInteger(bound)
            ? n.whole(bound)
            : n.decimal(bound);
  const rule = t.alerts.rule(what, t.alerts.is[when.is] ?? when.is, than);
  const within = watch.query && `${n.whole(watch.query.window_minutes)} ${t.alerts.minutes}`;
  return <span className="alert-rule">{[rule, within].filter(Boolean).join(" · ")}</span>;
}

/** What was measured and says nothing has nothing to be compared with. */
function statusOf({ state }: Alert, { alerts }: Texts): string | undefined {
  const { status = "unknown", checked_at } = state ?? {};
  return status === "unknown" && checked_at ? alerts.nothing : alerts.statuses[status];
}
