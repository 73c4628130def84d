/** The life of a product on one line of time: views, orders, stock and prices; the same as a table. */
import { useState } from "react";
import { IconButton, Panel, Tabs } from "../../../design/Panel";
import { useWho } from "../../who";
import { useAdmin } from "../../words";
import type { Seen } from "../product";
import { useLife } from "./data";
import { LifeChart } from "./LifeChart";
import { LifeTable } from "./LifeTable";

const RANGES = ["30d", "90d", "365d"];

export default function Life({ seen }: { seen: Seen }) {
  const { a } = useAdmin();
  const { can } = useWho();
  const l = a.products.life;
  const [range, setRange] = useState("30d");
  const [asTable, setAsTable] = useState(false);
  const mayStock = can("inventory");
  const answer = useLife(seen, Number.parseInt(range, 10), mayStock);
  return (
    <Panel
      title={l.title}
      answer={answer}
      className="life"
      skeleton={<div className="skeleton chart-empty" />}
      heading={<h2>{l.title}</h2>}
      tools={
        <div className="tools">
          <Tabs label={l.days} tabs={RANGES.map((one) => [one, l.ranges[one] ?? one])} chosen={range} choose={setRange} />
          <IconButton icon={asTable ? "chart" : "table"} label={asTable ? l.asChart : l.asTable} onClick={() => setAsTable(!asTable)} />
        </div>
      }
    >
      {(days) => (
        <>
          {asTable ? <LifeTable days={days} /> : <LifeChart days={days} />}
          {!mayStock && <p className="hint-line">{l.noStock}</p>}
        </>
      )}
    </Panel>
  );
}
