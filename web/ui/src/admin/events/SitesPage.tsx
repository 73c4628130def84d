/** The sites, the write keys by which their pages send, and how those are put into the pages. */
import { useState } from "react";
import type { Site } from "@kassa/client";
import { CopyButton, Failure } from "../../design/Panel";
import { TableSkeleton } from "../../design/Table";
import { useUndo } from "../../design/Undo";
import { useOnce } from "../once";
import { useSites } from "../sites";
import { TypedConfirm } from "../TypedConfirm";
import { shortTime } from "../when";
import { useWho } from "../who";
import { useAdmin } from "../words";
import { Install } from "./Install";
import { NewSite } from "./NewSite";

export function SitesPage() {
  const { data, error, dataUpdatedAt, refetch } = useSites();
  return (
    <>
      {!data && !error && <TableSkeleton rows={8} />}
      {error && <Failure error={error} at={dataUpdatedAt} whole={!data} retry={refetch} />}
      {data?.map((site) => (
        <OneSite key={site.id} site={site} />
      ))}
      {data && <NewSite />}
    </>
  );
}

function OneSite({ site }: { site: Site }) {
  const { a } = useAdmin();
  const { caller } = useWho();
  const offer = useUndo();
  const make = useOnce("createWriteKey", () => offer(a.events.sites.added), { keyed: false });
  const facts = [
    `${a.events.sites.zone} ${site.timezone}`,
    `${a.events.sites.origins} ${site.origins.join(", ") || a.events.sites.anyOrigin}`,
    site.keep_days ? a.events.sites.keep(String(site.keep_days)) : a.events.sites.keepEver,
    site.allow_keyless && a.events.sites.keyless,
  ];
  return (
    <section className="panel site" aria-label={site.id} data-site={site.id}>
      <div className="panel-top">
        <h2>
          <bdi>{site.id}</bdi>
        </h2>
        <button type="button" className="button" aria-busy={make.busy} onClick={() => make.send({ path: { site: site.id } })}>
          {a.events.sites.addKey}
        </button>
      </div>
      <p className="hint-line breaks">{facts.filter(Boolean).join(" · ")}</p>
      {make.error && <Failure error={make.error} at={Date.now()} whole={false} retry={make.again} />}
      <h3>{a.events.sites.keys}</h3>
      {site.write_keys.length === 0 && <p>{a.events.sites.noKeys}</p>}
      <ul className="plain-list">
        {site.write_keys.map((one) => (
          <WriteKey key={one.key} site={site.id} writeKey={one} />
        ))}
      </ul>
      {(site.write_keys.length > 0 || site.allow_keyless || caller === "open") && <Later site={site} />}
    </section>
  );
}

/** How it is put into pages, and whether that works: asked for, as it goes on asking. */
function Later({ site }: { site: Site }) {
  const { a } = useAdmin();
  const [open, setOpen] = useState(false);
  const key = site.write_keys[0]?.key ?? site.id;
  return (
    <details onToggle={(event) => setOpen(event.currentTarget.open)}>
      <summary>{a.events.sites.installOf(site.id)}</summary>
      {open && <Install site={site.id} writeKey={key} />}
    </details>
  );
}

function WriteKey({ site, writeKey: { key, source, created_at } }: { site: string; writeKey: Site["write_keys"][number] }) {
  const { a, n } = useAdmin();
  const offer = useUndo();
  const revoke = useOnce("revokeWriteKey", () => offer(a.events.sites.revoked), { keyed: false });
  return (
    <li data-write-key={key}>
      <div className="key-line">
        <code dir="ltr">{key}</code>
        <CopyButton text={key} />
        <span className="hint-line">{created_at ? shortTime(created_at, n.locale) : a.events.sites.configured}</span>
      </div>
      {revoke.error && <Failure error={revoke.error} at={Date.now()} whole={false} retry={revoke.again} />}
      {source === "created" && (
        <TypedConfirm
          title={a.events.sites.revoke}
          why={a.events.sites.revokeWhy}
          word={site}
          busy={revoke.busy}
          go={() => revoke.send({ path: { site, key } })}
        />
      )}
    </li>
  );
}
