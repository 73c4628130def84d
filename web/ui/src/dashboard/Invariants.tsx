/** What holds of the books, one after the other, and what contradicts it. */
import { useWords } from "../design/words";

/** `GET /v1/admin/audit`. */
export interface Audit {
  ok: boolean;
  complete: boolean;
  at: string;
  invariants: Invariant[];
}

interface Invariant {
  id: number;
  title: string;
  ok: boolean;
  checked: number;
  pending: number;
  violations_total: number;
  violations: { about: string; what: string }[];
  unchecked: string[];
}

export const Invariants = ({ all }: { all: Invariant[] }) => (
  <ol>
    {all.map((one) => (
      <Line key={one.id} {...one} />
    ))}
  </ol>
);

function Line({ id, title, ok, checked, pending, violations_total, violations, unchecked }: Invariant) {
  const { t, n } = useWords();
  const hidden = violations_total - violations.length;
  const whole = ok && !unchecked.length;
  return (
    <li data-invariant={id}>
      <p>
        <span className={whole ? "better" : ok ? "same" : "worse"}>{whole ? "✓" : ok ? "–" : "✗"}</span> {t.audit.invariants[id] ?? title}
      </p>
      <p className="hint">
        {[t.audit.checked(n.whole(checked)), pending > 0 && t.audit.pending(n.whole(pending))].filter(Boolean).join(" · ")}
      </p>
      {(violations.length > 0 || unchecked.length > 0) && (
        <ul>
          {violations.map(({ about, what }, index) => (
            <li key={index}>
              <bdi>
                <strong>{about}</strong>: {what}
              </bdi>
            </li>
          ))}
          {hidden > 0 && <li>{t.audit.more(n.whole(hidden))}</li>}
          {unchecked.map((why) => (
            <li key={why}>
              <bdi>{why}</bdi>
            </li>
          ))}
        </ul>
      )}
    </li>
  );
}
