/** One person: what their key may do, when it was last used, and the way to take it back. */
import type { Key } from "@kassa/client";
import { Failure } from "../../design/Panel";
import { Sheet } from "../../design/Sheet";
import { useUndo } from "../../design/Undo";
import { Facts, type Fact } from "../Facts";
import { useOnce } from "../once";
import { TypedConfirm } from "../TypedConfirm";
import { shortTime } from "../when";
import { useAdmin } from "../words";

export default function PersonSheet({ person, close }: { person: Key; close: () => void }) {
  const { a, n } = useAdmin();
  const offer = useUndo();
  const revoke = useOnce("revokeKey", () => (close(), offer(a.people.revoked(person.name))), { keyed: false });
  const facts: Fact[] = [
    [a.people.used, person.last_used_at ? shortTime(person.last_used_at, n.locale) : a.people.never],
    [a.people.sessions, a.people.sessionsOf(person.sessions, n.whole(person.sessions))],
    [a.people.made, person.created_at && shortTime(person.created_at, n.locale)],
    [a.people.begins, person.prefix],
    [a.people.site, person.site],
  ];
  return (
    <Sheet title={person.name} close={close}>
      <div className="sheet-body act">
        <section aria-label={a.people.may}>
          <h3>{a.people.may}</h3>
          <ul className="plain-list">
            {person.scopes.map((scope) => (
              <li key={scope}>
                {a.people.scopes[scope] ?? scope}
                <span className="hint-line">{a.people.scopesWhy[scope]}</span>
              </li>
            ))}
          </ul>
        </section>
        <Facts facts={facts} />
        {revoke.error && <Failure error={revoke.error} at={Date.now()} whole={false} retry={revoke.again} />}
        <TypedConfirm
          title={a.people.revoke}
          why={a.people.revokeWhy}
          word={person.name}
          busy={revoke.busy}
          go={() => revoke.send({ path: { id: person.id ?? "" } })}
        />
      </div>
    </Sheet>
  );
}
