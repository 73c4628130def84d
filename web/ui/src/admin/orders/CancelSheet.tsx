/** An order of which nothing has left is called off, with or without its goods back on the shelf. */
import { useState } from "react";
import { useAdmin } from "../words";
import { ActSheet, type ActProps } from "./ActSheet";
import { useChange } from "./change";
import { Confirm, isConfirmed } from "./Confirm";
import { useAvailable } from "./data";
import { Money, StockAfter, type StockMove } from "./Effects";
import { keptUnits, left, type Line } from "./order";

export default function CancelSheet({ seen: first, close, done }: ActProps) {
  const { a, n } = useAdmin();
  const change = useChange(first, done);
  const { order } = change.seen;
  const [restock, setRestock] = useState(true);
  const [typed, setTyped] = useState("");
  const rest = left(order);
  const zero = n.money({ ...rest, amount_minor: 0 });
  const lines = order.items.filter((line) => keptUnits(line) > 0);
  const available = useAvailable(lines.map((line) => line.sku));
  const moveOf = (line: Line): StockMove => {
    const [quantity, now] = [keptUnits(line), available(line.sku)];
    return { sku: line.sku, quantity, after: typeof now === "number" ? now + quantity : now };
  };
  const moves = restock ? lines.map(moveOf) : [];
  const digits =
    new Intl.NumberFormat(n.locale, { style: "currency", currency: rest.currency }).resolvedOptions().maximumFractionDigits ?? 2;
  const ready = isConfirmed(typed, rest.amount_minor, digits);
  return (
    <ActSheet
      title={a.cancel.title}
      change={change}
      close={close}
      go={a.cancel.go}
      ready={ready}
      submit={() => change.send("cancelOrder", { restock })}
    >
      <label className="switch">
        <input type="checkbox" checked={restock} onChange={(event) => setRestock(event.target.checked)} />
        {a.cancel.restock}
      </label>
      <section className="effects" aria-label={a.effects.title} data-effects={rest.amount_minor}>
        <h3>{a.effects.title}</h3>
        <dl>
          {order.payment_status === "paid" || order.payment_status === "part_refunded" ? (
            <Money title={a.effects.customerGets} text={n.money(rest)} />
          ) : (
            <Money title={a.effects.owesLess} text={n.money(rest)} />
          )}
          <Money title={a.effects.revenue} text={`${n.money(rest)} → ${zero}`} />
        </dl>
        <StockAfter moves={moves} nothing={!restock} />
        {order.customer?.email && <p className="hint-line">{a.effects.mail(order.customer.email)}</p>}
      </section>
      <Confirm amount={n.money(rest)} value={typed} set={setTyped} />
    </ActSheet>
  );
}
