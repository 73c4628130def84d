/** Other lines in place of an order's own: what that changes in money and stock stands there before it is saved. */
import { useState } from "react";
import { useAdmin } from "../words";
import { ActSheet, type ActProps } from "./ActSheet";
import { useChange } from "./change";
import { useAvailable } from "./data";
import { editedLines, totalOf } from "./editing";
import { Money } from "./Effects";
import { added, titleOf, usePrices, withUnits, type Item } from "./goods";
import { GoodsPicker } from "./Picker";

export default function EditSheet({ seen: first, close, done }: ActProps) {
  const { a, n } = useAdmin();
  const change = useChange(first, done);
  const { order } = change.seen;
  const [items, setItems] = useState<Item[]>(() => first.order.items.map(({ sku, quantity }) => ({ sku, quantity })));
  const [names, setNames] = useState(
    () => new Map(first.order.items.map(({ sku, name, variant_title }) => [sku, titleOf({ name, title: variant_title ?? null })])),
  );
  const [reprice, setReprice] = useState(false);
  const prices = usePrices(items);
  const lines = editedLines(order, items, prices.data?.lines ?? [], reprice);
  const total = totalOf(lines, order.total.currency);
  const skus = [...new Set([...order.items, ...items].map(({ sku }) => sku))];
  const available = useAvailable(skus);
  const moves = skus
    .map((sku) => ({ sku, units: unitsOf(order.items, sku) - unitsOf(items, sku), left: available(sku) }))
    .filter(({ units }) => units !== 0);
  const short = moves.filter(({ units, left }) => typeof left === "number" && left + units < 0);
  const settled = !prices.isFetching && total !== undefined;
  const changed = moves.length > 0 || (reprice && total?.amount_minor !== order.total.amount_minor);
  const go = (): void => change.send("editOrder", { items, ...(reprice && { reprice }) });
  return (
    <ActSheet
      title={a.ordering.edit.title}
      change={change}
      close={close}
      go={a.ordering.edit.go}
      ready={items.length > 0 && changed && settled && short.length === 0}
      submit={go}
    >
      <ul className="act-lines">
        {lines.map(({ sku, quantity, price }) => (
          <li key={sku} data-sku={sku}>
            <span className="act-name">
              <bdi>{names.get(sku) ?? sku}</bdi>
              <span className="hint-line">{price ? a.order.each(n.money(price)) : a.ordering.edit.price}</span>
            </span>
            <input
              type="number"
              inputMode="numeric"
              min={1}
              aria-label={a.ordering.edit.units(names.get(sku) ?? sku)}
              value={quantity}
              onChange={(event) => setItems(withUnits(items, sku, Math.max(1, Math.trunc(Number(event.target.value)) || 1)))}
            />
            <button
              type="button"
              className="button small"
              aria-label={a.ordering.edit.remove(names.get(sku) ?? sku)}
              onClick={() => setItems(withUnits(items, sku, 0))}
            >
              ✕
            </button>
          </li>
        ))}
      </ul>
      {items.length === 0 && <p className="hint-line">{a.ordering.edit.none}</p>}
      <GoodsPicker
        take={(good) => {
          setNames(new Map(names).set(good.sku, titleOf(good)));
          setItems(added(items, good.sku));
        }}
      />
      <label className="switch">
        <input type="checkbox" checked={reprice} onChange={(event) => setReprice(event.target.checked)} />
        {a.ordering.edit.reprice}
      </label>
      <section className="effects" aria-label={a.effects.title} aria-busy={!settled}>
        <h3>{a.effects.title}</h3>
        <dl>
          <Money title={a.ordering.edit.owes} text={`${n.money(order.total)} → ${total ? n.money(total) : "…"}`} />
          <Money title={a.effects.revenue} text={`${n.money(order.total)} → ${total ? n.money(total) : "…"}`} />
        </dl>
        <ul className="effects-stock">
          {moves.map(({ sku, units, left }) => (
            <li key={sku}>
              <bdi>{stockText(sku, units, left)}</bdi>
            </li>
          ))}
          {!moves.length && <li>{a.ordering.edit.stockSame}</li>}
        </ul>
        {short.map(({ sku, left }) => (
          <p key={sku} role="alert">
            {a.ordering.edit.stockLess(sku, n.whole(left ?? 0))}
          </p>
        ))}
        <p className="hint-line">{a.ordering.edit.agreed}</p>
        {order.customer?.email && <p className="hint-line">{a.effects.mail(order.customer.email)}</p>}
      </section>
    </ActSheet>
  );

  function stockText(sku: string, units: number, left: number | undefined | null): string {
    const sign = `${units > 0 ? "+" : "−"}${n.whole(Math.abs(units))}`;
    if (left === undefined) return a.effects.notCounted(sku);
    return left === null ? a.effects.stock(sku, sign) : a.effects.stockFrom(sku, sign, n.whole(left), n.whole(left + units));
  }
}

const unitsOf = (items: Item[], sku: string): number =>
  items.filter((item) => item.sku === sku).reduce((sum, item) => sum + item.quantity, 0);
