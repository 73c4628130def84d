/** What is done with all chosen products at once; each is changed only as it was seen, and all of it can be taken back. */
import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useUndo } from "../../design/Undo";
import { go } from "../place";
import { useAdmin } from "../words";
import { listed } from "./listed";
import { type Row, type Status } from "./product";
import { setStatuses, whyOf, type Refused } from "./statuses";

interface Props {
  rows: Row[];
  chosen: Map<number, Row>;
  choose: (next: Map<number, Row>) => void;
}

/** More do not fit into an address. */
const GRID_MAX = 100;

export function Bulk({ rows, chosen, choose }: Props) {
  const { a, n } = useAdmin();
  const p = a.products;
  const client = useQueryClient();
  const offer = useUndo();
  const [busy, setBusy] = useState(false);
  const [refused, setRefused] = useState<Refused[]>([]);
  if (!chosen.size && !refused.length) return null;
  // As they are listed now: what another has changed meanwhile was seen here.
  const now = rows.filter((row) => chosen.has(row.id));
  const all = [...now, ...[...chosen.values()].filter((row) => !now.some(({ id }) => id === row.id))];
  const statuses = new Set(all.map((row) => row.status));

  const edit = (): void => {
    for (const row of all) listed.set(row.id, row);
    go(`/admin/products/grid?ids=${all.map((row) => row.id).join(",")}`);
  };
  async function act(status: Status): Promise<void> {
    setBusy(true);
    const { done, failed } = await setStatuses(all.map((row) => ({ product: row, status })));
    setBusy(false);
    setRefused(failed);
    choose(new Map(failed.map(({ product }) => [product.id, product as Row])));
    if (done.length) offer(p.did[status](done.length, n.whole(done.length)), () => undo(done));
    await client.invalidateQueries();
  }
  async function undo(done: Parameters<typeof setStatuses>[0]): Promise<void> {
    const { failed } = await setStatuses(done);
    await client.invalidateQueries();
    if (failed[0]) throw failed[0].error;
  }
  return (
    <div className="bulk" role="group" aria-label={p.withChosen}>
      {chosen.size > 0 && <strong>{p.chosen(chosen.size, n.whole(chosen.size))}</strong>}
      {chosen.size > 0 && (
        <span className="acts">
          {(["active", "draft", "archived"] as const)
            .filter((status) => !(statuses.size === 1 && statuses.has(status)))
            .map((status) => (
              <button key={status} type="button" className="button" disabled={busy} onClick={() => void act(status)}>
                {statuses.has("archived") && status === "active" ? p.restore : p.make[status]}
              </button>
            ))}
          {all.length <= GRID_MAX && !statuses.has("archived") && (
            <button type="button" className="button" onClick={edit}>
              {p.sub.grid}
            </button>
          )}
          <button type="button" className="button" onClick={() => (choose(new Map()), setRefused([]))}>
            {p.chooseNone}
          </button>
        </span>
      )}
      {refused.length > 0 && (
        <ul className="refused" role="alert">
          {refused.map(({ product, error }) => (
            <li key={product.id}>
              <strong>
                <bdi>{product.name}</bdi>
              </strong>{" "}
              {whyOf(error, p.meanwhile)}
            </li>
          ))}
        </ul>
      )}
    </div>
  );
}
