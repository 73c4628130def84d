/** Who changed what of one order; nothing where nobody did. */
import { Failure } from "../../design/Panel";
import { Link } from "../place";
import { useAdmin } from "../words";
import { ChangeList } from "./ChangeList";
import { pathOfOrder, useOrderChanges } from "./data";

export default function OrderChanges({ id }: { id: string }) {
  const { a } = useAdmin();
  const { data, error, dataUpdatedAt, refetch } = useOrderChanges(id);
  if (!error && !data?.results.length) return null;
  return (
    <section className="panel" aria-label={a.pages.changes}>
      <h2>{a.pages.changes}</h2>
      {error && <Failure error={error} at={dataUpdatedAt} whole={!data} retry={refetch} />}
      {data && <ChangeList changes={data.results} title={a.pages.changes} here />}
      {data?.next_cursor && (
        <p>
          <Link to={`/admin/changes?path=${encodeURIComponent(pathOfOrder(id))}`}>{a.changes.allOfOrder}</Link>
        </p>
      )}
    </section>
  );
}
