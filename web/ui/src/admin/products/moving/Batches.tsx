/** The files that were brought in, and how what they have made is taken back. */
import { useState } from "react";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { Empty, Failure } from "../../../design/Panel";
import { TableSkeleton } from "../../../design/Table";
import { useUndo } from "../../../design/Undo";
import { api } from "../../../server/call";
import { shortTime } from "../../when";
import { useAdmin } from "../../words";
import { takeBack } from "./send";

type Import = Awaited<ReturnType<typeof api.getImport>>;

export function Batches() {
  const { a } = useAdmin();
  const m = a.products.moving;
  const answer = useQuery({
    queryKey: ["imports"],
    queryFn: async ({ signal }) => (await api.listImports({}, { signal })).results.filter(({ kind }) => kind === "products"),
  });
  return (
    <section className="panel" aria-label={m.batches}>
      <h2>{m.batches}</h2>
      {answer.isPending && <TableSkeleton rows={3} />}
      {answer.error && <Failure error={answer.error} at={answer.dataUpdatedAt} whole={!answer.data} retry={() => answer.refetch()} />}
      {answer.data && !answer.data.length && <Empty title={m.noBatches} why={m.noBatchesWhy} />}
      <ul className="plain-list">
        {answer.data?.map((one) => (
          <Batch key={one.id} one={one} />
        ))}
      </ul>
    </section>
  );
}

function Batch({ one }: { one: Import }) {
  const { a, n } = useAdmin();
  const m = a.products.moving;
  const client = useQueryClient();
  const offer = useUndo();
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<Error>();
  const back = async (): Promise<void> => {
    setBusy(true);
    setError(undefined);
    try {
      await takeBack(one.id);
      offer(m.takenBack);
    } catch (problem) {
      setError(problem as Error);
    } finally {
      setBusy(false);
      await client.invalidateQueries();
    }
  };
  const counts = (["made", "changed", "same", "refused"] as const).map((name) => `${m.outcomes[name]}: ${n.whole(one[name])}`);
  return (
    <li data-batch={one.id}>
      <strong>
        <bdi>{one.name || one.id}</bdi>
      </strong>{" "}
      <time className="hint-line" dateTime={one.created_at}>
        {shortTime(one.created_at, n.locale)} · {counts.join(" · ")}
        {one.undone_at && ` · ${m.takenBack}`}
        {!one.finished_at && !one.undone_at && ` · ${m.unfinished}`}
      </time>
      {!one.undone_at && one.made > 0 && (
        <details>
          <summary>{m.takeBack}</summary>
          <p>{m.takeBackWhy}</p>
          <button type="button" className="button" disabled={busy} aria-busy={busy} onClick={() => void back()}>
            {m.takeBackGo(one.made, n.whole(one.made))}
          </button>
        </details>
      )}
      {error && <Failure error={error} at={Date.now()} whole={false} retry={() => void back()} />}
    </li>
  );
}
