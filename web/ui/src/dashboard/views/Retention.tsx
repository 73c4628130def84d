/** Who comes back: each row those who came first in one period, each column a period later. */
import type { CSSProperties } from "react";
import { Empty, Panel, Tabs } from "../../design/Panel";
import { TableSkeleton } from "../../design/Table";
import type { Times } from "../../design/numbers";
import { useWords } from "../../design/words";
import { useAnswer } from "../data";
import { dayEnds, daysBetween, localTime, type Clock } from "../ranges";
import { option, scope, withOption, type ViewProps } from "./view";

interface Cohort {
  period: string;
  size: number;
  returned: number[];
  rates: (number | null)[];
  repeat?: { customers: number; rate: number | null };
}

interface Answer {
  results: Cohort[];
  averages: (number | null)[];
  meta: { partial_period: string | null };
  query: { date_range: [string, string] };
}

const PERIODS = ["day", "week", "month"];
const RANGES: Record<string, string> = { day: "14d", week: "84d", month: "12mo" };

// Days of each period, and how many periods the server takes.
const SIZES: Record<string, [days: number, most: number]> = { day: [1, 31], week: [7, 26], month: [31, 24] };

/** Whether a range has at least two of these periods, and not too many; else the view has a range of its own. */
function fits(range: string, period: string, clock: Clock): boolean {
  const ends = dayEnds(range, clock);
  const [days, most] = SIZES[period] ?? [1, 1];
  const periods = ends ? daysBetween(...ends) / days : 0;
  return periods >= 2 && periods <= most;
}

export default function Retention({ view, change, zone }: ViewProps) {
  const { t, times } = useWords();
  const of = option(view, "of", "visitors");
  const period = option(view, "by", "week");
  const own = fits(view.period, period, { zone, now: new Date() }) ? undefined : RANGES[period];
  const answer = useAnswer<Answer>(
    "retention",
    (clock) => ({ ...scope(view, clock), ...(own ? { date_range: own } : {}), of, period }),
    zone,
  );
  const tools = (
    <div className="tools">
      <Tabs
        label={t.retention.of}
        tabs={["visitors", "customers"].map((one): [string, string] => [one, t.retention.ofs[one] ?? one])}
        chosen={of}
        choose={(one) => change(withOption(view, "of", one))}
      />
      <Tabs
        label={t.chart.interval}
        tabs={PERIODS.map((one): [string, string] => [one, t.chart.intervals[one] ?? one])}
        chosen={period}
        choose={(one) => change(withOption(view, "by", one))}
      />
    </div>
  );
  return (
    <Panel
      title={t.pages["retention"] ?? ""}
      className="rows-9"
      answer={answer}
      skeleton={<TableSkeleton rows={9} />}
      heading={
        <h2>
          {t.pages["retention"]} {answer.data && <span className="key-figure">{daysOf(answer.data.query.date_range, zone, times)}</span>}
        </h2>
      }
      tools={tools}
    >
      {(data) =>
        data.results.some((cohort) => cohort.size) ? (
          <Cohorts answer={data} customers={of === "customers"} />
        ) : (
          <Empty title={t.retention.nobody} why={t.retention.why} />
        )
      }
    </Panel>
  );
}

/** The days that were asked for: the view may have a range of its own. */
const daysOf = ([from, to]: [string, string], zone: string, times: Times): string =>
  times.days(localTime(new Date(from), zone).slice(0, 10), localTime(new Date(Date.parse(to) - 1), zone).slice(0, 10));

function Cohorts({ answer, customers }: { answer: Answer; customers: boolean }) {
  const { t, n, times } = useWords();
  const columns = Math.max(0, ...answer.results.map((cohort) => cohort.rates.length));
  return (
    <div className="scroll" tabIndex={0} role="group" aria-label={t.pages["retention"]}>
      <table className="table cohorts">
        <thead>
          <tr>
            <th scope="col">{t.retention.first}</th>
            <th scope="col" className="num">
              {t.retention.size}
            </th>
            {customers && (
              <th scope="col" className="num">
                {t.retention.repeat}
              </th>
            )}
            {Array.from({ length: columns }, (_, index) => (
              <th scope="col" className="num" key={index}>
                {n.whole(index)}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {answer.results.map((cohort) => (
            <tr key={cohort.period}>
              <th scope="row">{times.axis(cohort.period)}</th>
              <td className="num">{n.count(cohort.size).text}</td>
              {customers && <td className="num">{n.percent(cohort.repeat?.rate)}</td>}
              {cohort.rates.map((rate, index) => (
                <td
                  key={index}
                  className="num heat"
                  style={{ "--heat": ((rate ?? 0) / 100).toFixed(3) } as CSSProperties}
                  title={n.whole(cohort.returned[index] ?? 0)}
                >
                  {n.percent(rate)}
                </td>
              ))}
            </tr>
          ))}
          <tr className="averages">
            <th scope="row">{t.retention.average}</th>
            <td className="num" />
            {customers && <td className="num" />}
            {answer.averages.map((rate, index) => (
              <td key={index} className="num">
                {n.percent(rate)}
              </td>
            ))}
          </tr>
        </tbody>
      </table>
    </div>
  );
}
