/** One message: what it says, every attempt with its answer, and the button that sends it again. */
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import type { WholeDelivery } from "@kassa/client";
import { Failure } from "../../design/Panel";
import { Sheet } from "../../design/Sheet";
import { TableSkeleton } from "../../design/Table";
import { api } from "../../server/call";
import { Facts, type Fact } from "../Facts";
import { Badge } from "../Badge";
import { useOnce } from "../once";
import { Attempts } from "../orders/Attempts";
import { Link } from "../place";
import { shortTime } from "../when";
import { useAdmin } from "../words";
import { useTargets } from "./targets";

const AGAIN_MS = 3_000;

export default function MessageSheet({ id, close }: { id: string; close: () => void }) {
  const { a } = useAdmin();
  const nameOf = useTargets();
  const { data, error, dataUpdatedAt, refetch } = useQuery({
    queryKey: ["message", id],
    queryFn: ({ signal }) => api.getDelivery({ path: { id } }, { signal }),
    refetchInterval: AGAIN_MS,
  });
  return (
    <Sheet title={data ? `${a.messages.channels[data.channel] ?? data.channel}: ${nameOf(data)}` : a.pages.messages} close={close}>
      <div className="sheet-body act">
        {!data && !error && <TableSkeleton rows={6} />}
        {error && <Failure error={error} at={dataUpdatedAt} whole={!data} retry={refetch} />}
        {data && <Whole message={data} />}
      </div>
    </Sheet>
  );
}

function Whole({ message }: { message: WholeDelivery }) {
  const { a, n } = useAdmin();
  const [said, setSaid] = useState("");
  const replay = useOnce("replayDelivery", () => setSaid(a.messages.replayed), { keyed: false });
  const facts: Fact[] = [
    [a.messages.about, message.template ?? message.event_type],
    [a.messages.when, shortTime(message.created_at, n.locale)],
    [a.messages.next, message.next_at && message.state === "waiting" ? shortTime(message.next_at, n.locale) : null],
    [a.messages.ended, message.done_at && shortTime(message.done_at, n.locale)],
  ];
  return (
    <>
      <p className="badges">
        <Badge state={message.state} word={a.states[message.state] ?? message.state} />
      </p>
      <Facts facts={facts} id={message.id} />
      {message.order_id && (
        <p>
          <Link to={`/admin/orders/${message.order_id}`}>{a.stock.toOrder}</Link>
        </p>
      )}
      <Attempts attempts={message.tried} open />
      <p role="status" className={said ? "said" : "unseen"}>
        {said}
      </p>
      {replay.error && (
        <Failure error={replay.error} at={Date.now()} whole={false} retry={() => replay.send({ path: { id: message.id } })} />
      )}
      {message.channel !== "push" && (
        <p>
          <button
            type="button"
            className="button primary"
            aria-busy={replay.busy}
            onClick={() => replay.send({ path: { id: message.id } })}
          >
            {a.messages.replay}
          </button>
        </p>
      )}
      <details>
        <summary>{a.messages.payload}</summary>
        <pre className="payload" tabIndex={0}>
          {JSON.stringify(message.payload, null, 2)}
        </pre>
      </details>
    </>
  );
}
