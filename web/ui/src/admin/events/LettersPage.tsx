/** Refused events, the newest first: why each was, and what was sent. */
import { Suspense } from "react";
import type { DeadLetter } from "@kassa/client";
import { later } from "../../design/Floating";
import { Empty, Failure } from "../../design/Panel";
import { TableSkeleton } from "../../design/Table";
import { Choice } from "../Choice";
import { walkRows } from "../List";
import { useQueryOf } from "../place";
import { RowLink } from "../RowLink";
import { shortTime } from "../when";
import { useSites } from "../sites";
import { useAdmin } from "../words";
import { LETTERS_MAX, useLetters, useReasons } from "./data";
import { Discard } from "./Discard";
import { TakeAgain } from "./TakeAgain";

const LetterSheet = later(async () => (await import("./LetterSheet")).default);

/** Characters of what was sent, as far as a row has room. */
const SHOWN = 120;

export function LettersPage() {
  const { a } = useAdmin();
  const [query, change] = useQueryOf();
  const [site, reason, id] = ["site", "reason", "id"].map((name) => query.get(name) ?? "") as [string, string, string];
  const sites = useSites().data ?? [];
  const asked = site !== "" || reason !== "";
  const these = { reason, ...(site && { site_id: site }) };
  return (
    <>
      <Reasons site={site} chosen={reason} choose={(next) => change({ reason: next })} />
      <section className="panel" aria-label={a.events.letters.title}>
        <div className="list-tools" role="search">
          <Choice
            label={a.events.site}
            any={a.events.letters.anySite}
            all={sites.map((one) => one.id)}
            word={(one) => one}
            value={site}
            set={(next) => change({ site: next })}
          />
          <Choice
            label={a.events.letters.reason}
            any={a.events.letters.anyReason}
            all={Object.keys(a.events.letters.reasons)}
            word={(one) => a.events.letters.reasons[one] ?? one}
            value={reason}
            set={(next) => change({ reason: next })}
          />
          {asked && (
            <button type="button" className="button add" onClick={() => change({ site: "", reason: "" })}>
              {a.clear}
            </button>
          )}
        </div>
        {reason && <TakeAgain key={reason} asked={these} label={a.events.letters.againAll} />}
        {reason && <Discard key={reason + site} asked={these} reason={reason} />}
        <Letters site={site} reason={reason} asked={asked} />
      </section>
      <Suspense fallback={null}>{id && <LetterSheet key={id} id={id} close={() => change({ id: "" })} />}</Suspense>
    </>
  );
}

/** How many there were of each reason; each narrows the list. */
function Reasons({ site, chosen, choose }: { site: string; chosen: string; choose: (reason: string) => void }) {
  const { a, n } = useAdmin();
  const { data } = useReasons(site);
  if (!data?.length) return null;
  return (
    <div className="reasons" role="group" aria-label={a.events.letters.reason}>
      {data.map(([reason, count]) => (
        <button
          key={reason}
          type="button"
          className="button small"
          aria-pressed={reason === chosen}
          onClick={() => choose(reason === chosen ? "" : reason)}
        >
          {a.events.letters.reasons[reason] ?? reason} <span className="num">{n.whole(count)}</span>
        </button>
      ))}
    </div>
  );
}

function Letters({ site, reason, asked }: { site: string; reason: string; asked: boolean }) {
  const { a, n } = useAdmin();
  const { data, error, dataUpdatedAt, refetch } = useLetters(site, reason);
  const none = data?.length === 0;
  return (
    <div className="panel-body">
      {!data && !error && <TableSkeleton rows={8} />}
      {error && <Failure error={error} at={dataUpdatedAt} whole={!data} retry={refetch} />}
      {none && <Empty title={asked ? a.noMatch : a.events.letters.none} why={a.events.letters.noneWhy} />}
      {data && !none && <Rows letters={data} />}
      {data && data.length >= LETTERS_MAX && <p className="hint-line">{a.events.letters.newest(n.whole(LETTERS_MAX))}</p>}
    </div>
  );
}

function Rows({ letters }: { letters: DeadLetter[] }) {
  const { a, n } = useAdmin();
  return (
    <table className="table list">
      <caption className="unseen">{a.events.letters.title}</caption>
      <thead>
        <tr>
          <th scope="col" className="of-most">
            {a.events.letters.reason}
          </th>
          <th scope="col" className="on-wide">
            {a.events.letters.original}
          </th>
          <th scope="col" className="on-wide">
            {a.events.site}
          </th>
          <th scope="col">{a.events.letters.came}</th>
        </tr>
      </thead>
      <tbody onKeyDown={walkRows}>
        {letters.map((one) => (
          <tr key={one.id} className="row" data-letter={one.id}>
            <th scope="row" className="of-most">
              <RowLink query={{ id: one.id }}>{a.events.letters.reasons[one.reason] ?? one.reason}</RowLink>{" "}
              {one.detail && one.reason !== "unknown_site" && (
                <span className="hint-line">
                  <bdi>{one.detail}</bdi>
                </span>
              )}
            </th>
            <td className="on-wide">
              <code dir="ltr">{one.original.slice(0, SHOWN)}</code>
            </td>
            <td className="on-wide">
              <bdi>{one.site_id || "–"}</bdi>
            </td>
            <td>{shortTime(one.received_at, n.locale)}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
