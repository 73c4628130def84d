/** The same data as the chart, as a table. */
import { useWords } from "../words";
import type { ChartProps } from "./Chart";

export function ChartTable({ points, title, kind }: ChartProps) {
  const { t, n, times } = useWords();
  const money = points.some((point) => point.revenue);
  const compared = points.some((point) => point.before);
  const cell = (value: ChartProps["points"][number]["value"]): string => n.show(kind, value).full ?? n.show(kind, value).text;
  return (
    <div className="chart-table" tabIndex={0} role="group" aria-label={t.chart.title(title)}>
      <table className="table">
        <thead>
          <tr>
            <th scope="col">{t.chart.time}</th>
            <th scope="col" className="num">
              {title}
            </th>
            {compared && (
              <th scope="col" className="num">
                {t.chart.before}
              </th>
            )}
            {money && (
              <th scope="col" className="num">
                {t.metrics["revenue"]}
              </th>
            )}
          </tr>
        </thead>
        <tbody>
          {points.map((point) => (
            <tr key={point.label} data-label={point.label}>
              <th scope="row">{times.full(point.label)}</th>
              <td className="num">{cell(point.value)}</td>
              {compared && <td className="num">{point.before ? cell(point.before.value) : ""}</td>}
              {money && <td className="num">{point.revenue ? n.money(point.revenue) : ""}</td>}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
