/** The view in place of the overview, each fetched when it is opened. */
import { Suspense, type ComponentType } from "react";
import { later } from "../design/Floating";
import { TableSkeleton } from "../design/Table";
import type { Site } from "./data";
import { RangeName } from "./RangeName";
import { customEnds } from "./ranges";
import { Filters } from "./Filters";
import type { ViewProps } from "./views/view";

const Stream = later(async () => (await import("./views/Stream")).default);
const Sites = later(async () => (await import("./views/Sites")).default);
const Funnel = later(async () => (await import("./views/Funnel")).default);
const Retention = later(async () => (await import("./views/Retention")).default);
const Paths = later(async () => (await import("./views/Paths")).default);
const Goods = later(async () => (await import("./views/Goods")).default);
const Drops = later(async () => (await import("./views/Drops")).default);
const Alerts = later(async () => (await import("./views/Alerts")).default);
const Kept = later(async () => (await import("./views/Kept")).default);
const Demand = later(async () => (await import("./views/Demand")).default);

const FILTERED: Record<string, typeof Funnel> = { funnel: Funnel, retention: Retention, paths: Paths, kept: Kept };
const RANGED: Record<string, ComponentType<ViewProps>> = {
  goods: Goods,
  demand: Demand,
  drops: ({ view, zone }) => <Drops view={view} zone={zone} />,
};

export function OtherView({ page, sites, ...props }: ViewProps & { page: string; sites: Site[] }) {
  const Filtered = FILTERED[page];
  const Ranged = RANGED[page];
  const view = page === "drops" ? { ...props.view, period: days(props.view.period) } : props.view;
  return (
    <>
      {(Filtered || Ranged) && <RangeName view={view} zone={props.zone} before={undefined} />}
      {Filtered && <Filters {...props} />}
      <Suspense
        fallback={
          <section className="panel rows-9">
            <TableSkeleton rows={9} />
          </section>
        }
      >
        {Filtered && <Filtered {...props} />}
        {Ranged && <Ranged {...props} view={view} />}
        {page === "alerts" && <Alerts {...props} />}
        {page === "stream" && <Stream {...props} />}
        {page === "sites" && <Sites {...props} sites={sites} />}
      </Suspense>
    </>
  );
}

/** The whole days of a range: what was dropped is counted by them. */
const days = (period: string): string =>
  period === "realtime"
    ? "day"
    : (customEnds(period)
        ?.map((end) => end.slice(0, 10))
        .join("..") ?? period);
