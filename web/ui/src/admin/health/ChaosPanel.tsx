/** Faults on purpose around stock, in three strengths; they end by themselves. */
import { Failure } from "../../design/Panel";
import { useOnce } from "../once";
import { useAdmin } from "../words";
import { Countdown } from "./Countdown";
import { useChaos } from "./data";
import { Row } from "./Row";

const STRENGTHS = {
  mild: { latency: true, latency_ms: 1_000, crash_rate: 0, partial_failure_rate: 0 },
  moderate: { latency: true, latency_ms: 3_000, crash_rate: 0.1, partial_failure_rate: 0.1 },
  extreme: { latency: true, latency_ms: 5_000, crash_rate: 0.3, partial_failure_rate: 0.2 },
} as const;

type Strength = keyof typeof STRENGTHS;

/** What is on. */
interface Faults {
  latency: boolean;
  latency_ms: number;
  crash_rate: number;
  partial_failure_rate: number;
}

export function ChaosPanel() {
  const { a, n } = useAdmin();
  const chaos = useChaos(true);
  const start = useOnce("startChaos", () => undefined, { keyed: false });
  const stop = useOnce("stopChaos", () => undefined, { keyed: false });
  const on = chaos.data?.chaos_enabled;
  const config = chaos.data?.config;
  const says = (faults: Faults): string =>
    a.chaos.config(
      n.duration(faults.latency ? faults.latency_ms / 1000 : 0),
      n.percent(100 * faults.crash_rate),
      n.percent(100 * faults.partial_failure_rate),
    );
  const error = start.error ?? stop.error ?? chaos.error;
  return (
    <section className="panel" aria-label={a.chaos.title}>
      <h2>{a.chaos.title}</h2>
      <p className="hint-line">{a.chaos.why}</p>
      {on && config && (
        <p className="chaos-on">
          <strong>{a.chaos.on}</strong> <Countdown until={chaos.data?.expires_at} />
          <span className="hint-line">{says(config)}</span>
        </p>
      )}
      <dl className="rows strengths">
        {(Object.keys(STRENGTHS) as Strength[]).map((one) => (
          <Row key={one} title={a.chaos.strengths[one]} text={says(STRENGTHS[one])} />
        ))}
      </dl>
      {error && <Failure error={error} at={Date.now()} whole={false} retry={() => void chaos.refetch()} />}
      <div className="acts" role="group" aria-label={a.chaos.title}>
        {(Object.keys(STRENGTHS) as Strength[]).map((one) => (
          <button key={one} type="button" className="button" aria-busy={start.busy} onClick={() => start.send({ body: STRENGTHS[one] })}>
            {a.chaos.strengths[one]}
          </button>
        ))}
        {on && (
          <button type="button" className="button primary" aria-busy={stop.busy} onClick={() => stop.send({})}>
            {a.chaos.stop}
          </button>
        )}
      </div>
    </section>
  );
}
