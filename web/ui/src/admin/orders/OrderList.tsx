/** All orders, the newest first: found as one types, narrowed by how they stand. */
import { useEffect, useRef, useState, type KeyboardEvent } from "react";
import { Empty, Failure } from "../../design/Panel";
import { TableSkeleton } from "../../design/Table";
import { Link, useQueryOf } from "../place";
import { useAdmin } from "../words";
import { shortTime } from "../when";
import { Badge } from "./Badge";
import { merged, useOrders, type Wanted } from "./data";
import type { Order } from "./order";

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
  const orders = merged(...(answer.data?.pages.map((page) => page.results) ?? []));
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
      </div>
      <section className={answer.isPlaceholderData ? "panel stale" : "panel"} aria-label={a.pages.orders} aria-busy={answer.isFetching}>
        <div className="list-tools" role="search">
          <Search value={wanted.q} set={(q) => change({ q }, { replace: true })} />
          {NAMES.map((name) => (
            <select key={name} aria-label={a.orders.filters[name]} value={wanted[name]} onChange={(event) => change({ [name]: event.target.value })}>
              <option value="">{a.orders.any[name]}</option>
              {FILTERS[name].map((value) => (
                <option key={value} value={value}>
                  {a.states[name === "fulfilment_status" && value === "unfulfilled" ? "toPack" : value]}
                </option>
              ))}
            </select>
          ))}
          {asked && (
            <button type="button" className="button add" onClick={() => change(clear)}>
              {a.orders.clear}
            </button>
          )}
        </div>
        <div className="panel-body">
          {!answer.data && !answer.error && <TableSkeleton rows={10} />}
          {orders.length > 0 && <Rows orders={orders} />}
          {answer.data && !orders.length && !answer.hasNextPage && (
            <Empty
              title={asked ? a.orders.noMatch : a.orders.none}
              why={asked ? a.orders.noMatchWhy : a.orders.noneWhy}
              action={
                asked ? (
                  <button type="button" className="button" onClick={() => change(clear)}>
                    {a.orders.clear}
                  </button>
                ) : undefined
              }
            />
          )}
          {answer.error && (
            <Failure error={answer.error} at={answer.dataUpdatedAt} whole={!answer.data} retry={() => answer.refetch()} />
          )}
        </div>
        {answer.hasNextPage && <More busy={answer.isFetchingNextPage} more={() => void answer.fetchNextPage()} />}
      </section>
    </>
  );
}

const PAUSE_MS = 150;

/** What is typed is asked for after a moment. `/` leads here. */
function Search({ value, set }: { value: string; set: (value: string) => void }) {
  const { a } = useAdmin();
  const [text, setText] = useState(value);
  const typed = useRef(value);
  useEffect(() => {
    // Back, or a button, has changed it.
    if (value !== typed.current) setText((typed.current = value));
  }, [value]);
  useEffect(() => {
    if (text.trim() === typed.current) return undefined;
    const timer = setTimeout(() => set((typed.current = text.trim())), PAUSE_MS);
    return () => clearTimeout(timer);
  });
  return (
    <input
      type="search"
      className="find"
      aria-label={a.orders.search}
      placeholder={a.orders.searchHint}
      value={text}
      maxLength={200}
      onChange={(event) => setText(event.target.value)}
    />
  );
}

function Rows({ orders }: { orders: Order[] }) {
  const { a } = useAdmin();
  const heads = ["order", "customer", "placed", "payment", "parcels", "status"] as const;
  return (
    <table className="table list">
      <caption className="unseen">{a.pages.orders}</caption>
      <thead>
        <tr>
          {heads.map((head) => (
            <th key={head} scope="col" className={`of-${head}`}>
              {a.orders.heads[head]}
            </th>
          ))}
          <th scope="col" className="num of-total">
            {a.orders.heads.total}
          </th>
        </tr>
      </thead>
      <tbody onKeyDown={walkRows}>
        {orders.map((order) => (
          <Row key={order.id} order={order} />
        ))}
      </tbody>
    </table>
  );
}

function Row({ order }: { order: Order }) {
  const { a, n } = useAdmin();
  const { customer, payment_status: payment } = order;
  const name = customer?.name ?? customer?.email ?? a.orders.nobody;
  return (
    <tr className="row" data-order={order.number}>
      <th scope="row" className="of-order">
        <Link to={`/admin/orders/${order.id}`} className="row-link">
          #{order.number}
        </Link>
      </th>
      <td className="of-customer">
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

/** Arrow keys go from row to row. */
export function walkRows(event: KeyboardEvent): void {
  const step = { ArrowDown: "nextElementSibling", ArrowUp: "previousElementSibling" } as const;
  const to = step[event.key as keyof typeof step];
  const row = (event.target as Element).closest("tr");
  if (!to || !row || event.shiftKey || event.altKey || event.ctrlKey || event.metaKey) return;
  event.preventDefault();
  row[to]?.querySelector<HTMLElement>(".row-link")?.focus();
}

/** The next page: by a button, and by itself when it comes into sight. */
export function More({ busy, more }: { busy: boolean; more: () => void }) {
  const { a } = useAdmin();
  const at = useRef<HTMLParagraphElement>(null);
  const next = useRef(more);
  next.current = more;
  useEffect(() => {
    const seen = new IntersectionObserver((all) => all.some((one) => one.isIntersecting) && next.current(), { rootMargin: "400px" });
    if (at.current && !busy) seen.observe(at.current);
    return () => seen.disconnect();
  }, [busy]);
  return (
    <p ref={at} className="sheet-foot">
      <button type="button" className="button" disabled={busy} onClick={more}>
        {a.more}
      </button>
    </p>
  );
}
