/** The newest orders, as they come and are decided. */
import { Empty, Failure } from "../../design/Panel";
import { TableSkeleton } from "../../design/Table";
import { Badge } from "../Badge";
import type { Order } from "../orders/order";
import { Link } from "../place";
import { clockTime } from "../when";
import { useAdmin } from "../words";
import { useNewestOrders, useWaiting } from "./data";

export function NewestOrders() {
  const { a, n } = useAdmin();
  const { data, error, dataUpdatedAt, refetch } = useNewestOrders();
  const waiting = useWaiting().data;
  const orders = data?.results as Order[] | undefined;
  return (
    <section className="panel" aria-label={a.ops.orders}>
      <div className="panel-top">
        <h2>{a.ops.orders}</h2>
        {waiting !== undefined && (
          <p className="hint-line" data-waiting={waiting}>
            {a.ops.waiting(waiting, n.whole(waiting))}
          </p>
        )}
      </div>
      {!orders && !error && <TableSkeleton rows={6} />}
      {error && <Failure error={error} at={dataUpdatedAt} whole={!data} retry={refetch} />}
      {orders?.length === 0 && <Empty title={a.ops.none} />}
      {orders && orders.length > 0 && (
        <table className="table list">
          <caption className="unseen">{a.ops.orders}</caption>
          <thead>
            <tr>
              <th scope="col">{a.orders.heads.order}</th>
              <th scope="col" className="ops-when">
                {a.ops.when}
              </th>
              <th scope="col">{a.orders.heads.status}</th>
              <th scope="col" className="num">
                {a.orders.heads.total}
              </th>
            </tr>
          </thead>
          <tbody>
            {orders.map((order) => (
              <tr key={order.id} className="row" data-order={order.number} data-state={order.status}>
                <th scope="row">
                  <Link to={`/admin/orders/${order.id}`} className="row-link">
                    #{order.number}
                  </Link>
                </th>
                <td className="ops-when">{clockTime(order.created_at, n.locale)}</td>
                <td>
                  <Badge state={order.status} word={a.states[order.status] ?? order.status} />
                </td>
                <td className="num">{n.money(order.total)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
      <p className="sheet-foot">
        <Link to="/admin/orders">{a.ops.all}</Link>
      </p>
    </section>
  );
}
