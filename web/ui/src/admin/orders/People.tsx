/** Whose order it is, where it goes, and its names elsewhere. */
import { CopyButton } from "../../design/Panel";
import { useAdmin } from "../words";
import { addressText } from "./address";
import type { Address, Order } from "./order";

export function People({ order }: { order: Order }) {
  const { a } = useAdmin();
  const { customer, shipping_address: ship, billing_address: bill, note } = order;
  return (
    <aside className="order-side" aria-label={a.order.customer}>
      <section className="panel" aria-label={a.order.customer}>
        <h2>{a.order.customer}</h2>
        {!customer?.name && !customer?.email && <p className="hint-line">{a.orders.nobody}</p>}
        {customer?.name && (
          <p>
            <bdi>{customer.name}</bdi>
          </p>
        )}
        {customer?.email && (
          <p className="breaks">
            <a href={`mailto:${encodeURIComponent(customer.email)}`}>
              <bdi>{customer.email}</bdi>
            </a>
          </p>
        )}
        {customer?.phone && (
          <p>
            <bdi>{customer.phone}</bdi>
          </p>
        )}
        {order.customer_type && <p className="hint-line">{a.order.types[order.customer_type] ?? order.customer_type}</p>}
      </section>
      {ship && <AddressPanel title={bill ? a.order.ship : a.order.address} address={ship} />}
      {bill && <AddressPanel title={a.order.bill} address={bill} />}
      {note && (
        <section className="panel" aria-label={a.order.note}>
          <h2>{a.order.note}</h2>
          <p className="note-text">{note}</p>
        </section>
      )}
      <section className="panel" aria-label={a.order.names}>
        <h2>{a.order.names}</h2>
        <dl className="facts">
          <Fact title={a.order.id} text={order.id} />
          {order.client_reference && <Fact title={a.order.reference} text={order.client_reference} />}
        </dl>
      </section>
    </aside>
  );
}

function AddressPanel({ title, address }: { title: string; address: Address }) {
  const { a } = useAdmin();
  const text = addressText(address);
  return (
    <section className="panel" aria-label={title}>
      <h2>{title}</h2>
      <address className="note-text">{text}</address>
      <p>
        <CopyButton text={text} label={a.copyAddress} />
      </p>
    </section>
  );
}

const Fact = ({ title, text }: { title: string; text: string }) => (
  <div>
    <dt>{title}</dt>
    <dd>
      <code>{text}</code> <CopyButton text={text} />
    </dd>
  </div>
);
