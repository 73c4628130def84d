/** Many orders are packed, each into a parcel of its own; what could not be packed says why and may be tried again. */
import { useState } from "react";
import { Sheet } from "../../design/Sheet";
import { api } from "../../server/call";
import { Link } from "../place";
import { useAdmin } from "../words";
import { useBulk } from "./bulk";
import { actsOf, type Order } from "./order";
import { printPath } from "./printing";

interface Props {
  orders: Order[];
  close: () => void;
  clear: () => void;
}

const packAll = (order: Order, key: string): Promise<unknown> =>
  api.createFulfilment({ path: { id: order.id }, headers: { "Idempotency-Key": key }, body: { status: "packed" } });

export default function BulkPack({ orders, close, clear }: Props) {
  const { a, n } = useAdmin();
  // As they were when it was opened: what is packed has nothing to pack afterwards.
  const [packable] = useState(() => orders.filter((order) => actsOf(order).includes("pack")));
  const { outcomes, busy, go } = useBulk(packable, packAll);
  const skipped = orders.length - packable.length;
  const done = packable.filter((order) => outcomes.get(order) === "done");
  const failed = packable.filter((order) => outcomes.get(order) instanceof Error);
  const left = packable.length - done.length;
  const leave = (): void => {
    if (!busy && done.length && !left) clear();
    close();
  };
  return (
    <Sheet title={a.ordering.bulk.title} close={leave} className="act-sheet">
      <div className="sheet-body act">
        <p>{packable.length ? a.ordering.bulk.why(packable.length, n.whole(packable.length)) : a.ordering.bulk.nothing}</p>
        {skipped > 0 && packable.length > 0 && <p className="hint-line">{a.ordering.bulk.skipped(skipped, n.whole(skipped))}</p>}
        {packable.length > 0 && (
          <>
            <progress aria-label={a.ordering.bulk.progress} value={done.length} max={packable.length} />
            <p role="status">{a.ordering.bulk.done(n.whole(done.length), n.whole(packable.length))}</p>
          </>
        )}
        {!busy && failed.length > 0 && (
          <div role="alert" className="bulk-failed">
            <p>{a.ordering.bulk.failed(failed.length, n.whole(failed.length))}</p>
            <ul>
              {failed.map((order) => (
                <li key={order.id}>
                  <Link to={`/admin/orders/${order.id}`}>#{order.number}</Link>: {(outcomes.get(order) as Error).message}
                </li>
              ))}
            </ul>
          </div>
        )}
        <p className="act-foot">
          {left > 0 && (
            <button type="button" className="button primary" aria-busy={busy} onClick={go}>
              {failed.length && !busy ? a.ordering.bulk.again : a.ordering.bulk.go(n.whole(left))}
            </button>
          )}
          {done.length > 0 && !busy && (
            <Link
              to={printPath(
                done.map(({ id }) => id),
                "slip",
              )}
              className="button"
            >
              {a.ordering.bulk.print}
            </Link>
          )}
        </p>
      </div>
    </Sheet>
  );
}
