/** What was sent to a webhook lately: each with its attempts, and the way to send it again. */
import { useState } from "react";
import type { Delivery } from "@kassa/client";
import { Failure } from "../../design/Panel";
import { Badge } from "../Badge";
import { useOnce } from "../once";
import { Link } from "../place";
import { shortTime } from "../when";
import { useAdmin } from "../words";
import { useRecent } from "./hooks";

export function RecentOfHook({ id }: { id: string }) {
  const { a } = useAdmin();
  const { data, error, dataUpdatedAt, refetch } = useRecent(id);
  return (
    <section aria-label={a.hooks.recent} className="part">
      <h3>{a.hooks.recent}</h3>
      {error && <Failure error={error} at={dataUpdatedAt} whole={!data} retry={refetch} />}
      {data?.results.length === 0 && <p className="hint-line">{a.hooks.nothing}</p>}
      <ul className="plain-list">
        {data?.results.map((one) => (
          <Sent key={one.id} delivery={one} />
        ))}
      </ul>
    </section>
  );
}

function Sent({ delivery }: { delivery: Delivery }) {
  const { a, n } = useAdmin();
  const [asked, setAsked] = useState(false);
  const again = useOnce("replayDelivery", () => setAsked(true), { keyed: false });
  return (
    <li data-sent={delivery.id}>
      <div className="key-line">
        <Badge state={delivery.state} word={a.states[delivery.state] ?? delivery.state} />
        <Link to={`/admin/messages?id=${delivery.id}`}>{a.hooks.typeNames[delivery.event_type] ?? delivery.event_type}</Link>
        <span className="hint-line">
          {shortTime(delivery.created_at, n.locale)} · {a.messages.attempts(delivery.attempts, n.whole(delivery.attempts))}
        </span>
        <button
          type="button"
          className="button small"
          disabled={asked && delivery.state === "waiting"}
          aria-busy={again.busy}
          onClick={() => again.send({ path: { id: delivery.id } })}
        >
          {a.messages.replay}
        </button>
      </div>
      <p role="status" className={asked ? "hint-line" : "unseen"}>
        {asked && a.messages.replayed}
      </p>
      {again.error && <Failure error={again.error} at={Date.now()} whole={false} retry={again.again} />}
    </li>
  );
}
