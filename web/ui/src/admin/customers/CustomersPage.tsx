/** Whoever has ordered: found by a part of a name or an address, and one of them with what they ordered. */
import { keepPreviousData, useInfiniteQuery } from "@tanstack/react-query";
import { Suspense } from "react";
import type { CustomerRow } from "@kassa/client";
import { later } from "../../design/Floating";
import { api } from "../../server/call";
import { Search } from "../List";
import { ListBody } from "../ListBody";
import { ListPanel } from "../ListPanel";
import { useQueryOf } from "../place";
import { RowLink } from "../RowLink";
import { shortTime } from "../when";
import { useAdmin } from "../words";

const CustomerSheet = later(async () => (await import("./CustomerSheet")).default);

const LIMIT = 50;

const useCustomers = (q: string) =>
  useInfiniteQuery({
    queryKey: ["customers", q],
    queryFn: ({ pageParam, signal }) =>
      api.listCustomers({ query: { limit: LIMIT, ...(q && { q }), ...(pageParam && { cursor: pageParam }) } }, { signal }),
    initialPageParam: "",
    getNextPageParam: (last) => last.next_cursor ?? undefined,
    placeholderData: keepPreviousData,
  });

export default function CustomersPage() {
  const { a } = useAdmin();
  const [query, change] = useQueryOf();
  const q = query.get("q") ?? "";
  const id = query.get("id");
  return (
    <>
      <div className="page-top">
        <h1>{a.pages.customers}</h1>
      </div>
      <ListPanel
        title={a.pages.customers}
        answer={useCustomers(q)}
        rows={(customers) => <Rows customers={customers} />}
        none={q ? { title: a.noMatch, why: a.customers.noMatchWhy } : { title: a.customers.none, why: a.customers.noneWhy }}
        clear={q ? () => change({ q: "" }) : undefined}
        tools={
          <Search
            label={a.customers.search}
            hint={a.customers.searchHint}
            value={q}
            set={(next) => change({ q: next }, { replace: true })}
          />
        }
      />
      <Suspense fallback={null}>{id && <CustomerSheet key={id} id={id} close={() => change({ id: "" })} />}</Suspense>
    </>
  );
}

function Rows({ customers }: { customers: CustomerRow[] }) {
  const { a } = useAdmin();
  return (
    <table className="table list">
      <caption className="unseen">{a.pages.customers}</caption>
      <thead>
        <tr>
          <th scope="col" className="of-most">
            {a.order.customer}
          </th>
          <th scope="col" className="on-wide">
            {a.customers.last}
          </th>
          <th scope="col" className="num">
            {a.pages.orders}
          </th>
          <th scope="col" className="num of-total">
            {a.customers.brought}
          </th>
        </tr>
      </thead>
      <ListBody items={customers}>{(one) => <Row key={one.id} customer={one} />}</ListBody>
    </table>
  );
}

function Row({ customer }: { customer: CustomerRow }) {
  const { n } = useAdmin();
  return (
    <tr className="row" data-customer={customer.email}>
      <th scope="row" className="of-most">
        <RowLink query={{ id: customer.id }}>
          <bdi>{customer.name ?? customer.email}</bdi>
        </RowLink>{" "}
        {customer.name && (
          <span className="hint-line">
            <bdi>{customer.email}</bdi>
          </span>
        )}
      </th>
      <td className="on-wide">{customer.last_order_at && shortTime(customer.last_order_at, n.locale)}</td>
      <td className="num">{n.whole(customer.orders)}</td>
      <td className="num of-total">{customer.revenue.map((one) => n.money(one)).join(" + ") || "–"}</td>
    </tr>
  );
}
