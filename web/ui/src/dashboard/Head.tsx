/** The head figures, each with what it means and how it compares with the time before. Choosing one puts it into the chart. */
import { amountOf, type Value } from "../design/numbers";
import { Bump } from "../design/Bump";
import { Help } from "../design/Help";
import { Failure, type Answered } from "../design/Panel";
import { useWords } from "../design/words";
import type { Report, Row } from "../server/reports";
import { useAccess } from "./access";
import { figuresOf } from "./pages";
import { MONEY, TRAFFIC, type Metric } from "./questions";

interface Props {
  traffic: Answered<Report>;
  money: Answered<Report>;
  metric: string;
  choose: (metric: string) => void;
  definitions: Map<string, string> | undefined;
  /** The time that is compared with, in words. */
  before: string | undefined;
}

const FEW_VISITS = 30;

/** A value, and the same of the time before. */
interface Figure {
  value: Value;
  before: Value;
  change: number | null | undefined;
}

export function Head({ traffic, money, metric, choose, definitions, before }: Props) {
  const { t } = useWords();
  const access = useAccess();
  const visits = amountOf(traffic.data?.results[0]?.metrics[TRAFFIC.indexOf("visits")]);
  const error = traffic.error ?? money.error;
  const stale = (traffic.isPlaceholderData || money.isPlaceholderData) && !error;
  return (
    <div className={stale ? "headline-box stale" : "headline-box"}>
      {stale && <div className="waiting" />}
      <dl className="headline" aria-label={t.keyFigures}>
        {figuresOf(access).map((one) => (
          <div key={one.id} className={one.id === metric ? "figure chosen" : "figure"}>
            <dt>
              <button
                type="button"
                aria-pressed={one.id === metric}
                title={t.showInChart(t.metrics[one.id] ?? one.id)}
                onClick={() => choose(one.id)}
              >
                {t.metrics[one.id]}
              </button>
              <Help text={definitions?.get(one.id)} />
            </dt>
            <Amount
              metric={one}
              figures={figures(one, traffic.data, money.data)}
              few={one.ratio === true && visits < FEW_VISITS}
              before={before}
            />
          </div>
        ))}
      </dl>
      {error && <Failure error={error} at={traffic.dataUpdatedAt} whole={false} retry={() => (traffic.refetch(), money.refetch())} />}
    </div>
  );
}

/** One figure, but for money of several currencies, which are never added: one for each. Undefined before the first answer. */
function figures(metric: Metric, traffic: Report | undefined, money: Report | undefined): Figure[] | undefined {
  if (!metric.money) {
    const row = traffic?.results[0];
    return traffic && [figureOf(row, TRAFFIC.indexOf(metric.id))];
  }
  const index = MONEY.indexOf(metric.id);
  const rows = money?.results.map((row) => figureOf(row, index));
  if (!rows || metric.kind === "money" || rows.length < 2)
    return rows?.length ? rows : rows && [{ value: 0, before: undefined, change: undefined }];
  const sum = (of: (figure: Figure) => Value): number => rows.reduce((all, row) => all + amountOf(of(row)), 0);
  const [value, then] = [sum((row) => row.value), sum((row) => row.before)];
  return [{ value, before: then, change: then ? (100 * (value - then)) / then : undefined }];
}

const figureOf = (row: Row | undefined, index: number): Figure => ({
  value: row?.metrics[index],
  before: row?.comparison?.metrics[index],
  change: row?.comparison?.change[index],
});

const FIGURES_SHOWN = 2;
// As wide as a phone has room for.
const LONG = 9;

function Amount({
  metric,
  figures: all,
  few,
  before,
}: {
  metric: Metric;
  figures: Figure[] | undefined;
  few: boolean;
  before: string | undefined;
}) {
  const { t, n } = useWords();
  if (!all) {
    return (
      <>
        <dd className="number skeleton" data-metric={metric.id}>
          –
        </dd>
        <dd className="change">&nbsp;</dd>
      </>
    );
  }
  return all.slice(0, FIGURES_SHOWN).map((figure, index) => {
    const { text, full } = n.show(metric.kind, figure.value);
    const long = text.length >= LONG || index > 0 ? " long" : "";
    return [
      <dd key={`n${index}`} className={`number${few ? " weak" : ""}${long}`} data-metric={metric.id} title={few ? t.fewVisits : full}>
        <Bump text={text} full={full} />
      </dd>,
      <dd key={`c${index}`} className="change">
        <Change metric={metric} figure={figure} few={few} before={before} />
      </dd>,
    ];
  });
}

function Change({ metric, figure, few, before }: { metric: Metric; figure: Figure; few: boolean; before: string | undefined }) {
  const { t, n } = useWords();
  const { change } = figure;
  if (change === null || change === undefined || figure.before === undefined || figure.before === null) return <>&nbsp;</>;
  const points = metric.kind === "percent";
  const same = points ? Math.abs(change) < 0.05 : Math.round(change) === 0;
  const better = change > 0 === (metric.better === "more");
  const then = n.show(metric.kind, figure.before);
  const absolute = t.from_(then.full ?? then.text);
  const nothing = amountOf(figure.before) === 0;
  const said = nothing ? "" : n.change(change, points);
  const verdict = same ? "same" : better ? "better" : "worse";
  return (
    <span className={few || same ? "same" : verdict} title={before ? `${absolute} (${before})` : absolute}>
      <span aria-hidden="true">{same ? t.changed.same : `${change > 0 ? "▲" : "▼"} ${said}`}</span>
      <span className="unseen">
        {same ? t.changed.same : `${said} ${t.changed[verdict]}`} {before && `(${before})`}
      </span>
      <span className="from"> {t.from_(then.text)}</span>
    </span>
  );
}
