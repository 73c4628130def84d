/** The chart of the chosen metric, or the same as a table. */
import { Suspense, useState } from "react";
import { Chart } from "../design/chart/Chart";
import { ChartTable } from "../design/chart/ChartTable";
import { amountOf } from "../design/numbers";
import { CopyButton, Empty, IconButton, Panel, Tabs, type Answered } from "../design/Panel";
import { useWords } from "../design/words";
import type { Now } from "../server/live";
import { useAccess } from "./access";
import { later } from "../design/Floating";
import type { Report } from "../server/reports";
import { useGet, useReport } from "./data";
import { notesByBucket, type Annotation } from "./notes";
import { intervalOf, metricOf, revenueQuestion, seriesQuestion } from "./questions";
import { addDays, bucketRange, bucketsRange, dayEnds, instant, intervals, type Clock } from "./ranges";
import { minutePoints, points } from "./series";
import type { View } from "./view";

const NoteSheet = later(async () => (await import("./NoteSheet")).default);

interface Props {
  view: View;
  change: (next: Partial<View>) => void;
  zone: string;
  now: Now | null | undefined;
  /** By which pages send their events to this site. */
  writeKey: string;
}

export function ChartPanel({ view, change, zone, now, writeKey }: Props) {
  const words = useWords();
  const { t } = words;
  const access = useAccess();
  const [asTable, setAsTable] = useState(false);
  const live = view.period === "realtime";
  const clock: Clock = { zone, now: new Date() };
  const interval = intervalOf(view, clock);
  const series = useReport((at) => seriesQuestion(view, at), zone, !live);
  const revenue = useReport((at) => revenueQuestion(view, at), zone, !live && view.metric !== "revenue" && access.can("revenue"));
  // The minutes come with the live stream; visitors and page views are what it tells.
  const metric = metricOf(live && view.metric !== "visitors" ? "pageviews" : view.metric);
  const title = t.metrics[metric.id] ?? metric.id;
  const answer: Answered<unknown> = live ? { ...series, data: now, error: null, isPlaceholderData: false } : series;
  const [noting, setNoting] = useState<string>();
  const noted = useAnnotations(view, clock, series.data, !live);
  const choices = intervals(view.period, clock);
  const tools = (
    <div className="tools">
      {choices.length > 1 && (
        <Tabs
          label={t.chart.interval}
          tabs={choices.map((one): [string, string] => [one, t.chart.intervals[one] ?? one])}
          chosen={interval}
          choose={(id) => change({ interval: id === choices[0] ? undefined : choices.find((one) => one === id) })}
        />
      )}
      <IconButton
        icon={asTable ? "chart" : "table"}
        label={asTable ? t.chart.picture : t.chart.table}
        onClick={() => setAsTable(!asTable)}
      />
    </div>
  );
  return (
    <>
      <Panel
        title={t.chart.title(title)}
        className="wide"
        answer={answer}
        skeleton={<div className="plot skeleton" />}
        heading={
          <h2 className="legend">
            <span className="key now">{title}</span>
            {!live && series.data?.meta.comparison_date_range && <span className="key before">{t.chart.before}</span>}
            {!live && view.metric !== "revenue" && (revenue.data?.results.length ?? 0) > 0 && (
              <span className="key revenue">{t.metrics["revenue"]}</span>
            )}
          </h2>
        }
        tools={tools}
      >
        {() => {
          const shown = live
            ? minutePoints(now, metric.id, zone)
            : series.data
              ? points(series.data, view.metric === "revenue" ? undefined : revenue.data, interval, clock)
              : [];
          if (!shown.length) return <NoVisits view={view} zone={zone} writeKey={writeKey} />;
          const chart = { title, kind: metric.kind, points: shown };
          if (asTable) return <ChartTable {...chart} />;
          const go = (period: string | undefined): void => void (period && change({ period, interval: undefined }));
          return (
            <Chart
              {...chart}
              zoom={live || interval === "minute" ? undefined : (label) => go(bucketRange(label, interval))}
              range={live || interval === "minute" ? undefined : (first, last) => go(bucketsRange(first, last, interval))}
              toggleTable={() => setAsTable(true)}
              notes={notesByBucket(
                noted,
                shown.map((point) => point.label),
                interval,
                zone,
                words,
              )}
              note={access.owner && !live ? setNoting : undefined}
            />
          );
        }}
      </Panel>
      {noting !== undefined && (
        <Suspense fallback={null}>
          <NoteSheet site={view.site} zone={zone} label={noting} close={() => setNoting(undefined)} />
        </Suspense>
      )}
    </>
  );
}

/** What happened in the time that the chart is of: asked beside its report, but where only the server knows that time. */
function useAnnotations(view: View, clock: Clock, report: Report | undefined, enabled: boolean): Annotation[] {
  const ends = dayEnds(view.period, clock);
  const known = ends && [instant(ends[0], clock.zone), instant(addDays(ends[1], 1), clock.zone)];
  const [from, to] = known ?? report?.query.date_range ?? [];
  const query = { site_id: view.site, limit: 200, from: from ?? "", to: to ?? "" };
  const answer = useGet<{ results: Annotation[] }>("listAnnotations", query, enabled && from !== undefined);
  return answer.data?.results ?? [];
}

function NoVisits({ view, zone, writeKey }: Pick<Props, "view" | "zone" | "writeKey">) {
  const { t } = useWords();
  const ever = useReport(() => ({ site_id: view.site, date_range: "all", metrics: ["events"] }), zone);
  const [open, shop, look] = t.chart.emptyText;
  if (ever.data && amountOf(ever.data.results[0]?.metrics[0]) === 0) return <FirstSteps writeKey={writeKey} />;
  return (
    <div className="chart-empty">
      <Empty
        title={t.chart.emptyTitle}
        why={
          <>
            {open}
            <a href="/" target="_blank" rel="noreferrer">
              {shop}
            </a>
            {look}
          </>
        }
      />
    </div>
  );
}

/** A site to which nothing has come: what to put into its pages. The live stream tells when it has worked. */
function FirstSteps({ writeKey }: { writeKey: string }) {
  const { t } = useWords();
  const line = `<script defer src="${location.origin}/kassa.js" data-write-key="${writeKey}"></script>`;
  return (
    <div className="chart-empty">
      <Empty
        title={t.start.title}
        why={t.start.text}
        action={
          <>
            <p className="snippet">
              <code dir="ltr">{line}</code>
              <CopyButton text={line} label={t.start.copy} />
            </p>
            <p>{t.start.waiting}</p>
          </>
        }
      />
    </div>
  );
}
