/** What answers, one line each: whether it is there, and how long it took. */
import type { Check } from "@kassa/client";
import { Failure } from "../../design/Panel";
import { TableSkeleton } from "../../design/Table";
import { useAdmin } from "../words";
import { useProbe } from "./data";

export function Probe({ title, path }: { title: string; path: string }) {
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
