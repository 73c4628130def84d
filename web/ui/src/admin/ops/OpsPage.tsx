/** Operations on one page: an order placed, orders and stock as they come and go, how well it is, and chaos. */
import { Breakers } from "../health/Breakers";
import { ChaosPanel } from "../health/ChaosPanel";
import { PacePanel } from "../health/PacePanel";
import { Probe } from "../health/Probe";
import { useAdmin } from "../words";
import { NewestOrders } from "./NewestOrders";
import { OrderForm } from "./OrderForm";
import { StockNow } from "./StockNow";
import "../health/health.css";
import "./ops.css";

export default function OpsPage() {
  const { a } = useAdmin();
  return (
    <>
      <div className="page-top">
        <h1>{a.pages.ops}</h1>
        <p className="hint-line">{a.ops.why}</p>
      </div>
      <div className="health">
        <div className="health-column">
          <OrderForm />
          <ChaosPanel />
          <PacePanel />
          <Breakers />
          <Probe title={a.health.roles} path="/readyz" />
        </div>
        <div className="health-column">
          <NewestOrders />
          <StockNow />
        </div>
      </div>
    </>
  );
}
