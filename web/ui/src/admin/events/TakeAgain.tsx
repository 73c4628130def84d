/** The button that takes refused events in once more, as those of a site, and what came of it. */
import { useState } from "react";
import { Failure } from "../../design/Panel";
import { useSites } from "../sites";
import { useAdmin } from "../words";
import { useAgain, type Asked } from "./again";

export function TakeAgain({ asked, label }: { asked: Asked; label: string }) {
  const { a, n } = useAdmin();
  const sites = useSites().data ?? [];
  const [to, setTo] = useState("");
  const again = useAgain();
  const { progress, outcome } = again;
  return (
    <div className="again">
      <div className="key-line">
        <button type="button" className="button" aria-busy={again.busy} onClick={() => again.send({ ...asked, ...(to && { to }) })}>
          {label}
        </button>
        <label className="key-line">
          {a.events.letters.as}
          <select value={to} onChange={(event) => setTo(event.target.value)}>
            <option value="">{a.events.letters.ownSite}</option>
            {sites.map(({ id }) => (
              <option key={id}>{id}</option>
            ))}
          </select>
        </label>
      </div>
      {progress && <progress value={progress.done} max={progress.of} aria-label={label} />}
      <p role="status" className={outcome ? "said" : "unseen"}>
        {outcome && a.events.letters.taken(outcome.sent, n.whole(outcome.sent), n.whole(outcome.refused_total))}
      </p>
      {outcome?.refused[0] && (
        <p className="hint-line breaks">
          {a.events.letters.reasons[outcome.refused[0].reason] ?? outcome.refused[0].reason} · <bdi>{outcome.refused[0].detail}</bdi>
        </p>
      )}
      {again.error && <Failure error={again.error} at={Date.now()} whole={false} retry={again.again} />}
    </div>
  );
}
