/** How far visitors come, step by step: how many, how long it takes, what it is worth, and why some leave at the checkout. */
import { useState } from "react";
import { Chart, type Point } from "../../design/chart/Chart";
import { ChartTable } from "../../design/chart/ChartTable";
import { Empty, IconButton, Panel, Tabs } from "../../design/Panel";
import { TableSkeleton } from "../../design/Table";
import type { Money } from "../../design/numbers";
import { useWords } from "../../design/words";
import { useAnswer } from "../data";
import { bucketRange, intervals, localTime, type Clock, type Interval } from "../ranges";
import { startOf } from "../series";
import { PlaceInput } from "./PlaceInput";
import { option, place, scope, withOption, type ViewProps } from "./view";

interface Step {
  step: number;
  name: string;
  visitors: number;
  from_first: number | null;
  from_previous: number | null;
  drop: number;
  median_seconds: number | null;
  value: Money;
  causes?: { reason: string; visitors: number }[];
}

interface Bucket {
  time: string;
  visitors: number[];
}

interface Answer {
  results: Step[];
  /** By the time of the first step, the visitors of every step. */
  trend: Bucket[];
  meta: { entered: number; completed: number; conversion_rate: number | null };
}

const USUAL = ["page:/", "event:Product Viewed", "event:Product Added", "event:Checkout Started", "event:Order Completed"];
const WINDOWS = ["1h", "24h", "7d", "30d"];
const STEPS_MAX = 12;
const STEPS_MIN = 2;

export default function Funnel(props: ViewProps) {
  const { view, change, zone } = props;
  const { t, n } = useWords();
  const steps = (view.options["step"] ?? USUAL).slice(0, STEPS_MAX);
  const window = option(view, "window", "24h");
  const answer = useAnswer<Answer>(
    "funnel",
    (clock) => ({ ...scope(view, clock), steps: steps.map(place).filter(Boolean), window, interval: stepsOf(view.period, clock) }),
    zone,
  );
  const set = (next: string[]): void => change(withOption(view, "step", ...next));
  return (
    <>
      <Panel
        title={t.pages["funnel"] ?? ""}
        className="rows-9"
        answer={answer}
        skeleton={<TableSkeleton rows={steps.length} />}
        heading={
          <h2>
            {t.pages["funnel"]} {answer.data && <span className="key-figure">{n.percent(answer.data.meta.conversion_rate)}</span>}
          </h2>
        }
        tools={
          <Tabs
            label={t.funnel.window}
            tabs={WINDOWS.map((one): [string, string] => [one, t.funnel.windows[one] ?? one])}
            chosen={window}
            choose={(one) => change(withOption(view, "window", one))}
          />
        }
      >
        {(data) => (data.meta.entered ? <Steps steps={data.results} /> : <Empty title={t.funnel.nobody} why={t.funnel.nobodyWhy} />)}
      </Panel>
      {answer.data && answer.data.trend.length > 1 && <Trend {...props} all={answer.data.trend} />}
      <section className="panel" aria-label={t.funnel.steps}>
        <h2>{t.funnel.steps}</h2>
        <ol className="steps-edit">
          {steps.map((step, index) => (
            <li key={`${index} ${step}`}>
              <PlaceInput
                {...props}
                label={t.funnel.step(n.whole(index + 1))}
                value={step}
                set={(value) => set(steps.map((one, at) => (at === index ? value : one)))}
              />
              {steps.length > STEPS_MIN && (
                <IconButton
                  icon="close"
                  label={t.funnel.remove(n.whole(index + 1))}
                  onClick={() => set(steps.filter((_, at) => at !== index))}
                />
              )}
            </li>
          ))}
        </ol>
        {steps.length < STEPS_MAX && (
          <p>
            <button type="button" className="button" onClick={() => set([...steps, "page:/"])}>
              {t.funnel.add}
            </button>
          </p>
        )}
      </section>
    </>
  );
}

/** The steps of the trend: a funnel has none by minutes. */
function stepsOf(period: string, clock: Clock): Interval {
  const [usual = "day"] = intervals(period, clock);
  return usual === "minute" ? "hour" : usual;
}

/** The share that came to the end, by when they began. */
function Trend({ view, change, zone, all }: ViewProps & { all: Bucket[] }) {
  const { t } = useWords();
  const [asTable, setAsTable] = useState(false);
  const clock = { zone, now: new Date() };
  const interval = stepsOf(view.period, clock);
  const now = startOf(localTime(clock.now, zone), interval);
  const points = all
    .filter(({ time }) => startOf(time, interval) <= now)
    .map(({ time, visitors }): Point => {
      const [first = 0, last = 0] = [visitors[0], visitors.at(-1)];
      return { label: time, value: first ? Math.round((1000 * last) / first) / 10 : null, running: startOf(time, interval) === now };
    });
  const title = t.metrics["conversion_rate"] ?? "";
  const chart = { title, kind: "percent" as const, points };
  const zoom = (label: string): void => {
    const period = bucketRange(label, interval);
    if (period) change({ period, interval: undefined });
  };
  return (
    <section className="panel wide" aria-label={t.chart.title(title)}>
      <div className="panel-top">
        <h2>{t.chart.title(title)}</h2>
        <IconButton
          icon={asTable ? "chart" : "table"}
          label={asTable ? t.chart.picture : t.chart.table}
          onClick={() => setAsTable(!asTable)}
        />
      </div>
      {asTable ? <ChartTable {...chart} /> : <Chart {...chart} zoom={zoom} toggleTable={() => setAsTable(true)} />}
    </section>
  );
}

function Steps({ steps }: { steps: Step[] }) {
  const { t, n } = useWords();
  const first = steps[0]?.visitors ?? 0;
  return (
    <ol className="funnel">
      {steps.map((step) => (
        <li key={step.step}>
          <div className="funnel-top">
            <strong>
              {n.whole(step.step)}. <bdi>{step.name}</bdi>
            </strong>
            <span className="num">
              {n.count(step.visitors).text} {t.metrics["visitors"]?.toLocaleLowerCase(n.locale)} · {n.percent(step.from_first)}
            </span>
          </div>
          <div className="funnel-bar">
            <span style={{ inlineSize: `${first ? (100 * step.visitors) / first : 0}%` }} />
          </div>
          <p className="funnel-more">
            {step.step > 1 && (
              <span>{t.funnel.left(n.whole(step.drop), n.percent(step.from_previous === null ? null : 100 - step.from_previous))}</span>
            )}
            {step.median_seconds !== null && <span>{t.funnel.after(n.duration(step.median_seconds))}</span>}
            <span>{t.funnel.worth(n.money(step.value))}</span>
          </p>
          {step.causes && step.drop > 0 && (
            <ul className="causes" aria-label={t.funnel.causes}>
              {step.causes.map((cause) => (
                <li key={cause.reason}>
                  {t.funnel.reasons[cause.reason] ?? cause.reason} <strong>{n.whole(cause.visitors)}</strong>
                </li>
              ))}
            </ul>
          )}
        </li>
      ))}
    </ol>
  );
}
