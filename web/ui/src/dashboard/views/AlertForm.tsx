/** An alert to be made or changed, and what it would have done in the past. */
import { useState, type FormEvent } from "react";
import { Failure } from "../../design/Panel";
import { useWords } from "../../design/words";
import type { AlertChange, NewAlert, Operations } from "@kassa/client";
import { api } from "../../server/call";
import { localTime } from "../ranges";
import { Field, focusFirst, type Thing } from "./thing";

type Evaluated = Operations["evaluateAlert"]["takes"]["body"];

export interface Watch {
  query?: { metric: string; filters: unknown[]; window_minutes: number };
  stock?: { sku: string };
  lag?: object;
  audit?: object;
}

export interface When {
  is: "below" | "above";
  bound?: number;
  percent?: number;
  weeks?: number;
}

export interface Alert extends Thing {
  enabled: boolean;
  watch: Watch;
  when: When;
  state?: {
    status: "ok" | "firing" | "unknown" | "disabled";
    since: string | null;
    checked_at?: string | null;
    value: number | null;
    expected: number | null;
  };
}

const METRICS = ["visitors", "orders", "revenue", "pageviews", "conversion_rate"];
/** The windows that the server knows, in minutes. */
const WINDOWS = [5, 10, 15, 20, 30, 60];
const USUAL: Required<Pick<When, "is" | "percent" | "weeks">> = { is: "below", percent: 50, weeks: 4 };
const DAYS = 30;

interface Props {
  site: string;
  zone: string;
  /** The one to be changed. */
  alert: Alert | undefined;
  /** It was saved, or is to stay as it is. */
  done: () => void;
  /** It could not be saved, perhaps as another has changed it. */
  failed: () => void;
}

export function AlertForm({ site, zone, alert, done, failed }: Props) {
  const { t, n, times } = useWords();
  const [name, setName] = useState(alert?.name ?? "");
  const [rule, setRule] = useState({
    watch: alert?.watch ?? { query: { metric: "orders", filters: [], window_minutes: 60 } },
    when: alert?.when ?? USUAL,
  });
  const [past, setPast] = useState<{ fired: number; times: { at: string }[] }>();
  const [error, setError] = useState<Error>();
  const { watch, when } = rule;
  const set = (next: Partial<typeof rule>): void => (setRule({ ...rule, ...next }), setPast(undefined));
  const evaluate = (): void => {
    setError(undefined);
    api
      .evaluateAlert({ body: { site_id: site, watch, when, days: DAYS } as Evaluated })
      .then((answer) => setPast(answer as typeof past), setError);
  };
  const save = (event: FormEvent): void => {
    event.preventDefault();
    setError(undefined);
    const said = watch.query && `${t.metrics[watch.query.metric]} ${t.alerts.is[when.is]} ${n.percent(when.percent ?? 0)}`;
    const members = { name: name.trim() || said || "", enabled: alert?.enabled ?? true, watch, when };
    const sent = alert
      ? api.changeAlert({ path: { id: alert.id }, body: { ...members, version: alert.version } as AlertChange })
      : api.createAlert({ body: { site_id: site, ...members } as NewAlert });
    sent.then(done, (problem: Error) => (setError(problem), failed()));
  };
  const title = alert ? t.kept.change(alert.name) : t.alerts.add;
  return (
    <section className="panel" aria-label={title} ref={alert && focusFirst}>
      <h2>{title}</h2>
      <form className="form-line" onSubmit={save}>
        <Field label={t.kept.name} value={name} set={setName} />
        {watch.query && when.percent !== undefined && <Rule watch={watch} when={when} set={set} />}
        {watch.query && (
          <button type="button" className="button" onClick={evaluate}>
            {t.alerts.evaluate}
          </button>
        )}
        <button type="submit" className="button primary">
          {t.alerts.save}
        </button>
        {alert && (
          <button type="button" className="button" onClick={done}>
            {t.kept.cancel}
          </button>
        )}
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

interface RuleProps {
  watch: Watch;
  when: When;
  set: (next: { watch?: Watch; when?: When }) => void;
}

/** A metric against what is usual; what else is watched is made by the API, and has no fields here. */
function Rule({ watch: { query }, when, set }: RuleProps) {
  const { t, n } = useWords();
  const ask = (next: Partial<NonNullable<Watch["query"]>>): void => void (query && set({ watch: { query: { ...query, ...next } } }));
  const metrics = query && !METRICS.includes(query.metric) ? [query.metric, ...METRICS] : METRICS;
  return (
    <>
      <select aria-label={t.alerts.what} value={query?.metric} onChange={(event) => ask({ metric: event.target.value })}>
        {metrics.map((one) => (
          <option key={one} value={one}>
            {t.metrics[one] ?? one}
          </option>
        ))}
      </select>
      <select
        aria-label={t.alerts.when}
        value={when.is}
        onChange={(event) => set({ when: { ...when, is: event.target.value === "above" ? "above" : "below" } })}
      >
        <option value="below">{t.alerts.is["below"]}</option>
        <option value="above">{t.alerts.is["above"]}</option>
      </select>
      <label>
        <input
          type="number"
          min={1}
          max={1000}
          required
          value={when.percent || ""}
          onChange={(event) => set({ when: { ...when, percent: Number(event.target.value) } })}
        />{" "}
        {t.alerts.percent}
      </label>
      <label>
        <select value={query?.window_minutes} onChange={(event) => ask({ window_minutes: Number(event.target.value) })}>
          {WINDOWS.map((one) => (
            <option key={one} value={one}>
              {n.whole(one)}
            </option>
          ))}
        </select>{" "}
        {t.alerts.minutes}
      </label>
    </>
  );
}
