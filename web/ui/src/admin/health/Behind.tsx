/** How far what is shown is behind what happened. */
import { Failure } from "../../design/Panel";
import { useAdmin } from "../words";
import { bytesText } from "./bytes";
import { useLog, useStatus, useTrust } from "./data";
import { Row } from "./Row";

export function Behind() {
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
        {log.data && <Row title={a.health.log} text={bytesText(bytes, n.locale)} />}
        {status.data && <Row title={a.health.version} text={status.data.version} />}
        {status.data && <Row title={a.health.runs} text={status.data.roles.map((role) => a.health.names[role] ?? role).join(", ")} />}
      </dl>
    </section>
  );
}
