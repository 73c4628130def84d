/** Whether the books agree, and by what one sees it. */
import { Invariants } from "../../dashboard/Invariants";
import { Failure } from "../../design/Panel";
import { clockTime } from "../when";
import { useAdmin } from "../words";
import { useAudit, useTrust } from "./data";

export function Books() {
  const { t, a, n } = useAdmin();
  const { data, error, isFetching, dataUpdatedAt, refetch } = useAudit();
  const trust = useTrust();
  const books = data ? { ok: data.ok, checked_at: data.at } : trust.data?.books;
  const wrong = data?.invariants.reduce((sum, one) => sum + one.violations_total, 0) ?? trust.data?.books?.violations ?? 0;
  return (
    <section className="panel audit across" aria-label={t.audit.title} aria-busy={isFetching}>
      <div className="panel-top">
        <h2>{t.audit.title}</h2>
        <button type="button" className="button" disabled={isFetching} onClick={() => void refetch()}>
          {a.health.look}
        </button>
      </div>
      {books && (
        <p role="status">
          <strong className={books.ok ? "better" : "worse"}>
            {books.ok ? `✓ ${t.audit.agree}` : `✗ ${t.audit.violations(n.whole(wrong))}`}
          </strong>{" "}
          {t.today.checkedAt(clockTime(books.checked_at, n.locale))}
        </p>
      )}
      {isFetching && <p className="hint-line">{t.audit.running}</p>}
      {error && <Failure error={error} at={dataUpdatedAt} whole={false} retry={refetch} />}
      {data && <Invariants all={data.invariants} />}
    </section>
  );
}
