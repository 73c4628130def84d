/** How far a game day is: which fault is on, how long it still takes, and what the buyers were answered so far. */
import { useEffect, useState } from "react";
import type { GameDay } from "@kassa/client";
import { useAdmin } from "../words";
import { Row } from "./Row";

export function GameDayProgress({ run }: { run: GameDay }) {
  const { a, n } = useAdmin();
  const [now, setNow] = useState(Date.now);
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), 500);
    return () => clearInterval(timer);
  }, []);
  const gone = Math.min(run.seconds, Math.max(0, (now - Date.parse(run.started_at)) / 1000));
  const settling = run.state === "settling";
  return (
    <>
      <p role="status" className="chaos-on">
        <strong>{a.gameDay.steps[run.step]}</strong> {settling ? "" : a.gameDay.left(n.duration(run.seconds - gone))}
      </p>
      <progress aria-label={a.gameDay.title} max={run.seconds} value={settling ? run.seconds : gone} />
      <ol className="game-steps">
        {run.steps.map((step) => (
          <li key={step.name} aria-current={!settling && step.name === run.step ? "step" : undefined}>
            {a.gameDay.steps[step.name]}
          </li>
        ))}
      </ol>
      <Tally run={run} />
    </>
  );
}

/** What the buyers were answered. */
export function Tally({ run }: { run: GameDay }) {
  const { a, n } = useAdmin();
  const { orders } = run;
  return (
    <dl className="figures" data-tally>
      <Row title={a.gameDay.asked} text={n.whole(orders.asked)} />
      <Row title={a.gameDay.confirmed} text={n.whole(orders.confirmed)} />
      <Row title={a.gameDay.accepted} text={n.whole(orders.accepted)} />
      <Row title={a.gameDay.soldOut} text={n.whole(orders.failed)} />
      <Row title={a.gameDay.refused} text={n.whole(orders.refused)} />
      <Row title={a.gameDay.repeated} text={n.whole(orders.repeated)} />
      <Row title={a.gameDay.slowest} text={`${n.whole(orders.slowest_ms)} ms`} />
    </dl>
  );
}
