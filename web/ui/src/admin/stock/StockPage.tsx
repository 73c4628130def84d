/** What is on the shelves: all of it or what is low, when it is sold out, and one SKU with its ledger. */
import type { Forecast, Stock } from "@kassa/client";
import { Badge } from "../Badge";
import { Search } from "../List";
import { ListBody } from "../ListBody";
import { ListPanel } from "../ListPanel";
import { Link, useQueryOf } from "../place";
import { RowLink } from "../RowLink";
import { useWho } from "../who";
import { useAdmin } from "../words";
import { useForecast, useStock } from "./data";
import { SellsOut } from "./SellsOut";
import StockSheet from "./StockSheet";

export default function StockPage() {
  const { a, n } = useAdmin();
  const { can } = useWho();
  const [query, change] = useQueryOf();
  const wanted = { q: query.get("q") ?? "", low: query.get("low") === "true" };
  const sku = query.get("sku");
  const answer = useStock(wanted);
  const total = answer.data?.pages[0]?.total;
  const asked = wanted.q !== "" || wanted.low;
  return (
    <>
      <div className="page-top">
        <h1>{a.pages.stock}</h1>
        {total !== undefined && (
          <p className="hint-line" role="status">
            {a.stock.count(total, n.whole(total))}
          </p>
        )}
        {can("inventory") && (
          <div className="acts">
            <Link to="/admin/stock/count" className="button">
              {a.counting.to}
            </Link>
          </div>
        )}
      </div>
      <ListPanel
        title={a.pages.stock}
        answer={answer}
        rows={(stock) => <Rows stock={stock} />}
        none={asked ? { title: a.noMatch, why: a.stock.noMatchWhy } : { title: a.stock.none, why: a.stock.noneWhy }}
        clear={asked ? () => change({ q: "", low: "" }) : undefined}
        tools={
          <>
            <Search label={a.stock.search} hint={a.stock.searchHint} value={wanted.q} set={(q) => change({ q }, { replace: true })} />
            <label className="switch">
              <input type="checkbox" checked={wanted.low} onChange={(event) => change({ low: event.target.checked ? "true" : "" })} />
              {a.stock.lowOnly}
            </label>
          </>
        }
      />
      {sku && <StockSheet key={sku} sku={sku} close={() => change({ sku: "" })} />}
    </>
  );
}

function Rows({ stock }: { stock: Stock[] }) {
  const { a } = useAdmin();
  const forecast = useForecast();
  return (
    <table className="table list">
      <caption className="unseen">{a.pages.stock}</caption>
      <thead>
        <tr>
          <th scope="col" className="of-most">
            {a.order.product}
          </th>
          <th scope="col" className="on-wide">
            {a.stock.forecast}
          </th>
          <th scope="col">{a.stock.state}</th>
          <th scope="col" className="num on-wide">
            {a.stock.reserved}
          </th>
          <th scope="col" className="num">
            {a.stock.available}
          </th>
        </tr>
      </thead>
      <ListBody items={stock}>{(one) => <Row key={one.sku} stock={one} forecast={forecast.get(one.sku)} />}</ListBody>
    </table>
  );
}

function Row({ stock, forecast }: { stock: Stock; forecast: Forecast | undefined }) {
  const { a, n } = useAdmin();
  const state = stock.available <= 0 ? "soldOut" : stock.low ? "low" : undefined;
  return (
    <tr className="row" data-sku={stock.sku}>
      <th scope="row" className="of-most">
        <RowLink query={{ sku: stock.sku }}>
          <bdi>{stock.product?.name ?? stock.sku}</bdi>
        </RowLink>{" "}
        <code className="hint-line">{stock.sku}</code>
      </th>
      <td className="on-wide">{stock.available > 0 && <SellsOut forecast={forecast} />}</td>
      <td>{state && <Badge state={state} word={a.stock.states[state]} />}</td>
      <td className="num on-wide">{n.whole(stock.reserved)}</td>
      <td className="num">{n.whole(stock.available)}</td>
    </tr>
  );
}
