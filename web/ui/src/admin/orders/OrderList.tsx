/** All orders, the newest first: found as one types, narrowed by how they stand. */
import { Badge } from "../Badge";
import { Choice } from "../Choice";
import { Search } from "../List";
import { ListBody } from "../ListBody";
import { ListPanel } from "../ListPanel";
import { Link, useQueryOf } from "../place";
import { useAdmin } from "../words";
import { shortTime } from "../when";
import { merged, useOrders, type Wanted } from "./data";
import type { Order } from "./order";
import { PickedBar } from "./PickedBar";
import { usePicking, type Picking } from "./picking";
import { SaveList } from "./SaveList";
import { Views } from "./Views";

const FILTERS = {
  status: ["accepted", "confirmed", "fulfilled", "cancelled", "refunded", "failed"],
  payment_status: ["unpaid", "paid", "part_refunded", "refunded"],
  fulfilment_status: ["unfulfilled", "partial", "fulfilled"],
} as const;

type Filter = keyof typeof FILTERS;
const NAMES = Object.keys(FILTERS) as Filter[];

export function OrderList() {
  const { a, n } = useAdmin();
  const [query, change] = useQueryOf();
  const of = (name: string): string => query.get(name) ?? "";
  const wanted: Wanted = {
    q: of("q"),
    status: of("status"),
    payment_status: of("payment_status"),
    fulfilment_status: of("fulfilment_status"),
  };
  const answer = useOrders(wanted);
  const first = answer.data?.pages[0];
  const shown = merged(...(answer.data?.pages.map((page) => page.results) ?? []));
  const picking = usePicking(shown, JSON.stringify(wanted));
  const asked = Object.values(wanted).some((value) => value !== "");
  const clear = { q: "", ...Object.fromEntries(NAMES.map((name) => [name, ""])) };
  return (
    <>
      <div className="page-top">
        <h1>{a.pages.orders}</h1>
        {first?.total !== undefined && (
          <p className="hint-line" role="status">
            {a.orders.count(first.total, (first.total_exact === false ? "> " : "") + n.whole(first.total))}
          </p>
        )}
        <div className="acts">
          <Link to="/admin/orders/new" className="button primary">
            {a.ordering.make}
          </Link>
        </div>
      </div>
      <Views />
      <ListPanel
        title={a.pages.orders}
        answer={answer}
        merge={(pages) => merged(...pages)}
        rows={(orders) => <Rows orders={orders} picking={picking} />}
        none={asked ? { title: a.noMatch, why: a.orders.noMatchWhy } : { title: a.orders.none, why: a.orders.noneWhy }}
        clear={asked ? () => change(clear) : undefined}
        tools={
          <>
            <Search label={a.orders.search} hint={a.orders.searchHint} value={wanted.q} set={(q) => change({ q }, { replace: true })} />
            {NAMES.map((name) => (
              <Choice
                key={name}
                label={a.orders.filters[name]}
                any={a.orders.any[name]}
                all={FILTERS[name]}
                word={(one) => a.states[name === "fulfilment_status" && one === "unfulfilled" ? "toPack" : one] ?? one}
                value={wanted[name]}
                set={(value) => change({ [name]: value })}
              />
            ))}
            <SaveList key={JSON.stringify(wanted)} wanted={wanted} />
          </>
        }
      />
      <PickedBar picking={picking} />
    </>
  );
}

function Rows({ orders, picking }: { orders: Order[]; picking: Picking }) {
  const { a } = useAdmin();
  const all = orders.every(picking.has);
  const heads = ["order", "customer", "placed", "payment", "parcels", "status"] as const;
  return (
    <table className="table list">
      <caption className="unseen">{a.pages.orders}</caption>
      <thead>
        <tr>
          <td className="of-pick">
            <input type="checkbox" aria-label={a.ordering.pickAll} checked={all} onChange={() => picking.pickAll(!all)} />
          </td>
          {heads.map((head) => (
            <th key={head} scope="col" className={head === "customer" ? "of-customer of-most" : `of-${head}`}>
              {a.orders.heads[head]}
            </th>
          ))}
          <th scope="col" className="num of-total">
            {a.orders.heads.total}
          </th>
        </tr>
      </thead>
      <ListBody items={orders}>{(order) => <Row key={order.id} order={order} picking={picking} />}</ListBody>
    </table>
  );
}

function Row({ order, picking }: { order: Order; picking: Picking }) {
  const { a, n } = useAdmin();
  const { customer, payment_status: payment } = order;
  const name = customer?.name ?? customer?.email ?? a.orders.nobody;
  return (
    <tr className={picking.has(order) ? "row picked" : "row"} data-order={order.number}>
      <td className="of-pick">
        <input
          type="checkbox"
          aria-label={a.ordering.pick(String(order.number))}
          checked={picking.has(order)}
          onChange={(event) => picking.pick(order, { through: (event.nativeEvent as MouseEvent).shiftKey })}
        />
      </td>
      <th scope="row" className="of-order">
        <Link to={`/admin/orders/${order.id}`} className="row-link">
          #{order.number}
        </Link>
      </th>
      <td className="of-customer of-most">
        <bdi>{name}</bdi>
      </td>
      <td className="of-placed">{shortTime(order.created_at, n.locale)}</td>
      <td className="of-payment">{payment && <Badge state={payment} word={a.states[payment] ?? payment} />}</td>
      <td className="of-parcels">
        {order.status !== "failed" && order.status !== "cancelled" && (
          <Badge state={order.fulfilment_status} word={a.states[order.fulfilment_status] ?? order.fulfilment_status} />
        )}
      </td>
      <td className="of-status">
        <Badge state={order.status} word={a.states[order.status] ?? order.status} />
      </td>
      <td className="num of-total">{n.money(order.total)}</td>
    </tr>
  );
}
