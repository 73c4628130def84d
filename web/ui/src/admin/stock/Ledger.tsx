/** Every movement of a SKU, the newest first: their sum is what is on hand. */
import { Failure } from "../../design/Panel";
import { TableSkeleton } from "../../design/Table";
import { More } from "../List";
import { Link } from "../place";
import { shortTime } from "../when";
import { useWho } from "../who";
import { useAdmin } from "../words";
import { useLedger } from "./data";

/** What an order did is named by the order. */
const ORDER = /^([0-9a-f]{8}-[0-9a-f-]{27})\//;

export function Ledger({ sku }: { sku: string }) {
  const { a, n } = useAdmin();
  const { can } = useWho();
  const answer = useLedger(sku, true);
  const all = answer.data?.pages.flatMap((page) => page.results) ?? [];
  return (
    <section aria-label={a.stock.ledger}>
      <h3>{a.stock.ledger}</h3>
      {answer.isPending && <TableSkeleton rows={4} />}
      {answer.error && <Failure error={answer.error} at={answer.dataUpdatedAt} whole={!answer.data} retry={() => answer.refetch()} />}
      <ul className="plain-list">
        {all.map((one) => {
          const order = ORDER.exec(one.ref)?.[1];
          return (
            <li key={one.id} data-kind={one.kind} className="moved">
              <strong className="num">{`${one.quantity > 0 ? "+" : one.quantity < 0 ? "−" : ""}${n.whole(Math.abs(one.quantity))}`}</strong>
              <span>
                {a.stock.kinds[one.kind] ?? one.kind}
                {one.reason && (
                  <>
                    : <bdi>{one.reason}</bdi>
                  </>
                )}
                {order && can("orders") && (
                  <>
                    {" · "}
                    <Link to={`/admin/orders/${order}`}>{a.stock.toOrder}</Link>
                  </>
                )}
                <span className="hint-line">{shortTime(one.created_at, n.locale)}</span>
              </span>
            </li>
          );
        })}
      </ul>
      {answer.hasNextPage && <More busy={answer.isFetchingNextPage} more={() => void answer.fetchNextPage()} />}
    </section>
  );
}
