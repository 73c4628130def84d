/** How the circuit breakers stand, since when, and what each protects. */
import { useAdmin } from "../words";
import { shortTime } from "../when";
import { useCondition } from "./data";

const SIGNS = { closed: ["better", "✓"], "half-open": ["same", "–"], open: ["worse", "✗"] } as const;

export function Breakers() {
  const { a, n } = useAdmin();
  const { data } = useCondition();
  if (!data?.breakers.length) return null;
  return (
    <section className="panel" aria-label={a.breaker.title} data-breakers>
      <h2>{a.breaker.title}</h2>
      <ul className="plain-list">
        {data.breakers.map(({ service, state, since }) => {
          const [tone, sign] = SIGNS[state];
          return (
            <li key={service} className="check" data-breaker={service} data-state={state}>
              <span className={tone} aria-hidden="true">
                {sign}
              </span>
              <span>
                <strong>{a.health.names[service] ?? service}</strong> {a.breaker.states[state]}
                <span className="hint-line">{a.breaker.says[state]}</span>
              </span>
              <span className="hint-line">{a.breaker.since(shortTime(since, n.locale))}</span>
            </li>
          );
        })}
      </ul>
      <p className="hint-line">{a.breaker.why}</p>
      {data.missing.length > 0 && (
        <p className="hint-line">{a.breaker.missing(data.missing.map((name) => a.health.names[name] ?? name).join(", "))}</p>
      )}
    </section>
  );
}
