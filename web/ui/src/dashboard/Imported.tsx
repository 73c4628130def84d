/** Whether totals of days from before kassa are in the figures of a report, and why not. */
import { useWords } from "../design/words";
import type { Report } from "../server/reports";

export function Imported({ report }: { report: Report | undefined }) {
  const { t, times } = useWords();
  const imported = report?.meta.imported;
  if (!imported) return null;
  const days = times.days(...imported.days);
  const why = imported.reason && (t.imported.why[imported.reason] ?? imported.reason);
  return <p className="range-name">{imported.included ? t.imported.added(days) : t.imported.leftOut(days, why ?? "")}</p>;
}
