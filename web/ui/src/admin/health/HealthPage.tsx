/** Whether it is well: what it needs, how far behind it is, whether the books agree, and what chaos does to it. */
import type { Check } from "@kassa/client";
import { Failure } from "../../design/Panel";
import { TableSkeleton } from "../../design/Table";
import { Invariants } from "../../dashboard/Invariants";
import { clockTime } from "../when";
import { useAdmin } from "../words";
import { ChaosPanel } from "./ChaosPanel";
import { useAudit, useLog, useProbe, useStatus, useTrust } from "./data";

export default function HealthPage() {
  const { a } = useAdmin();
  return (
    <>
      <div className="page-top">
        <h1>{a.pages.health}</h1>
      </div>
      <div className="health">
        <Probe title={a.health.needs} path="/health/deep" />
        <Probe title={a.health.roles} path="/readyz" />
        <Behind />
        <ChaosPanel />
        <Books />
      </div>
    </>
  );
}

function Probe({ title, path }: { title: string; path: string }) {
  const { a } = useAdmin();
  const { data, error, dataUpdatedAt, refetch } = useProbe(path);
  return (
    <section className="panel" aria-label={title} data-probe={path}>
      <div className="panel-top">
        <h2>{title}</h2>
        {data && <span className={data.ok ? "better" : "worse"}>{data.ok ? `✓ ${a.health.well}` : `✗ ${a.health.ill}`}</span>}
      </div>
      {!data && !error && <TableSkeleton rows={4} />}
      {error && <Failure error={error} at={dataUpdatedAt} whole={!data} retry={refetch} />}
      {data && (
        <ul className="plain-list">
          {Object.entries(data.checks).map(([name, check]) => (
            <OneCheck key={name} name={name} check={check} />
          ))}
        </ul>
      )}
    </section>
  );
}

/** From so many milliseconds on it is slow, and bad. */
const SLOW_MS = 250;
const BAD_MS = 1_000;

const paceOf = (ms: number): "good" | "slow" | "bad" => (ms >= BAD_MS ? "bad" : ms >= SLOW_MS ? "slow" : "good");

function OneCheck({ name, check }: { name: string; check: Check }) {
  const { a, n } = useAdmin();
  const { status, needed, latency_ms: latency, detail } = check;
  const pace = paceOf(latency);
  return (
    <li className="check" data-check={name}>
      <span className={status === "up" ? "better" : status === "down" ? "worse" : "same"} aria-hidden="true">
        {status === "up" ? "✓" : status === "down" ? "✗" : "–"}
      </span>
      <span>
        <strong>{a.health.names[name] ?? name}</strong> {a.health.states[status] ?? status}
        {(detail || !needed) && (
          <span className="hint-line">
            <bdi>{[detail, !needed && a.health.notNeeded].filter(Boolean).join(" · ")}</bdi>
          </span>
        )}
      </span>
      <span className="latency" data-pace={pace}>
        {n.decimal(latency)} ms{pace !== "good" && ` · ${a.health.paces[pace]}`}
      </span>
    </li>
  );
}

/** How far what is shown is behind what happened. */
function Behind() {
  const { a, n } = useAdmin();
  const [trust, status, log] = [useTrust(), useStatus(), useLog()];
  const groups = Object.entries(log.data ?? {}).flatMap(([stream, { partitions }]) =>
    partitions.flatMap(({ groups: all }) => all.map((group) => ({ stream, ...group }))),
  );
  const bytes = Object.values(log.data ?? {}).reduce(
    (sum, { partitions }) => sum + partitions.reduce((all, one) => all + (one.bytes ?? 0), 0),
    0,
  );
  const lag = trust.data?.lag;
  const error = trust.error ?? status.error ?? log.error;
  return (
    <section className="panel" aria-label={a.health.behind}>
      <h2>{a.health.behind}</h2>
      {error && (
        <Failure error={error} at={trust.dataUpdatedAt} whole={false} retry={() => [trust, status, log].map((one) => one.refetch())} />
      )}
      <dl className="rows">
        {lag && (
          <Row title={a.health.reports} text={lag.records ? a.health.lag(n.whole(lag.records), n.duration(lag.seconds)) : a.health.fresh} />
        )}
        {status.data && status.data.unpublished !== null && (
          <Row title={a.health.outbox} text={a.health.waiting(status.data.unpublished, n.whole(status.data.unpublished))} />
        )}
        {groups.map(({ stream, group, lag_records }) => (
          <Row
            key={`${stream} ${group}`}
            title={a.health.group(a.health.names[group] ?? group)}
            text={a.health.records(lag_records, n.whole(lag_records))}
          />
        ))}
        {log.data && <Row title={a.health.log} text={`${n.decimal(bytes / 1_048_576)} MiB`} />}
        {status.data && <Row title={a.health.version} text={status.data.version} />}
        {status.data && <Row title={a.health.runs} text={status.data.roles.map((role) => a.health.names[role] ?? role).join(", ")} />}
      </dl>
    </section>
  );
}

const Row = ({ title, text }: { title: string; text: string }) => (
  <div>
    <dt>{title}</dt>
    <dd>{text}</dd>
  </div>
);

function Books() {
  const { t, a, n } = useAdmin();
  const { data, error, isFetching, dataUpdatedAt, refetch } = useAudit();
  const trust = useTrust();
  const books = data ? { ok: data.ok, checked_at: data.at } : trust.data?.books;
  const wrong = data?.invariants.reduce((sum, one) => sum + one.violations_total, 0) ?? trust.data?.books?.violations ?? 0;
  return (
    <section className="panel audit across" aria-label={t.audit.title} aria-busy={isFetching}>
      <div className="panel-top">
        <h2>{t.audit.title}</h2>
        <button type="button" className="button" disabled={isFetching} onClick={() => void refetch()}>
          {a.health.look}
        </button>
      </div>
      {books && (
        <p role="status">
          <strong className={books.ok ? "better" : "worse"}>
            {books.ok ? `✓ ${t.audit.agree}` : `✗ ${t.audit.violations(n.whole(wrong))}`}
          </strong>{" "}
          {t.today.checkedAt(clockTime(books.checked_at, n.locale))}
        </p>
      )}
      {isFetching && <p className="hint-line">{t.audit.running}</p>}
      {error && <Failure error={error} at={dataUpdatedAt} whole={false} retry={refetch} />}
      {data && <Invariants all={data.invariants} />}
    </section>
  );
}
