/** What the cursor of a chart reads. */
import { useLayoutEffect, useRef } from "react";
import { useWords } from "../words";
import type { ChartProps, Point } from "./Chart";

const GAP = 14;

export function Tip({ point, x, width, title, kind, notes }: ChartProps & { point: Point | undefined; x: number; width: number }) {
  const { t, n, times } = useWords();
  const tip = useRef<HTMLDivElement>(null);
  // Beside the cursor, not over it: to the right as long as there is room.
  useLayoutEffect(() => {
    if (!tip.current) return;
    const room = x + GAP + tip.current.offsetWidth <= width;
    tip.current.style.left = `${Math.max(0, room ? x + GAP : x - GAP - tip.current.offsetWidth)}px`;
  });
  if (!point) return null;
  const value = n.show(kind, point.value);
  return (
    <div className="tip" ref={tip}>
      <strong>
        {times.full(point.label)}
        {point.running && <span className="tip-note"> · {t.chart.running}</span>}
      </strong>
      <span className="key now">
        {value.full ?? value.text} {title.toLocaleLowerCase(n.locale)}
      </span>
      {point.before && (
        <span className="key before">
          {n.show(kind, point.before.value).full ?? n.show(kind, point.before.value).text} · {times.full(point.before.label)}
        </span>
      )}
      {point.revenue && (
        <span className="key revenue">
          {n.money(point.revenue)} {t.metrics["revenue"]?.toLocaleLowerCase(n.locale)}
        </span>
      )}
      {notes?.get(point.label)?.map((note, index) => (
        <span key={index} className="key noted">
          <bdi>{note}</bdi>
        </span>
      ))}
    </div>
  );
}
