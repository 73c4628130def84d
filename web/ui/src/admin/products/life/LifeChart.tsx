/** A product's life drawn: three bands over one line of time, and where its price changed. Pointer and arrow keys read it day by day. */
import { useId, useLayoutEffect, useRef, useState, type KeyboardEvent, type ReactNode } from "react";
import { labelStep } from "../../../design/chart/scale";
import { useAdmin } from "../../words";
import type { Day } from "./days";

const WIDTH_MIN = 280;
const HEIGHT = 300;
const PAD = { start: 84, end: 14, top: 20, bottom: 26 };
const GAP = 14;
const LABEL_WIDTH = 64;
const BAR_MAX = 24;

/** From where to where a band goes, and what it shows. */
interface Band {
  top: number;
  bottom: number;
  most: number;
}

export function LifeChart({ days }: { days: Day[] }) {
  const { a, n, t, times } = useAdmin();
  const l = a.products.life;
  const plot = useRef<HTMLDivElement>(null);
  const [width, setWidth] = useState(0);
  const [at, setAt] = useState(-1);
  const hint = useId();
  useLayoutEffect(() => {
    const node = plot.current;
    if (!node) return undefined;
    const measure = (): void => setWidth(Math.max(WIDTH_MIN, node.clientWidth));
    measure();
    const observer = new ResizeObserver(measure);
    observer.observe(node);
    return () => observer.disconnect();
  }, []);
  const steps = Math.max(1, days.length - 1);
  const span = width - PAD.start - PAD.end;
  const x = (index: number): number => PAD.start + (span * index) / steps;
  const indexAt = (clientX: number): number => {
    const left = plot.current?.getBoundingClientRect().left ?? 0;
    return Math.max(0, Math.min(days.length - 1, Math.round(((clientX - left - PAD.start) / span) * steps)));
  };
  const keys = (event: KeyboardEvent): void => {
    const right = t.dir === "rtl" ? -1 : 1;
    const moves: Record<string, number> = { ArrowLeft: -right, ArrowRight: right, Home: -days.length, End: days.length };
    const step = moves[event.key];
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (step !== undefined) setAt(at < 0 ? days.length - 1 : Math.max(0, Math.min(days.length - 1, at + step)));
    else if (event.key === "Escape" && at >= 0) setAt(-1);
    else return;
    event.preventDefault();
    event.stopPropagation();
  };
  const sum = (of: (day: Day) => number): string => n.whole(days.reduce((all, day) => all + of(day), 0));
  const [first, last, day] = [days[0], days.at(-1), days[at]];
  const summary =
    first && last
      ? l.summary(
          times.full(first.label),
          times.full(last.label),
          sum((one) => one.views),
          sum((one) => one.units),
        )
      : "";
  return (
    <div
      ref={plot}
      className="plot life-plot"
      tabIndex={0}
      role="group"
      aria-roledescription={t.chart.role}
      aria-label={summary}
      aria-describedby={hint}
      onPointerMove={(event) => setAt(indexAt(event.clientX))}
      onPointerLeave={() => setAt(-1)}
      onBlur={() => setAt(-1)}
      onKeyDown={keys}
    >
      {width > 0 && <Drawing days={days} x={x} width={width} at={at} />}
      <p id={hint} className="unseen">
        {l.keys}
      </p>
      <div aria-live="polite">{day && <Read day={day} x={x(at)} width={width} />}</div>
    </div>
  );
}

interface DrawingProps {
  days: Day[];
  x: (index: number) => number;
  width: number;
  at: number;
}

