/** A game day: faults for two minutes while orders come in, and then whether the books agree. Of a demo alone. */
import { Failure } from "../../design/Panel";
import { TableSkeleton } from "../../design/Table";
import { useOnce } from "../once";
import { useAdmin } from "../words";
import { useGameDay } from "./data";
import { GameDayOutcome } from "./GameDayOutcome";
import { GameDayProgress } from "./GameDayProgress";

const COMMAND = "kassa up --demo";

export function GameDayPanel() {
  const { a } = useAdmin();
  const { data, error, dataUpdatedAt, refetch } = useGameDay();
  const begin = useOnce("beginGameDay", () => undefined, { keyed: false });
  const stop = useOnce("stopGameDay", () => undefined, { keyed: false });
  const failed = begin.error ?? stop.error ?? error;
  const run = data?.run;
  const underWay = run?.state === "running" || run?.state === "settling";
  return (
    <section className="panel across" aria-label={a.gameDay.title} data-game-day={run?.state ?? "none"}>
      <h2>{a.gameDay.title}</h2>
      <p className="hint-line">{a.gameDay.why}</p>
      {!data && !error && <TableSkeleton rows={2} />}
      {data && !data.allowed && (
        <p>
          {a.gameDay.demoOnly} <code>{COMMAND}</code>
        </p>
      )}
      {run && underWay && <GameDayProgress run={run} />}
      {run && !underWay && <GameDayOutcome run={run} />}
      {failed && <Failure error={failed} at={dataUpdatedAt} whole={false} retry={() => void refetch()} />}
      {data?.allowed && (
        <div className="acts" role="group" aria-label={a.gameDay.title}>
          {!underWay && (
            <button type="button" className="button primary" aria-busy={begin.busy} onClick={() => begin.send({ body: {} })}>
              {run ? a.gameDay.again : a.gameDay.begin}
            </button>
          )}
          {run?.state === "running" && (
            <button type="button" className="button" aria-busy={stop.busy} onClick={() => stop.send({})}>
              {a.gameDay.stop}
            </button>
          )}
        </div>
      )}
    </section>
  );
}
