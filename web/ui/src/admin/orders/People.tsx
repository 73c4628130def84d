/** Whose order it is, where it goes, and its names elsewhere. */
import { Suspense, useState } from "react";
import { later } from "../../design/Floating";
import { CopyButton } from "../../design/Panel";
import { useAdmin } from "../words";
import { addressText } from "./address";
import { isAmendable, type Address, type Seen } from "./order";
import { StaffNote } from "./StaffNote";

const AmendSheet = later(async () => (await import("./AmendSheet")).default);

export function People({ seen }: { seen: Seen }) {
  const { a } = useAdmin();
  const { order } = seen;
  const { customer, shipping_address: ship, billing_address: bill, note } = order;
  const [amended, setAmended] = useState<Seen>();
  const [said, setSaid] = useState("");
  const close = (): void => setAmended(undefined);
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
        {isAmendable(order) && (
          <p>
            <button type="button" className="button small" aria-haspopup="dialog" onClick={() => (setSaid(""), setAmended(seen))}>
              {a.ordering.amend.act}
            </button>
          </p>
        )}
        <p role="status" className={said ? "hint-line" : "unseen"}>
          {said}
        </p>
      </section>
      {ship && <AddressPanel title={bill ? a.order.ship : a.order.address} address={ship} />}
      {bill && <AddressPanel title={a.order.bill} address={bill} />}
      {note && (
        <section className="panel" aria-label={a.ordering.note.customer}>
          <h2>{a.ordering.note.customer}</h2>
          <p className="note-text">{note}</p>
        </section>
      )}
      <StaffNote seen={seen} />
      <section className="panel" aria-label={a.order.names}>
        <h2>{a.order.names}</h2>
        <dl className="facts">
          <Fact title={a.order.id} text={order.id} />
          {order.client_reference && <Fact title={a.order.reference} text={order.client_reference} />}
        </dl>
      </section>
      <Suspense fallback={null}>
        {amended && <AmendSheet seen={amended} close={close} done={() => (close(), setSaid(a.ordering.amend.done))} />}
      </Suspense>
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
