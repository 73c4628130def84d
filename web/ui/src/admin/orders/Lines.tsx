/** What was ordered, and what of it is left. */
import { useAdmin } from "../words";
import { left, type Line, type Order } from "./order";

export function Lines({ order }: { order: Order }) {
  const { a, n } = useAdmin();
  const back = order.refunded.amount_minor > 0;
  return (
    <section className="panel" aria-label={a.order.lines}>
      <h2>{a.order.lines}</h2>
      <div className="scroll" tabIndex={0} role="group" aria-label={a.order.lines}>
        <table className="table order-lines">
          <caption className="unseen">{a.order.lines}</caption>
          <thead>
            <tr>
              <th scope="col">{a.order.product}</th>
              <th scope="col" className="num">
                {a.order.quantity}
              </th>
              <th scope="col" className="num money">
                {a.order.sum}
              </th>
            </tr>
          </thead>
          <tbody>
            {order.items.map((line) => (
              <LineRow key={line.sku} line={line} />
            ))}
          </tbody>
          <tfoot>
            <Sum title={a.order.total} value={n.money(order.total)} />
            {back && <Sum title={a.order.refunded} value={`−${n.money(order.refunded)}`} />}
            {back && <Sum title={a.order.left} value={n.money(left(order))} />}
          </tfoot>
        </table>
      </div>
    </section>
  );
}

const Sum = ({ title, value }: { title: string; value: string }) => (
  <tr>
    <th scope="row" colSpan={2}>
      {title}
    </th>
    <td className="num money">{value}</td>
  </tr>
);

function LineRow({ line }: { line: Line }) {
  const { a, n } = useAdmin();
  const more = [
    line.fulfilled_quantity > 0 && a.order.handedOver(n.whole(line.fulfilled_quantity)),
    line.refunded_quantity > 0 && a.order.unitsBack(n.whole(line.refunded_quantity)),
    line.restocked_quantity > 0 && a.order.restocked(n.whole(line.restocked_quantity)),
    line.refunded.amount_minor > 0 && `−${n.money(line.refunded)}`,
  ].filter(Boolean);
  return (
    <tr data-sku={line.sku}>
      <th scope="row">
        <bdi>{[line.name, line.variant_title].filter(Boolean).join(", ")}</bdi>
        <span className="hint-line">
          <code>{line.sku}</code>
          {[a.order.each(n.money(line.unit_price)), ...more].map((one) => ` · ${one}`)}
        </span>
      </th>
      <td className="num">{n.whole(line.quantity)}</td>
      <td className="num money">{n.money(line.total)}</td>
    </tr>
  );
}
