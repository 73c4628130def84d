/** Rules that watch the business, what each would have done in the past, and what it says now. */
import { useQueryClient } from "@tanstack/react-query";
import { useState, type FormEvent } from "react";
import { Empty, Failure, IconButton, Panel } from "../../design/Panel";
import { TableSkeleton } from "../../design/Table";
import { useWords } from "../../design/words";
import { call } from "../../server/call";
import { useAccess } from "../access";
import { useGet } from "../data";
import { localTime } from "../ranges";
import type { ViewProps } from "./view";

interface Watch {
  query?: { metric: string; filters: unknown[]; window_minutes: number };
  stock?: { sku: string };
  lag?: object;
  audit?: object;
}

interface When {
  is: "below" | "above";
  bound?: number;
  percent?: number;
  weeks?: number;
}

interface Alert {
  id: string;
  name: string;
  enabled: boolean;
  watch: Watch;
  when: When;
  state?: { status: "ok" | "firing" | "unknown"; since: string | null; value: number | null; expected: number | null };
}

export default function Alerts({ view, zone }: ViewProps) {
  const { t, times } = useWords();
  const client = useQueryClient();
  const { owner } = useAccess();
  const path = `/v1/alerts?site_id=${encodeURIComponent(view.site)}`;
  const answer = useGet<{ results: Alert[] }>(path);
  const again = (): void => void client.invalidateQueries({ queryKey: ["report", path] });
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
                <li key={alert.id} data-status={alert.state?.status}>
                  <strong>
                    <bdi>{alert.name}</bdi>
                  </strong>
                  <span className={alert.state?.status === "firing" ? "worse" : "same"}>
                    {t.alerts.statuses[alert.state?.status ?? "unknown"]}
                    {alert.state?.since && ` · ${times.clock(new Date(alert.state.since), zone)}`}
                  </span>
                  <Rule {...alert} />
                  {owner && <IconButton icon="close" label={t.alerts.remove(alert.name)} onClick={() => remove(alert.id)} />}
                </li>
              ))}
            </ul>
          ) : (
            <Empty title={t.alerts.none} why={t.alerts.why} />
          )
        }
      </Panel>
      {owner && <NewAlert site={view.site} zone={zone} done={again} />}
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

const METRICS = ["visitors", "orders", "revenue", "pageviews", "conversion_rate"];
/** The windows that the server knows, in minutes. */
const WINDOWS = [5, 10, 15, 20, 30, 60];
const WEEKS = 4;
const DAYS = 30;

function NewAlert({ site, zone, done }: { site: string; zone: string; done: () => void }) {
  const { t, n, times } = useWords();
  const [metric, setMetric] = useState("orders");
  const [is, setIs] = useState<When["is"]>("below");
  const [percent, setPercent] = useState(50);
  const [minutes, setMinutes] = useState(60);
  const [past, setPast] = useState<{ fired: number; times: { at: string }[] }>();
  const [error, setError] = useState<Error>();
  const watch: Watch = { query: { metric, filters: [], window_minutes: minutes } };
  const when: When = { is, percent, weeks: WEEKS };
  const failed = (problem: Error): void => setError(problem);
  const evaluate = (): void => {
    setError(undefined);
    call("POST", "/v1/alerts/evaluate", { site_id: site, watch, when, days: DAYS }).then(
      (answer) => setPast(answer as typeof past),
      failed,
    );
  };
  const save = (event: FormEvent): void => {
    event.preventDefault();
    setError(undefined);
    const name = `${t.metrics[metric]} ${t.alerts.is[is]} ${n.percent(percent)}`;
    call("POST", "/v1/alerts", { site_id: site, name, enabled: true, watch, when }).then(done, failed);
  };
  return (
    <section className="panel" aria-label={t.alerts.add}>
      <h2>{t.alerts.add}</h2>
      <form className="form-line" onSubmit={save}>
        <select aria-label={t.alerts.what} value={metric} onChange={(event) => (setMetric(event.target.value), setPast(undefined))}>
          {METRICS.map((one) => (
            <option key={one} value={one}>
              {t.metrics[one]}
            </option>
          ))}
        </select>
        <select
          aria-label={t.alerts.when}
          value={is}
          onChange={(event) => (setIs(event.target.value === "above" ? "above" : "below"), setPast(undefined))}
        >
          <option value="below">{t.alerts.is["below"]}</option>
          <option value="above">{t.alerts.is["above"]}</option>
        </select>
        <label>
          <input
            type="number"
            min={1}
            max={1000}
            value={percent}
            onChange={(event) => (setPercent(Number(event.target.value)), setPast(undefined))}
          />{" "}
          {t.alerts.percent}
        </label>
        <label>
          <select value={minutes} onChange={(event) => (setMinutes(Number(event.target.value)), setPast(undefined))}>
            {WINDOWS.map((one) => (
              <option key={one} value={one}>
                {n.whole(one)}
              </option>
            ))}
          </select>{" "}
          {t.alerts.minutes}
        </label>
        <button type="button" className="button" onClick={evaluate}>
          {t.alerts.evaluate}
        </button>
        <button type="submit" className="button primary">
          {t.alerts.save}
        </button>
      </form>
      {past && (
        <p role="status">
          {t.alerts.fired(past.fired, n.whole(past.fired))}{" "}
          {past.times
            .slice(0, 5)
            .map((one) => times.full(localTime(new Date(one.at), zone)))
            .join(", ")}
        </p>
      )}
      {error && <Failure error={error} at={Date.now()} whole={false} retry={() => setError(undefined)} />}
    </section>
  );
}
