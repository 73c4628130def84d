/** One SKU: what is there, what came and went, and how it is set right. */
import { useState } from "react";
import { Failure, Tabs } from "../../design/Panel";
import { Sheet } from "../../design/Sheet";
import { TableSkeleton } from "../../design/Table";
import { AskError } from "../../server/call";
import { useAdmin } from "../words";
import { useWho } from "../who";
import { useForecast, useOneStock } from "./data";
import { Ledger } from "./Ledger";
import { LowForm, MoveForm } from "./Forms";
import { SellsOut } from "./SellsOut";

type Way = "receive" | "adjust" | "low";
const WAYS: Way[] = ["receive", "adjust", "low"];

export default function StockSheet({ sku, close }: { sku: string; close: () => void }) {
  const { a, n } = useAdmin();
  const { can } = useWho();
  const { data, error, dataUpdatedAt, refetch } = useOneStock(sku);
  const forecast = useForecast(sku).get(sku);
  const [way, setWay] = useState<Way>("receive");
  const [said, setSaid] = useState("");
  const gone = error instanceof AskError && error.status === 404;
  return (
    <Sheet title={data?.product?.name ?? sku} close={close}>
      <div className="sheet-body act">
        {!data && !error && <TableSkeleton rows={6} />}
        {gone && <p className="empty">{a.stock.gone}</p>}
        {error && !gone && <Failure error={error} at={dataUpdatedAt} whole={!data} retry={refetch} />}
        {data && (
          <>
            <p>
              <code>{sku}</code>
            </p>
            <dl className="figures">
              <Figure title={a.stock.onHand} value={n.whole(data.on_hand)} />
              <Figure title={a.stock.reserved} value={n.whole(data.reserved)} />
              <Figure title={a.stock.available} value={n.whole(data.available)} warns={data.low} />
              <Figure title={a.stock.lowAt} value={n.whole(data.low_stock_at)} />
            </dl>
            {data.available > 0 && <SellsOut forecast={forecast} beside />}
            <p role="status" className={said ? "said" : "unseen"}>
              {said}
            </p>
            {can("inventory") && (
              <>
                <Tabs
                  label={a.stock.change}
                  tabs={WAYS.map((one) => [one, a.stock.ways[one]])}
                  chosen={way}
                  choose={(next) => (setWay(next as Way), setSaid(""))}
                />
                {way === "low" ? (
                  <LowForm key={data.low_stock_at} stock={data} done={() => setSaid(a.stock.done.low)} />
                ) : (
                  <MoveForm key={way} way={way} stock={data} done={() => setSaid(a.stock.done[way])} />
                )}
                <Ledger sku={sku} />
              </>
            )}
          </>
        )}
      </div>
    </Sheet>
  );
}

const Figure = ({ title, value, warns }: { title: string; value: string; warns?: boolean }) => (
  <div className={warns ? "warns" : undefined}>
    <dt>{title}</dt>
    <dd>{value}</dd>
  </div>
);
