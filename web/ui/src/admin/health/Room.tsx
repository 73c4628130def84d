/** How much room there is, what uses it, how long it is enough, and what of it was backed up. */
import type { Condition } from "@kassa/client";
import { CopyButton, Failure } from "../../design/Panel";
import { TableSkeleton } from "../../design/Table";
import { shortTime } from "../when";
import { useAdmin } from "../words";
import { bytesText } from "./bytes";
import { useCondition } from "./data";
import { Row } from "./Row";

/** Under so many days it is soon full. */
const SOON_DAYS = 14;
const COMMAND = "kassa backup --to /backups/today";

export function Room() {
  const { a } = useAdmin();
  const { data, error, dataUpdatedAt, refetch } = useCondition();
  return (
    <>
      <section className="panel" aria-label={a.room.title} data-room>
        <h2>{a.room.title}</h2>
        {!data && !error && <TableSkeleton rows={4} />}
        {error && <Failure error={error} at={dataUpdatedAt} whole={!data} retry={refetch} />}
        {data && <Disk disk={data.disk} />}
      </section>
      <section className="panel" aria-label={a.backup.title} data-backup={data ? (data.backup ? "made" : "none") : undefined}>
        <h2>{a.backup.title}</h2>
        {!data && !error && <TableSkeleton rows={3} />}
        {data && <Backup backup={data.backup} restored={data.restored} />}
      </section>
    </>
  );
}

function Disk({ disk }: { disk: Condition["disk"] }) {
  const { a, n } = useAdmin();
  const size = (bytes: number): string => bytesText(bytes, n.locale);
  const { days_left: days, growth_bytes_per_day: growth } = disk;
  const full = disk.free_bytes <= disk.reserve_bytes;
  const soon = !full && days !== null && days < SOON_DAYS;
  return (
    <>
      <p data-days={full ? "full" : soon ? "soon" : "enough"}>
        <strong className={full ? "worse" : soon ? "warn" : "better"}>
          {full ? "✗" : soon ? "!" : "✓"} {a.room.free(size(disk.free_bytes), size(disk.total_bytes))}
        </strong>
      </p>
      <p className="hint-line">
        {full
          ? a.room.full(size(disk.reserve_bytes))
          : growth === null
            ? a.room.unknown
            : days === null
              ? a.room.still
              : a.room.days(Math.floor(days), n.whole(Math.floor(days)), size(growth))}
      </p>
      <dl className="rows">
        {disk.uses.map(({ what, bytes }) => (
          <Row key={what} title={a.room.uses[what]} text={size(bytes)} />
        ))}
      </dl>
      <p className="hint-line breaks">
        <bdi>{a.room.folder(disk.folder)}</bdi>
      </p>
    </>
  );
}

function Backup({ backup, restored }: Pick<Condition, "backup" | "restored">) {
  const { a, n } = useAdmin();
  const time = (at: string): string => shortTime(at, n.locale);
  return (
    <>
      {backup ? (
        <dl className="rows">
          <Row title={a.backup.made} text={<strong className="better">✓ {time(backup.made_at)}</strong>} />
          <Row title={a.backup.size} text={a.backup.files(bytesText(backup.bytes, n.locale), n.whole(backup.files))} />
          <Row
            title={a.backup.checked}
            text={backup.checked_at ? time(backup.checked_at) : <span className="warn">! {a.backup.unfetched}</span>}
          />
          {backup.to && <Row title={a.backup.to} text={<bdi className="breaks">{backup.to}</bdi>} />}
        </dl>
      ) : (
        <p>
          <strong className="warn">! {a.backup.none}</strong>
        </p>
      )}
      <p className="hint-line">{backup ? a.backup.again : a.backup.how}</p>
      <p className="command">
        <code>{COMMAND}</code> <CopyButton text={COMMAND} />
      </p>
      <p className="hint-line">
        {restored ? <bdi>{a.backup.restored(time(restored.made_at), restored.from, time(restored.at))}</bdi> : a.backup.untried}
      </p>
    </>
  );
}
