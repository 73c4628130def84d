/** What each invariant of the books says, looked at anew whenever this opens. */
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useEffect } from "react";
import { Failure } from "../design/Panel";
import { Sheet } from "../design/Sheet";
import { TableSkeleton } from "../design/Table";
import { useWords } from "../design/words";
import { api } from "../server/call";
import { type Audit, Invariants } from "./Invariants";
import { TRUST } from "./Today";
import type { View } from "./view";

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
            <Invariants all={data.invariants} />
          </>
        )}
      </div>
    </Sheet>
  );
}
