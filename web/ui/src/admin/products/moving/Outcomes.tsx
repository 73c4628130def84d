/** What would come, or came, of the lines of a file, and why some came to nothing. */
import { useAdmin } from "../../words";
import { writeCsv, safe } from "./csv";
import { saveFile } from "./save";
import type { Outcome } from "./send";

const SHOWN_MAX = 200;

export function Outcomes({ outcome, came, name }: { outcome: Outcome; came: boolean; name: string }) {
  const { a, n } = useAdmin();
  const m = a.products.moving;
  const save = (): void => {
    const rows = outcome.lines.map(({ line, why }) => [String(line), safe(why)]);
    saveFile(`${name.replace(/\.\w+$/, "")}-refused.csv`, "text/csv", writeCsv([["line", "why"], ...rows]));
  };
  return (
    <div className="outcomes">
      <h3>{came ? m.came : m.would}</h3>
      <dl className="figures">
        {(["made", "changed", "same", "refused"] as const).map((one) => (
          <div key={one} className={one === "refused" && outcome.refused > 0 ? "warns" : undefined} data-outcome={one}>
            <dt>{m.outcomes[one]}</dt>
            <dd>{n.whole(outcome[one])}</dd>
          </div>
        ))}
      </dl>
      {outcome.lines.length > 0 && (
        <>
          <p className="act-foot">
            <strong>{m.refusedLines}</strong>
            <button type="button" className="button small" onClick={save}>
              {m.saveRefused}
            </button>
          </p>
          <ul className="plain-list refused-lines" tabIndex={0} role="group" aria-label={m.refusedLines}>
            {outcome.lines.slice(0, SHOWN_MAX).map(({ line, why }) => (
              <li key={line} data-line={line}>
                {m.line(n.whole(line))}: {why}
              </li>
            ))}
          </ul>
        </>
      )}
    </div>
  );
}