function Drawing({ days, x, width, at }: DrawingProps) {
  const { a, n, times } = useAdmin();
  const l = a.products.life;
  const most = (of: (day: Day) => number | undefined): number => Math.max(1, ...days.map((day) => of(day) ?? 0));
  const height = (HEIGHT - PAD.top - PAD.bottom - 2 * GAP) / 3;
  const band = (place: number, of: (day: Day) => number | undefined): Band => {
    const top = PAD.top + place * (height + GAP);
    return { top, bottom: top + height, most: most(of) };
  };
  const [views, units, stock] = [band(0, (day) => day.views), band(1, (day) => day.units), band(2, (day) => day.stock)];
  const y = ({ top, bottom, most: highest }: Band, value: number): number => bottom - ((bottom - top) * Math.max(0, value)) / highest;
  const points = days.map((day, index) => `${x(index).toFixed(1)} ${y(views, day.views).toFixed(1)}`).join("L");
  const every = labelStep(days.length, width - PAD.start - PAD.end, LABEL_WIDTH);
  const wide = Math.max(2, Math.min(BAR_MAX, (0.6 * (width - PAD.start - PAD.end)) / days.length));
  return (
    <svg width={width} height={HEIGHT} viewBox={`0 0 ${width} ${HEIGHT}`} aria-hidden="true">
      {days.map((day, index) => day.changed && <PriceMark key={day.label} day={day} x={x(index)} />)}
      <Axis band={views} title={l.views} most={n.count(views.most).text} width={width} />
      <path className="area" d={`M${points}L${x(days.length - 1)} ${views.bottom}L${x(0)} ${views.bottom}Z`} />
      <path className="line" d={`M${points}`} />
      <Axis band={units} title={l.units} most={n.count(units.most).text} width={width} />
      {days.map(
        (day, index) =>
          day.units > 0 && (
            <rect
              key={day.label}
              className="life-bar"
              x={x(index) - wide / 2}
              width={wide}
              y={y(units, day.units)}
              height={units.bottom - y(units, day.units)}
            />
          ),
      )}
      <Axis band={stock} title={l.stock} most={n.count(stock.most).text} width={width} />
      <path className="life-stock" d={stairs(days, x, (value) => y(stock, value))} />
      {days.map((day, index) =>
        index % every ? null : (
          <text key={day.label} x={x(index)} y={HEIGHT - 8} textAnchor={index === days.length - 1 ? "end" : "middle"}>
            {times.axis(day.label)}
          </text>
        ),
      )}
      {at >= 0 && (
        <g className="cursor">
          <line x1={x(at)} x2={x(at)} y1={PAD.top} y2={HEIGHT - PAD.bottom} />
        </g>
      )}
    </svg>
  );
}

function Axis({ band, title, most, width }: { band: Band; title: string; most: string; width: number }): ReactNode {
  return (
    <g className="tick">
      <line x1={PAD.start} x2={width - PAD.end} y1={band.bottom} y2={band.bottom} />
      <text x={PAD.start - 8} y={band.top + 10} textAnchor="end">
        {most}
      </text>
      <text x={PAD.start - 8} y={band.bottom} textAnchor="end">
        {title}
      </text>
    </g>
  );
}

function PriceMark({ day, x }: { day: Day; x: number }) {
  const { n } = useAdmin();
  return (
    <g className="life-price">
      <line x1={x} x2={x} y1={PAD.top - 4} y2={HEIGHT - PAD.bottom} />
      <text x={x} y={PAD.top - 8} textAnchor="middle">
        {day.price && n.money(day.price)}
      </text>
    </g>
  );
}

/** Stock stays what it is until it moves; a gap where it is not known. */
function stairs(days: Day[], x: (index: number) => number, y: (value: number) => number): string {
  let path = "";
  let pen = false;
  days.forEach(({ stock }, index) => {
    if (stock !== undefined)
      path += pen ? `H${x(index).toFixed(1)}V${y(stock).toFixed(1)}` : `M${x(index).toFixed(1)} ${y(stock).toFixed(1)}`;
    pen = stock !== undefined;
  });
  return path;
}

/** What was on the day at the cursor. */
function Read({ day, x, width }: { day: Day; x: number; width: number }) {
  const { a, n, times } = useAdmin();
  const l = a.products.life;
  const tip = useRef<HTMLDivElement>(null);
  useLayoutEffect(() => {
    if (!tip.current) return;
    const room = x + GAP + tip.current.offsetWidth <= width;
    tip.current.style.left = `${Math.max(0, room ? x + GAP : x - GAP - tip.current.offsetWidth)}px`;
  });
  const lines: [string, string][] = [
    [l.views, n.whole(day.views)],
    [l.orders, n.whole(day.orders)],
    [l.units, n.whole(day.units)],
    [l.stock, day.stock === undefined ? l.unknown : n.whole(day.stock)],
    [l.price, day.price ? n.money(day.price) : l.unknown],
  ];
  return (
    <div className="tip" ref={tip}>
      <strong>{times.full(day.label)}</strong>
      {lines.map(([title, value]) => (
        <span key={title}>
          {title}: {value}
        </span>
      ))}
    </div>
  );
}
