/** What is put into the pages of a site, and a live check that says when the first event has come. */
import { useState } from "react";
import type { StoredEvent } from "@kassa/client";
import { CopyButton, Failure, Tabs } from "../../design/Panel";
import { clockTime } from "../when";
import { useAdmin } from "../words";
import { useArrived } from "./data";
import { snippetOf, WAYS, type Way } from "./snippets";

export function Install({ site, writeKey }: { site: string; writeKey: string }) {
  const { a } = useAdmin();
  const [way, setWay] = useState<Way>("script");
  const text = snippetOf(way, location.origin, writeKey);
  return (
    <div className="install">
      <Tabs
        label={a.events.sites.which}
        tabs={WAYS.map((one) => [one, a.events.sites.ways[one] ?? one])}
        chosen={way}
        choose={(next) => setWay(next as Way)}
      />
      <p className="hint-line">{a.events.sites.waysWhy[way]}</p>
      <pre className="payload" tabIndex={0} dir="ltr" data-snippet={way}>
        {text}
      </pre>
      <p>
        <CopyButton key={text} text={text} label={a.events.sites.copySnippet} />
      </p>
      <LiveCheck site={site} writeKey={writeKey} />
    </div>
  );
}

function LiveCheck({ site, writeKey }: { site: string; writeKey: string }) {
  const { a, n } = useAdmin();
  const [since] = useState(() => new Date().toISOString());
  const { data, error, dataUpdatedAt, refetch } = useArrived(site, since);
  const came = (data?.count ?? 0) > 0;
  return (
    <section className={came ? "live came" : "live"} aria-label={`${a.events.sites.check}: ${site}`} data-live={came ? "came" : "waiting"}>
      <h3>{a.events.sites.check}</h3>
      <p role="status">
        <strong>{came ? `✓ ${a.events.sites.came(data?.count ?? 0, n.whole(data?.count ?? 0))}` : a.events.sites.waiting}</strong>
      </p>
      {!came && <p className="hint-line">{a.events.sites.waitingWhy}</p>}
      {error && <Failure error={error} at={dataUpdatedAt} whole={false} retry={refetch} />}
      <ul className="plain-list">
        {data?.newest.map((event) => (
          <Arrived key={event.id} event={event} />
        ))}
      </ul>
      <TryIt writeKey={writeKey} />
    </section>
  );
}

function Arrived({ event }: { event: StoredEvent }) {
  const { a, n } = useAdmin();
  return (
    <li data-arrived={event.name}>
      <strong>
        <bdi>{event.name}</bdi>
      </strong>{" "}
      <span className="hint-line">
        <bdi>
          {[clockTime(event.received_at, n.locale), event.hostname, event.page, event.bot && a.events.sites.bot]
            .filter(Boolean)
            .join(" · ")}
        </bdi>
      </span>
    </li>
  );
}

/** An event of this browser's own, by the key that pages would have. */
function TryIt({ writeKey }: { writeKey: string }) {
  const { a } = useAdmin();
  const [error, setError] = useState<Error>();
  const send = async (): Promise<void> => {
    setError(undefined);
    const batch = [{ type: "track", event: "kassa test", anonymousId: "kassa-admin", messageId: crypto.randomUUID() }];
    const answer = await fetch("/v1/batch", { method: "POST", body: JSON.stringify({ batch, writeKey }) });
    if (!answer.ok) setError(new Error(String(answer.status)));
  };
  return (
    <>
      <p>
        <button type="button" className="button" onClick={() => void send().catch(setError)}>
          {a.events.sites.tryIt}
        </button>
      </p>
      {error && <Failure error={error} at={Date.now()} whole={false} retry={send} />}
    </>
  );
}
