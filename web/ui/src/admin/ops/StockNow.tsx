/** What is there of each product, the least first, and whether anything was sold that was not. */
import { Empty, Failure } from "../../design/Panel";
import { TableSkeleton } from "../../design/Table";
import { Badge } from "../Badge";
import { Link } from "../place";
import { useAdmin } from "../words";
import { useStockNow } from "./data";

const SHOWN = 8;

export function StockNow() {
  const { a, n } = useAdmin();
  const { data, error, dataUpdatedAt, refetch } = useStockNow();
  const below = data?.filter((one) => one.available < 0).length ?? 0;
  const least = [...(data ?? [])].sort((one, other) => one.available - other.available).slice(0, SHOWN);
  return (
    <section className="panel" aria-label={a.ops.stock}>
      <div className="panel-top">
        <h2>{a.ops.stock}</h2>
        {data && (
          <p data-below={below} className={below ? "worse" : "better"}>
            {below ? `✗ ${a.ops.below(below, n.whole(below))}` : `✓ ${a.ops.whole}`}
          </p>
        )}
      </div>
      {!data && !error && <TableSkeleton rows={6} />}
      {error && <Failure error={error} at={dataUpdatedAt} whole={!data} retry={refetch} />}
      {data?.length === 0 && <Empty title={a.ops.noStock} />}
      {least.length > 0 && (
        <table className="table list ops-stock">
          <caption className="unseen">{a.ops.stock}</caption>
          <thead>
            <tr>
              <th scope="col" className="of-most">
                {a.order.product}
              </th>
              <th scope="col">{a.stock.state}</th>
              <th scope="col" className="num">
                {a.stock.available}
              </th>
            </tr>
          </thead>
          <tbody>
            {least.map((one) => {
              const state = one.available <= 0 ? "soldOut" : one.low ? "low" : undefined;
              return (
                <tr key={one.sku} className="row" data-sku={one.sku}>
                  <th scope="row" className="of-most">
                    <Link to={`/admin/stock?sku=${encodeURIComponent(one.sku)}`} className="row-link">
                      <bdi>{one.product?.name ?? one.sku}</bdi>
                    </Link>{" "}
                    <code className="hint-line">{one.sku}</code>
                  </th>
                  <td>{state && <Badge state={state} word={a.stock.states[state]} />}</td>
                  <td className="num">{n.whole(one.available)}</td>
                </tr>
              );
            })}
          </tbody>
        </table>
      )}
      <p className="sheet-foot">
        <Link to="/admin/stock">{a.ops.all}</Link>
      </p>
    </section>
  );
}
