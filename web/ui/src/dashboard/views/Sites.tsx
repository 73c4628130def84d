/** All sites that one may read, each with its last 30 days. */
import { Panel } from "../../design/Panel";
import { TableSkeleton } from "../../design/Table";
import { amountOf } from "../../design/numbers";
import { useWords } from "../../design/words";
import { useReport, type Site } from "../data";
import type { ViewProps } from "./view";

const DAYS = "30d";
const [WIDTH, HEIGHT] = [160, 36];

export default function Sites({ view, change, sites }: ViewProps & { sites: Site[] }) {
  const { t } = useWords();
  return (
    <div className="grid sites">
      {sites.map((site) => (
        <SiteCard
          key={site.id}
          site={site}
          label={t.site}
          open={() => change({ site: site.id, page: undefined, filters: [], options: {} })}
          chosen={site.id === view.site}
        />
      ))}
    </div>
  );
}

function SiteCard({ site, label, open, chosen }: { site: Site; label: string; open: () => void; chosen: boolean }) {
  const { t, n } = useWords();
  const total = useReport(
    () => ({
      site_id: site.id,
      date_range: DAYS,
      metrics: ["visitors", "pageviews"],
      include: { comparisons: { mode: "previous_period" } },
    }),
    site.timezone,
  );
  const days = useReport(() => ({ site_id: site.id, date_range: DAYS, metrics: ["visitors"], dimensions: ["time:day"] }), site.timezone);
  const row = total.data?.results[0];
  const change = row?.comparison?.change[0];
  // Today is not over.
  const values = days.data?.results.slice(0, -1).map((one) => amountOf(one.metrics[0])) ?? [];
  return (
    <Panel title={`${label} ${site.id}`} answer={total} skeleton={<TableSkeleton rows={1} />}>
      {() => (
        <button type="button" className="site-card" aria-current={chosen ? "true" : undefined} onClick={open}>
          <strong>
            <bdi>{site.id}</bdi>
          </strong>
          <svg viewBox={`0 0 ${WIDTH} ${HEIGHT}`} aria-hidden="true" className="spark">
            <path d={spark(values)} />
          </svg>
          <span>
            {n.count(amountOf(row?.metrics[0])).text} {t.metrics["visitors"]?.toLocaleLowerCase(n.locale)}{" "}
            {typeof change === "number" && amountOf(row?.comparison?.metrics[0]) > 0 && (
              <span className={change < 0 ? "worse" : "better"}>{n.change(change, false)}</span>
            )}
          </span>
        </button>
      )}
    </Panel>
  );
}

function spark(values: number[]): string {
  const most = Math.max(1, ...values);
  const x = (index: number): number => (WIDTH * index) / Math.max(1, values.length - 1);
  return values
    .map((value, index) => `${index ? "L" : "M"}${x(index).toFixed(1)} ${(HEIGHT - 2 - ((HEIGHT - 4) * value) / most).toFixed(1)}`)
    .join("");
}
