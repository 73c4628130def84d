/** Packing slips and receipts, an order a page: the browser prints them on the paper that there is. */
import { useQueries, useQuery } from "@tanstack/react-query";
import { useEffect } from "react";
import type { Storefront } from "@kassa/client";
import { Empty } from "../../design/Panel";
import { TableSkeleton } from "../../design/Table";
import { api } from "../../server/call";
import { Link, useQueryOf } from "../place";
import { useAdmin } from "../words";
import { readOrder } from "./data";
import type { Order } from "./order";
import { idsOf, sortOf, type Sort } from "./printing";
import { Receipt, Slip } from "./Printed";

export default function PrintPage() {
  const { a, n } = useAdmin();
  const [query] = useQueryOf();
  const ids = idsOf(query);
  const what = sortOf(query);
  const shop = useQuery({ queryKey: ["storefront"], queryFn: ({ signal }) => api.getStorefront({}, { signal }), staleTime: Infinity });
  const found = useQueries({
    queries: ids.map((id) => ({ queryKey: ["order", id], queryFn: ({ signal }: { signal: AbortSignal }) => readOrder(id, signal) })),
  });
  const orders = found.flatMap(({ data }) => data?.order ?? []);
  const missing = found.filter(({ error }) => error).length;
  const waits = shop.isPending || found.some(({ isPending }) => isPending);
  const title = a.ordering.print.title[what];
  useEffect(() => {
    // The name of a file that is printed to.
    document.title = orders.length === 1 ? nameOf(orders[0] as Order, what, a.ordering.print) : title;
  }, [orders.length, what, title, waits]);
  return (
    <div className="print-page">
      <div className="print-tools">
        <p className="back">
          <Link to={ids.length === 1 ? `/admin/orders/${ids[0]}` : "/admin/orders"}>
            {ids.length === 1 && orders[0] ? a.order.title(String(orders[0].number)) : a.order.back}
          </Link>
        </p>
        <div className="page-top">
          <h1>{title}</h1>
          <div className="acts">
            <button type="button" className="button primary" disabled={waits || !orders.length} onClick={() => print()}>
              {a.ordering.print.go}
            </button>
          </div>
        </div>
        {missing > 0 && <p role="alert">{a.ordering.print.missing(missing, n.whole(missing))}</p>}
      </div>
      {!ids.length && (
        <section className="panel">
          <Empty title={a.ordering.print.none} />
        </section>
      )}
      {waits && ids.length > 0 ? (
        <TableSkeleton rows={8} />
      ) : (
        orders.map((order) => <Paper key={order.id} order={order} what={what} shop={shop.data} />)
      )}
    </div>
  );
}

const nameOf = (order: Order, what: Sort, texts: { slip: (number: string) => string; receipt: (number: string) => string }): string =>
  texts[what](String(order.number)).replace("#", "");

function Paper({ order, what, shop }: { order: Order; what: Sort; shop: Storefront | undefined }) {
  return what === "slip" ? <Slip order={order} shop={shop} /> : <Receipt order={order} shop={shop} />;
}
