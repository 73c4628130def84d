/** Changes, each with when, who, what, and what was asked to the letter. */
import type { ChangeMade } from "@kassa/client";
import { Link } from "../place";
import { shortTime } from "../when";
import { useAdmin } from "../words";
import { Differences } from "./Differences";
import { toldOf } from "./telling";

/** Who has the admin token, or its session. */
const ADMIN = "admin";

interface Props {
  changes: ChangeMade[];
  title: string;
  /** All are of what the page is about. */
  here?: boolean;
}

export function ChangeList({ changes, title, here = false }: Props) {
  return (
    <ul className="plain-list changes" aria-label={title}>
      {changes.map((one) => (
        <Change key={one.id} change={one} here={here} />
      ))}
    </ul>
  );
}

function Change({ change, here }: { change: ChangeMade; here: boolean }) {
  const { a, n } = useAdmin();
  const { did, of, to, state } = toldOf(change);
  return (
    <li data-change={did ?? change.method}>
      <time dateTime={change.at}>{shortTime(change.at, n.locale)}</time>
      <div className="breaks">
        <p>
          <strong>
            <bdi>{change.actor === ADMIN ? a.changes.admin : change.name}</bdi>
          </strong>{" "}
          {did ? a.changes.did[did] : <code>{change.method}</code>}
          {state && ` · ${a.states[state] ?? state}`}
        </p>
        {of && !here && (
          <p className="hint-line">
            {to ? (
              <Link to={to}>
                <bdi>{of}</bdi>
              </Link>
            ) : (
              <bdi>{of}</bdi>
            )}
          </p>
        )}
        <details>
          <summary>{a.changes.asked}</summary>
          <p className="hint-line">
            <code>
              {change.method} {change.path}
            </code>
            {" · "}
            <code>{change.actor}</code>
          </p>
          <Differences change={change} />
          <pre className="payload" tabIndex={0} dir="ltr">
            {JSON.stringify(change.asked, null, 2)}
          </pre>
        </details>
      </div>
    </li>
  );
}
