/** What can be done with the orders that are picked, in sight as long as some are. */
import { Suspense, useState } from "react";
import { later } from "../../design/Floating";
import { Link } from "../place";
import { useAdmin } from "../words";
import { save, toCsv } from "./csv";
import type { Picking } from "./picking";
import { PRINTED_MAX, printPath } from "./printing";

const BulkPack = later(async () => (await import("./BulkPack")).default);

export function PickedBar({ picking }: { picking: Picking }) {
  const { a, n } = useAdmin();
  const [packing, setPacking] = useState(false);
  const orders = [...picking.picked.values()].sort((one, other) => one.number - other.number);
  const ids = orders.map(({ id }) => id);
  const count = orders.length;
  return (
    <>
      <div className={count ? "picked-bar" : "picked-bar unseen"} role="group" aria-label={a.ordering.acts}>
        <span role="status">{count > 0 && a.ordering.picked(count, n.whole(count))}</span>
        {count > 0 && (
          <>
            <button type="button" className="button primary" aria-haspopup="dialog" onClick={() => setPacking(true)}>
              {a.ordering.pack}
            </button>
            {count <= PRINTED_MAX ? (
              <>
                <Link to={printPath(ids, "slip")} className="button">
                  {a.ordering.slips}
                </Link>
                <Link to={printPath(ids, "receipt")} className="button">
                  {a.ordering.receipts}
                </Link>
              </>
            ) : (
              <span className="hint-line">{a.ordering.tooMany(n.whole(PRINTED_MAX))}</span>
            )}
            <button type="button" className="button" onClick={() => save("orders.csv", toCsv(orders))}>
              {a.ordering.csv}
            </button>
            <button type="button" className="button add" onClick={picking.clear}>
              {a.ordering.unpick}
            </button>
          </>
        )}
      </div>
      <Suspense fallback={null}>{packing && <BulkPack orders={orders} close={() => setPacking(false)} clear={picking.clear} />}</Suspense>
    </>
  );
}
