/** The money that has come, and how much of it went back. */
import { useAdmin } from "../words";
import { shortTime } from "../when";
import { usePayments } from "./data";
import type { Order } from "./order";

export function Payments({ order }: { order: Order }) {
  const { a, n } = useAdmin();
  const { data } = usePayments(order.id);
  if (!data?.length && order.payment_status !== "unpaid") return null;
  return (
    <section className="panel" aria-label={a.order.payments}>
      <h2>{a.order.payments}</h2>
      {data && !data.length && <p className="hint-line">{a.order.nothingPaid}</p>}
      <ul className="plain-list">
        {data?.map((payment) => (
          <li key={payment.id}>
            <strong>{n.money(payment.amount)}</strong> <bdi>{payment.reference}</bdi>
            <span className="hint-line">
              {shortTime(payment.created_at, n.locale)}
              {payment.refunded.amount_minor > 0 && ` · ${a.order.ofItBack(n.money(payment.refunded))}`}
            </span>
          </li>
        ))}
      </ul>
    </section>
  );
}
