/** What each invariant of the books says, looked at anew whenever this opens. */
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useEffect } from "react";
import { Failure } from "../design/Panel";
import { Sheet } from "../design/Sheet";
import { TableSkeleton } from "../design/Table";
import { useWords } from "../design/words";
import { api } from "../server/call";
import { TRUST } from "./Today";
import type { View } from "./view";

/** `GET /v1/admin/audit`. */
interface Audit {
  ok: boolean;
  complete: boolean;
  at: string;
  invariants: Invariant[];
}

interface Invariant {
  id: number;
  title: string;
  ok: boolean;
  checked: number;
  pending: number;
  violations_total: number;
  violations: { about: string; what: string }[];
  unchecked: string[];
}

interface Props {
  zone: string;
  change: (next: Partial<View>) => void;
}

export default function AuditSheet({ zone, change }: Props) {
  const { t, n, times } = useWords();
  const client = useQueryClient();
  const { data, error, refetch, dataUpdatedAt } = useQuery({
    queryKey: ["audit"],
    queryFn: ({ signal }) => api.getAudit({}, { signal }) as Promise<Audit>,
    staleTime: 0,
    gcTime: 0,
  });
  // The mark on the page is of this look, too.
  useEffect(() => void (data && client.invalidateQueries({ queryKey: TRUST })), [client, data]);
  const wrong = data?.invariants.reduce((sum, { violations_total }) => sum + violations_total, 0) ?? 0;
  return (
    <Sheet title={t.audit.title} close={() => change({ sheet: undefined })}>
      <div className="sheet-body audit" aria-busy={!data && !error}>
        {error && <Failure error={error} at={dataUpdatedAt} whole retry={refetch} />}
        {!data && !error && (
          <>
            <p role="status">{t.audit.running}</p>
            <TableSkeleton rows={7} />
          </>
        )}
        {data && (
          <>
            <p className="audit-status" role="status">
              <strong className={data.ok ? "better" : "worse"}>{data.ok ? t.audit.agree : t.audit.violations(n.whole(wrong))}</strong>{" "}
              {t.today.checkedAt(times.clock(new Date(data.at), zone))}
            </p>
            <ol>
              {data.invariants.map((one) => (
                <Line key={one.id} {...one} />
              ))}
            </ol>
          </>
        )}
      </div>
    </Sheet>
  );
}

function Line({ id, title, ok, checked, pending, violations_total, violations, unchecked }: Invariant) {
  const { t, n } = useWords();
  const hidden = violations_total - violations.length;
  const whole = ok && !unchecked.length;
  return (
    <li data-invariant={id}>
      <p>
        <span className={whole ? "better" : ok ? "same" : "worse"}>{whole ? "✓" : ok ? "–" : "✗"}</span> {t.audit.invariants[id] ?? title}
      </p>
      <p className="hint">
        {[t.audit.checked(n.whole(checked)), pending > 0 && t.audit.pending(n.whole(pending))].filter(Boolean).join(" · ")}
      </p>
      {(violations.length > 0 || unchecked.length > 0) && (
        <ul>
          {violations.map(({ about, what }, index) => (
            <li key={index}>
              <bdi>
                <strong>{about}</strong>: {what}
              </bdi>
            </li>
          ))}
          {hidden > 0 && <li>{t.audit.more(n.whole(hidden))}</li>}
          {unchecked.map((why) => (
            <li key={why}>
              <bdi>{why}</bdi>
            </li>
          ))}
        </ul>
      )}
    </li>
  );
}
