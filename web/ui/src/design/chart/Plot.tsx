/** The drawing of a chart. It is for the eye alone: the same stands in the chart's label, its tip and its table. */
import { amountOf, isMoney, type Value } from "../numbers";
import { useWords } from "../words";
import type { ChartProps } from "./Chart";
import { HEIGHT, line, type Geometry } from "./geometry";
import { labelStep } from "./scale";

const LABEL_WIDTH = 64;
const BAR_SHARE = 0.6;
const BAR_WIDTH_MAX = 40;
// The highest bar of revenue reaches so far.
const BAR_HEIGHT = 0.5;
const DOT = 4.5;
const NOTE = 6;

interface Props extends ChartProps {
  shape: Geometry;
  cursor: number;
  /** The buckets that are being drawn over. */
  selected: [number, number] | undefined;
}

export function Plot({ points, kind, shape, cursor, selected, notes }: Props) {
  const values = points.map((point) => numberOf(point.value));
  const before = points.map((point) => (point.before ? numberOf(point.before.value) : null));
  const at = points[cursor];
  const running = points.at(-1)?.running ? 1 : 0;
  const solid = Math.max(1, points.length - running);
  return (
    <svg width={shape.width} height={HEIGHT} viewBox={`0 0 ${shape.width} ${HEIGHT}`} aria-hidden="true">
      <Axes points={points} kind={kind} shape={shape} />
      <Bars points={points} shape={shape} />
      {selected && (
        <rect
          className="selected"
          x={shape.x(selected[0])}
          width={shape.x(selected[1]) - shape.x(selected[0])}
          y={shape.top}
          height={shape.bottom - shape.top}
        />
      )}
      <path className="area" d={area(values, shape)} />
      <path className="line before" d={line(before, shape)} />
      <path className="line" d={line(values, shape, 0, solid)} />
      {running === 1 && <path className="line running" d={line(values, shape, solid - 1)} />}
      {points.map((point, index) =>
        notes?.has(point.label) ? (
          <path key={point.label} className="note" d={`M${shape.x(index)} ${shape.bottom}l-${NOTE} ${NOTE}h${2 * NOTE}Z`} />
        ) : null,
      )}
      {points.length === 1 && <circle className="dot" cx={shape.x(0)} cy={shape.y(values[0] ?? 0)} r={DOT} />}
      {at && (
        <g className="cursor">
          <line x1={shape.x(cursor)} x2={shape.x(cursor)} y1={shape.top} y2={shape.bottom} />
          {at.before && <circle className="dot before" cx={shape.x(cursor)} cy={shape.y(amountOf(at.before.value))} r={DOT - 1} />}
          <circle className="dot" cx={shape.x(cursor)} cy={shape.y(amountOf(at.value))} r={DOT} />
        </g>
      )}
    </svg>
  );
}

const numberOf = (value: Value): number | null => (value === null || value === undefined ? null : amountOf(value));

function area(values: (number | null)[], shape: Geometry): string {
  const known = values.map((value) => value ?? 0);
  if (!known.length) return "";
  return `${line(known, shape)}L${shape.x(known.length - 1).toFixed(1)} ${shape.bottom}L${shape.x(0).toFixed(1)} ${shape.bottom}Z`;
}

function Axes({ points, kind, shape }: Pick<Props, "points" | "kind" | "shape">) {
  const { n, times } = useWords();
  const money = points.map((point) => point.value).find(isMoney);
  const every = labelStep(points.length, shape.right - shape.left, LABEL_WIDTH);
  return (
    <>
      {shape.scale.map((value) => (
        <g key={value} className="tick">
          <line x1={shape.left} x2={shape.right} y1={shape.y(value)} y2={shape.y(value)} />
          <text x={shape.left - 8} y={shape.y(value) + 4} textAnchor="end">
            {money
              ? n.count(n.major({ amount_minor: value, currency: money.currency })).text
              : kind === "count"
                ? n.count(value).text
                : n.show(kind, value).text}
          </text>
        </g>
      ))}
      {points.map((point, index) =>
        index % every ? null : (
          <text
            key={point.label}
            className="axis"
            x={shape.x(index)}
            y={HEIGHT - 8}
            textAnchor={index === points.length - 1 && index > 0 ? "end" : "middle"}
          >
            {times.axis(point.label)}
          </text>
        ),
      )}
    </>
  );
}

function Bars({ points, shape }: Pick<Props, "points" | "shape">) {
  const most = Math.max(0, ...points.map((point) => point.revenue?.amount_minor ?? 0));
  if (most <= 0) return null;
  const width = Math.max(2, Math.min(BAR_WIDTH_MAX, shape.step * BAR_SHARE));
  return points.map((point, index) => {
    const height = ((shape.bottom - shape.top) * BAR_HEIGHT * Math.max(0, point.revenue?.amount_minor ?? 0)) / most;
    if (height <= 0) return null;
    const left = Math.max(shape.left, shape.x(index) - width / 2);
    const right = Math.min(shape.right, shape.x(index) + width / 2);
    return <rect key={point.label} className="bar" x={left} width={right - left} y={shape.bottom - height} height={height} />;
  });
}
