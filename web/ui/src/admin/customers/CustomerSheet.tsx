/** One customer: what they ordered and brought, where they live, and their data, given out or erased. */
import { useQuery } from "@tanstack/react-query";
import type { Customer } from "@kassa/client";
import { Failure } from "../../design/Panel";
import { Sheet } from "../../design/Sheet";
import { TableSkeleton } from "../../design/Table";
import { api, AskError } from "../../server/call";
import { Badge } from "../Badge";
import { addressText } from "../orders/address";
import { Link } from "../place";
import { shortTime } from "../when";
import { useWho } from "../who";
import { useAdmin } from "../words";
import { Person } from "./Person";

export default function CustomerSheet({ id, close }: { id: string; close: () => void }) {
  const { a } = useAdmin();
  const { can } = useWho();
  const { data, error, dataUpdatedAt, refetch } = useQuery({
    queryKey: ["customer", id],
    queryFn: ({ signal }) => api.getCustomer({ path: { id } }, { signal }),
  });
  const gone = error instanceof AskError && error.status === 404;
  return (
    <Sheet title={data?.name ?? data?.email ?? a.order.customer} close={close}>
      <div className="sheet-body act">
        {!data && !error && <TableSkeleton rows={6} />}
        {gone && <p className="empty">{a.customers.gone}</p>}
        {error && !gone && <Failure error={error} at={dataUpdatedAt} whole={!data} retry={refetch} />}
        {data && !gone && <Whole customer={data} />}
        {data && !gone && can("admin") && <Person email={data.email} close={close} />}
      </div>
    </Sheet>
  );
}

function Whole({ customer }: { customer: Customer }) {
  const { a, n } = useAdmin();
  const address = customer.shipping_address ?? customer.billing_address;
  return (
    <>
      <p className="breaks">
        <a href={`mailto:${encodeURIComponent(customer.email)}`}>
          <bdi>{customer.email}</bdi>
        </a>
        {customer.phone && (
          <>
            {" · "}
            <bdi>{customer.phone}</bdi>
          </>
        )}
      </p>
      <dl className="figures">
        <div>
          <dt>{a.pages.orders}</dt>
          <dd>{n.whole(customer.orders)}</dd>
        </div>
        <div>
          <dt>{a.customers.brought}</dt>
          <dd>{customer.revenue.map((one) => n.money(one)).join(" + ") || "–"}</dd>
        </div>
        <div>
          <dt>{a.customers.first}</dt>
          <dd>{customer.first_source ?? "–"}</dd>
        </div>
        <div>
          <dt>{a.customers.consent}</dt>
          <dd>{customer.marketing_consent_at ? shortTime(customer.marketing_consent_at, n.locale) : "–"}</dd>
        </div>
      </dl>
      {address && (
        <section aria-label={a.order.address}>
          <h3>{a.order.address}</h3>
          <address className="note-text">{addressText(address)}</address>
        </section>
      )}
      <section aria-label={a.pages.orders}>
        <h3>{a.pages.orders}</h3>
        <ul className="plain-list">
          {customer.recent_orders.map((order) => (
            <li key={order.id} className="moved">
              <Link to={`/admin/orders/${order.id}`}>#{order.number}</Link>
              <span>
                {n.money(order.total)} <Badge state={order.status} word={a.states[order.status] ?? order.status} />
                <span className="hint-line">{shortTime(order.created_at, n.locale)}</span>
              </span>
            </li>
          ))}
        </ul>
      </section>
    </>
  );
}
