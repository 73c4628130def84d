/** One packing slip, or one receipt: the shop, whom it is for, the lines. */
import type { ReactNode } from "react";
import type { Storefront } from "@kassa/client";
import { useAdmin } from "../words";
import { longDay } from "../when";
import { addressText } from "./address";
import { left, openUnits, type Line, type Order } from "./order";

interface Props {
  order: Order;
  shop: Storefront | undefined;
}

export function Slip({ order, shop }: Props) {
  const { a, n } = useAdmin();
  const texts = a.ordering.print;
  // What is left to pack; of an order of which all has left, what was in it.
  const open = order.items.some((line) => openUnits(line) > 0);
  const lines = order.items.filter((line) => !open || openUnits(line) > 0);
  return (
    <Paper order={order} shop={shop} title={texts.slip(String(order.number))}>
      <table className="paper-lines">
        <thead>
          <tr>
            <th scope="col" className="num">
              {texts.units}
            </th>
            <th scope="col">{texts.product}</th>
            <th scope="col">{texts.sku}</th>
          </tr>
        </thead>
        <tbody>
          {lines.map((line) => (
            <tr key={line.sku}>
              <td className="num">{n.whole(open ? openUnits(line) : line.quantity - line.refunded_quantity)}</td>
              <td>
                <bdi>{nameOf(line)}</bdi>
                {open && line.fulfilled_quantity > 0 && <small> {texts.packed(n.whole(line.fulfilled_quantity))}</small>}
              </td>
              <td>
                <code>{line.sku}</code>
              </td>
            </tr>
          ))}
        </tbody>
      </table>
      {order.note && (
        <section className="paper-note">
          <h3>{texts.note}</h3>
          <p>{order.note}</p>
        </section>
      )}
    </Paper>
  );
}

export function Receipt({ order, shop }: Props) {
  const { a, n } = useAdmin();
  const texts = a.ordering.print;
  const rest = left(order);
  const back = order.refunded.amount_minor > 0;
  const isPaid = order.payment_status === "paid" || order.payment_status === "part_refunded";
  return (
    <Paper order={order} shop={shop} title={texts.receipt(String(order.number))}>
      <table className="paper-lines">
        <thead>
          <tr>
            <th scope="col" className="num">
              {texts.units}
            </th>
            <th scope="col">{texts.product}</th>
            <th scope="col" className="num">
              {texts.each}
            </th>
            <th scope="col" className="num">
              {texts.sum}
            </th>
          </tr>
        </thead>
        <tbody>
          {order.items.map((line) => (
            <tr key={line.sku}>
              <td className="num">{n.whole(line.quantity)}</td>
              <td>
                <bdi>{nameOf(line)}</bdi> <small>{line.sku}</small>
              </td>
              <td className="num">{n.money(line.unit_price)}</td>
              <td className="num">{n.money(line.total)}</td>
            </tr>
          ))}
        </tbody>
        <tfoot>
          <Sum title={texts.total} text={n.money(order.total)} />
          {back && <Sum title={texts.refunded} text={`−${n.money(order.refunded)}`} />}
          {back && <Sum title={texts.left} text={n.money(rest)} />}
        </tfoot>
      </table>
      {order.payment_status === "unpaid" && <p>{texts.owed(n.money(rest))}</p>}
      {isPaid && <p>{texts.paid(n.money(order.total))}</p>}
      <p className="paper-small">{texts.notInvoice}</p>
    </Paper>
  );
}

const Sum = ({ title, text }: { title: string; text: string }) => (
  <tr>
    <th scope="row" colSpan={3} className="num">
      {title}
    </th>
    <td className="num">{text}</td>
  </tr>
);

const nameOf = (line: Line): string => [line.name, line.variant_title].filter(Boolean).join(", ");

/** A page with the shop at its head and an address where an envelope has its window (DIN 5008, form B). */
function Paper({ order, shop, title, children }: Props & { title: string; children: ReactNode }) {
  const { a, n } = useAdmin();
  const address = order.shipping_address ?? order.billing_address;
  const name = order.customer?.name ?? order.customer?.email;
  return (
    <article className="paper" aria-label={title} data-printed={order.number}>
      <header className="paper-top">
        {shop?.logo ? <img src={`/assets/${shop.logo}`} alt={shop.name} /> : <strong className="paper-shop">{shop?.name}</strong>}
        {shop?.imprint && <p className="paper-small">{shop.imprint.split("\n").slice(0, 4).join("\n")}</p>}
      </header>
      <address className="paper-address" aria-label={a.ordering.print.to}>
        {address ? addressText(address) : name}
      </address>
      <h2>{title}</h2>
      <p>{a.ordering.print.ordered(longDay(order.created_at, n.locale))}</p>
      {children}
    </article>
  );
}
