/** What a refund will do to money and stock, as the server says it. */
import { useAdmin } from "../words";
import { Money, StockAfter, type StockMove } from "./Effects";
import { left, type Order } from "./order";
import type { Ask, Preview } from "./refunding";

interface Props {
  ask: Ask;
  order: Order;
  preview: Preview;
  /** It is of what is asked now. */
  settled: boolean;
}

export function RefundEffects({ ask, order, preview, settled }: Props) {
  const { a, n } = useAdmin();
  const { amount, order: then } = preview;
  const lines = "lines" in ask ? ask.lines : [];
  const counted: StockMove[] = preview.stock.map(({ sku, quantity, on_hand }) => ({ sku, quantity, after: on_hand }));
  const uncounted = lines.filter(({ sku, restock }) => restock && preview.lines.some((line) => line.sku === sku && !line.restocked));
  const moves = [...counted, ...uncounted.map(({ sku, quantity }): StockMove => ({ sku, quantity, after: undefined }))];
  return (
    <section className="effects" aria-label={a.effects.title} aria-busy={!settled} data-effects={amount.amount_minor}>
      <h3>{a.effects.title}</h3>
      <dl>
        <Money title={order.payment_status === "unpaid" ? a.effects.owesLess : a.effects.customerGets} text={n.money(amount)} />
        <Money title={a.order.refunded} text={`${n.money(order.refunded)} → ${n.money(then.refunded)}`} />
        <Money title={a.effects.revenue} text={`${n.money(left(order))} → ${n.money(left(then))}`} />
      </dl>
      <StockAfter moves={moves} nothing={!lines.length || lines.some(({ restock }) => !restock)} />
      {then.status === "refunded" && <p>{a.effects.whole}</p>}
      {order.customer?.email && <p className="hint-line">{a.effects.mail(order.customer.email)}</p>}
    </section>
  );
}
