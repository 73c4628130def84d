/** All products: found as one types, narrowed by status and category, and changed many at a time. */
import { useState } from "react";
import { Tabs } from "../../design/Panel";
import { Badge } from "../Badge";
import { Choice } from "../Choice";
import { Search } from "../List";
import { ListBody } from "../ListBody";
import { ListPanel } from "../ListPanel";
import { Link, useQueryOf } from "../place";
import { useWho } from "../who";
import { useAdmin } from "../words";
import { Bulk } from "./Bulk";
import { CategoryChoice } from "./CategoryChoice";
import { useProducts, type Wanted } from "./data";
import { ProductPages } from "./Pages";
import { pathOf, priceText, STATUSES, stockOf, type Row } from "./product";
import { Thumb } from "./Thumb";

const SORTS = ["oldest", "name", "-name", "price", "-price"];

export function ProductList() {
  const { a, n } = useAdmin();
  const { can } = useWho();
  const [query, change] = useQueryOf();
  const of = (name: string): string => query.get(name) ?? "";
  const wanted: Wanted = { q: of("q"), category: of("category"), status: can("catalog") ? of("status") : "", sort: of("sort") };
  const answer = useProducts(wanted);
  const [chosen, setChosen] = useState(new Map<number, Row>());
  const first = answer.data?.pages[0];
  const asked = wanted.q !== "" || wanted.category !== "";
  const p = a.products;
  // What is chosen is chosen of what is listed.
  const narrow = (next: Record<string, string>, options?: { replace: boolean }): void => (setChosen(new Map()), change(next, options));
  const none = wanted.status ? { title: p.noneSo, why: p.noneSoWhy } : { title: p.none, why: p.noneWhy };
  return (
    <>
      <div className="page-top">
        <h1>{a.pages.products}</h1>
        {first?.total !== undefined && (
          <p className="hint-line" role="status">
            {p.count(first.total, (first.total_exact === false ? "> " : "") + n.whole(first.total))}
          </p>
        )}
        {can("catalog") && (
          <div className="acts">
            <Link to="/admin/products/new" className="button primary">
              {p.new}
            </Link>
          </div>
        )}
      </div>
      <ProductPages />
      <ListPanel
        title={a.pages.products}
        answer={answer}
        rows={(rows) => (
          <>
            {can("catalog") && <Bulk rows={rows} chosen={chosen} choose={setChosen} />}
            <Rows rows={rows} chosen={chosen} choose={can("catalog") ? setChosen : undefined} />
          </>
        )}
        none={asked ? { title: a.noMatch, why: p.noMatchWhy } : none}
        clear={asked ? () => narrow({ q: "", category: "" }) : undefined}
        tools={
          <>
            {can("catalog") && (
              <Tabs
                label={p.status}
                tabs={STATUSES.map((one) => [one, p.lists[one]])}
                chosen={wanted.status || "active"}
                choose={(status) => narrow({ status: status === "active" ? "" : status })}
              />
            )}
            <Search label={p.search} hint={p.searchHint} value={wanted.q} set={(q) => narrow({ q }, { replace: true })} />
            <CategoryChoice label={p.category} none={p.anyCategory} value={wanted.category} set={(category) => narrow({ category })} />
            <Choice
              label={p.sort}
              any={p.sorts["newest"] ?? ""}
              all={SORTS}
              word={(one) => p.sorts[one] ?? one}
              value={wanted.sort}
              set={(sort) => narrow({ sort })}
            />
          </>
        }
      />
    </>
  );
}

interface RowsProps {
  rows: Row[];
  chosen: Map<number, Row>;
  choose: ((next: Map<number, Row>) => void) | undefined;
}

function Rows({ rows, chosen, choose }: RowsProps) {
  const { a } = useAdmin();
  const p = a.products;
  const all = rows.every((row) => chosen.has(row.id));
  const toggle = (row: Row): void => {
    const next = new Map(chosen);
    if (!next.delete(row.id)) next.set(row.id, row);
    choose?.(next);
  };
  return (
    <table className="table list products">
      <caption className="unseen">{a.pages.products}</caption>
      <thead>
        <tr>
          {choose && (
            <th scope="col" className="of-choice">
              <input
                type="checkbox"
                aria-label={p.chooseAll}
                checked={all}
                onChange={() => choose(all ? new Map() : new Map(rows.map((row) => [row.id, row])))}
              />
            </th>
          )}
          <th scope="col" className="of-most">
            {a.order.product}
          </th>
          <th scope="col" className="on-wide">
            {p.category}
          </th>
          <th scope="col" className="num of-stock">
            {a.pages.stock}
          </th>
          <th scope="col" className="num of-total">
            {p.price}
          </th>
        </tr>
      </thead>
      <ListBody items={rows}>
        {(row) => <One key={row.id} row={row} chosen={chosen.has(row.id)} toggle={choose && (() => toggle(row))} />}
      </ListBody>
    </table>
  );
}

function One({ row, chosen, toggle }: { row: Row; chosen: boolean; toggle: (() => void) | undefined }) {
  const { a, n } = useAdmin();
  const p = a.products;
  const stock = stockOf(row);
  return (
    <tr className={chosen ? "row chosen" : "row"} data-product={row.id}>
      {toggle && (
        <td className="of-choice">
          <input type="checkbox" className="over" aria-label={p.choose(row.name)} checked={chosen} onChange={toggle} />
        </td>
      )}
      <th scope="row" className="of-most">
        <span className="with-thumb">
          <Thumb product={row} />
          <span>
            <Link to={pathOf(row)} className="row-link">
              <bdi>{row.name}</bdi>
            </Link>
            <span className="hint-line">
              {row.variant_count > 1 ? p.variantCount(row.variant_count, n.whole(row.variant_count)) : <code>{row.sku}</code>}
            </span>
          </span>
        </span>
      </th>
      <td className="on-wide">{row.category && <bdi>{row.category}</bdi>}</td>
      <td className="num of-stock">
        {stock && <StockMark available={stock.available} low={stock.low} />}
        {!stock && <span className="hint-line">–</span>}
      </td>
      <td className="num of-total">{priceText(row, n.money)}</td>
    </tr>
  );
}

function StockMark({ available, low }: { available: number; low: boolean }) {
  const { a, n } = useAdmin();
  if (available <= 0) return <Badge state="soldOut" word={a.stock.states.soldOut} />;
  return (
    <>
      {low && <Badge state="low" word={a.stock.states.low} />} {n.whole(available)}
    </>
  );
}
