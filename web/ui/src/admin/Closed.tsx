/** A page that is not this caller's to see. */
import { Empty } from "../design/Panel";
import { Link } from "./place";
import { useAdmin } from "./words";

/** What a key with none of these scopes is told instead of a page of errors. */
export function Closed({ scopes, first }: { scopes: string[]; first: string | undefined }) {
  const { a, n } = useAdmin();
  const needed = new Intl.ListFormat(n.locale, { type: "disjunction" }).format(scopes);
  return (
    <section className="panel">
      <Empty
        title={a.closed}
        why={needed ? a.closedWhy(needed) : a.closedAll}
        action={
          first ? (
            <Link to={first} className="button">
              {a.goOn}
            </Link>
          ) : undefined
        }
      />
    </section>
  );
}
