/** Whether it is well: what it needs, how fast it is, how far behind it is, how much room it has, whether the books agree, and what faults do to it. */
import { useAdmin } from "../words";
import { Behind } from "./Behind";
import { Books } from "./Books";
import { Breakers } from "./Breakers";
import { ChaosPanel } from "./ChaosPanel";
import { GameDayPanel } from "./GameDayPanel";
import { PacePanel } from "./PacePanel";
import { Probe } from "./Probe";
import { Room } from "./Room";
import "./health.css";

export default function HealthPage() {
  const { a } = useAdmin();
  return (
    <>
      <div className="page-top">
        <h1>{a.pages.health}</h1>
      </div>
      <div className="health">
        <div className="health-column">
          <Probe title={a.health.needs} path="/health/deep" />
          <PacePanel />
          <Breakers />
          <ChaosPanel />
        </div>
        <div className="health-column">
          <Probe title={a.health.roles} path="/readyz" />
          <Behind />
          <Room />
        </div>
        <GameDayPanel />
        <Books />
      </div>
    </>
  );
}
