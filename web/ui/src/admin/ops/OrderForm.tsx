/** An order of so many of a product, by the API's own route and a key of its own; and what it was answered. */
import { useState, type FormEvent } from "react";
import { Failure } from "../../design/Panel";
import { useOnce } from "../once";
import type { Order } from "../orders/order";
import { Link } from "../place";
import { useAdmin } from "../words";
import { useStockNow } from "./data";

export function OrderForm() {
  const { a, n } = useAdmin();
  const { data } = useStockNow();
  const [chosen, setSku] = useState("");
  const [text, setText] = useState("1");
  const [placed, setPlaced] = useState<Order>();
  const once = useOnce("createOrder", (answer) => setPlaced(answer as Order));
  const sku = chosen || data?.find((one) => one.available > 0)?.sku || "";
  const quantity = Number(text);
  const ready = sku !== "" && Number.isInteger(quantity) && quantity > 0;
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    if (!ready) return;
    setPlaced(undefined);
    once.send({ body: { items: [{ sku, quantity }], customer: { name: a.pages.ops } } });
  };
  return (
    <section className="panel" aria-label={a.ops.order}>
      <h2>{a.ops.order}</h2>
      <form className="ops-order" onSubmit={submit}>
        <label className="field">
          {a.ops.product}
          <select value={sku} onChange={(event) => setSku(event.target.value)}>
            {(data ?? []).map((one) => (
              <option key={one.sku} value={one.sku}>
                {a.ops.available(one.product ? `${one.product.name} · ${one.sku}` : one.sku, n.whole(one.available))}
              </option>
            ))}
          </select>
        </label>
        <label className="field">
          {a.ops.units}
          <input inputMode="numeric" value={text} autoComplete="off" onChange={(event) => setText(event.target.value)} />
        </label>
        <button type="submit" className="button primary" disabled={!ready} aria-busy={once.busy}>
          {a.ops.go}
        </button>
      </form>
      {once.error && <Failure error={once.error} at={Date.now()} whole={false} retry={() => once.again()} />}
      <p role="status" className="ops-placed">
        {placed && (
          <Link to={`/admin/orders/${placed.id}`}>{a.ops.placed(String(placed.number), a.states[placed.status] ?? placed.status)}</Link>
        )}
      </p>
    </section>
  );
}
