/** Who may do what: keys with the names of people, made, seen and taken back. */
import { Suspense } from "react";
import type { Key } from "@kassa/client";
import { later } from "../../design/Floating";
import { Empty, Panel } from "../../design/Panel";
import { TableSkeleton } from "../../design/Table";
import { walkRows } from "../List";
import { useQueryOf } from "../place";
import { RowLink } from "../RowLink";
import { shortTime } from "../when";
import { useAdmin } from "../words";
import { useKeysOfPeople, useRevoked } from "./data";

const NewSheet = later(async () => (await import("./NewSheet")).default);
const PersonSheet = later(async () => (await import("./PersonSheet")).default);

/** The sheet of somebody who is yet to come. */
const NEW = "new";

const asPanel = <T,>(query: { data: T | undefined; error: Error | null; dataUpdatedAt: number; refetch: () => unknown }) => ({
  ...query,
  isPlaceholderData: false,
});

export default function PeoplePage() {
  const { a } = useAdmin();
  const [query, change] = useQueryOf();
  const keys = useKeysOfPeople();
  const id = query.get("id") ?? "";
  const close = (): void => change({ id: "" });
  const chosen = keys.data?.results.find((one) => one.id === id);
  return (
    <>
      <div className="page-top">
        <h1>{a.pages.people}</h1>
        <button type="button" className="button primary" onClick={() => change({ id: NEW })}>
          {a.people.add}
        </button>
      </div>
      <Panel title={a.pages.people} answer={asPanel(keys)} skeleton={<TableSkeleton rows={6} />}>
        {({ results }) => (results.length ? <Rows keys={results} /> : <Empty title={a.people.none} why={a.people.noneWhy} />)}
      </Panel>
      <Revoked />
      <Suspense fallback={null}>
        {id === NEW && <NewSheet close={close} />}
        {chosen && <PersonSheet key={id} person={chosen} close={close} />}
      </Suspense>
    </>
  );
}

function Rows({ keys }: { keys: Key[] }) {
  const { a } = useAdmin();
  return (
    <table className="table list">
      <caption className="unseen">{a.pages.people}</caption>
      <thead>
        <tr>
          <th scope="col" className="of-most">
            {a.people.name}
          </th>
          <th scope="col">{a.people.used}</th>
          <th scope="col" className="on-wide">
            {a.people.sessions}
          </th>
          <th scope="col" className="on-wide">
            {a.people.made}
          </th>
        </tr>
      </thead>
      <tbody onKeyDown={walkRows}>
        {keys.map((one) => (
          <Row key={one.id ?? `configured ${one.name}`} person={one} />
        ))}
      </tbody>
    </table>
  );
}

function Row({ person }: { person: Key }) {
  const { a, n } = useAdmin();
  const name = <bdi>{person.name}</bdi>;
  return (
    <tr className="row" data-key={person.id ?? ""}>
      <th scope="row" className="of-most">
        {person.id ? <RowLink query={{ id: person.id }}>{name}</RowLink> : name}{" "}
        <span className="hint-line">
          {person.scopes.map((one) => a.people.scopes[one] ?? one).join(", ")}
          {person.site && (
            <>
              {" "}
              · <bdi>{person.site}</bdi>
            </>
          )}
        </span>
      </th>
      <td>{person.last_used_at ? shortTime(person.last_used_at, n.locale) : person.id ? a.people.never : "–"}</td>
      <td className="on-wide">{person.id ? a.people.sessionsOf(person.sessions, n.whole(person.sessions)) : "–"}</td>
      <td className="on-wide">{person.created_at ? shortTime(person.created_at, n.locale) : a.people.configured}</td>
    </tr>
  );
}

/** Who had a key; nothing where nobody has lost one. */
function Revoked() {
  const { a, n } = useAdmin();
  const { data } = useRevoked();
  if (!data?.results.length) return null;
  return (
    <section className="panel" aria-label={a.people.gone}>
      <h2>{a.people.gone}</h2>
      <ul className="plain-list">
        {data.results.map((one) => (
          <li key={one.id} data-revoked={one.id}>
            <bdi>{one.name}</bdi>{" "}
            <span className="hint-line">
              {[
                one.revoked_at && a.people.goneAt(shortTime(one.revoked_at, n.locale)),
                one.scopes.map((scope) => a.people.scopes[scope] ?? scope).join(", "),
              ]
                .filter(Boolean)
                .join(" · ")}
            </span>
          </li>
        ))}
      </ul>
    </section>
  );
}
