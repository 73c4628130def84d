/** The chart of one metric over time: an area, the time before as a thin dashed line, revenue as faint bars behind. Pointer and arrow keys read it. */
import { useEffect, useId, useLayoutEffect, useRef, useState, type KeyboardEvent, type PointerEvent } from "react";
import { amountOf, type Kind, type Money, type Value } from "../numbers";
import { useWords } from "../words";
import { geometry, HEIGHT, type Geometry } from "./geometry";
import { Plot } from "./Plot";
import { Tip } from "./Tip";

/** One bucket of time. */
export interface Point {
  label: string;
  value: Value;
  /** The same bucket of the time before; undefined where nothing is compared, or it is still to come. */
  before?: { label: string; value: Value } | undefined;
  revenue?: Money | undefined;
  /** It is not over. */
  running?: boolean;
}

export interface ChartProps {
  title: string;
  kind: Kind;
  points: Point[];
  /** A bucket was chosen. */
  zoom?: ((label: string) => void) | undefined;
  /** A range was drawn over. */
  range?: ((first: string, last: string) => void) | undefined;
  toggleTable?: (() => void) | undefined;
  /** What happened, by the label of its bucket. */
  notes?: Map<string, string[]> | undefined;
  /** A note at a bucket is wanted. */
  note?: ((label: string) => void) | undefined;
}

const WIDTH_MIN = 280;

export function Chart(props: ChartProps) {
  const { points, zoom, range, kind } = props;
  const plot = useRef<HTMLDivElement>(null);
  const [width, setWidth] = useState(0);
  const [cursor, setCursor] = useState(-1);
  const [start, setStart] = useState<number>();
  const at = cursor < points.length ? cursor : -1;
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
  useEffect(() => setStart(undefined), [points]);

  const numbers = points.flatMap((point) => [amountOf(point.value), amountOf(point.before?.value)]);
  const shape = geometry(points.length, Math.max(0, ...numbers), width, kind === "count" || kind === "money");
  const indexAt = (event: PointerEvent): number => shape.index(event.clientX - (plot.current?.getBoundingClientRect().left ?? 0));

  function choose(first: number, last: number): void {
    const [from, to] = [points[Math.min(first, last)], points[Math.max(first, last)]];
    if (from && to) from === to ? zoom?.(from.label) : range?.(from.label, to.label);
  }
  function released(event: PointerEvent): void {
    if (start !== undefined) choose(start, indexAt(event));
    setStart(undefined);
  }
  const text = useSummary(props);
  const note = (): void => void (points[at] && props.note?.(points[at].label));
  const keys = useKeys({ at, count: points.length, move: setCursor, start, setStart, choose, toggleTable: props.toggleTable, note });
  return (
    <div
      ref={plot}
      className="plot"
      tabIndex={0}
      role="group"
      aria-roledescription={useWords().t.chart.role}
      aria-label={text}
      aria-describedby={hint}
      onPointerMove={(event) => setCursor(indexAt(event))}
      onPointerLeave={() => (setCursor(-1), setStart(undefined))}
      onPointerDown={(event) => {
        // A finger reads; it draws no range, for it scrolls.
        setCursor(indexAt(event));
        if (event.button === 0 && event.pointerType !== "touch") setStart(indexAt(event));
      }}
      onContextMenu={(event) => {
        const point = points[cursor];
        if (!point || !props.note) return;
        event.preventDefault();
        props.note(point.label);
      }}
      onPointerUp={released}
      onBlur={() => (setCursor(-1), setStart(undefined))}
      onKeyDown={keys}
    >
      {width > 0 && <Plot {...props} shape={shape} cursor={at} selected={selection(start, at)} />}
      {width === 0 && <svg width={WIDTH_MIN} height={HEIGHT} aria-hidden="true" />}
      <div aria-live="polite">{at >= 0 && <Tip {...props} point={points[at]} x={shape.x(at)} width={shape.width} />}</div>
    </div>
  );
}

const selection = (start: number | undefined, at: number): [number, number] | undefined =>
  start === undefined || at < 0 || start === at ? undefined : [Math.min(start, at), Math.max(start, at)];

interface Keys {
  at: number;
  count: number;
  move: (index: number) => void;
  start: number | undefined;
  setStart: (index: number | undefined) => void;
  choose: (first: number, last: number) => void;
  toggleTable: (() => void) | undefined;
  note: () => void;
}

/** Arrows read, with Shift they select; Enter zooms into what is read or selected; T shows the table, N notes something. */
function useKeys({ at, count, move, start, setStart, choose, toggleTable, note }: Keys) {
  const right = useWords().t.dir === "rtl" ? -1 : 1;
  return (event: KeyboardEvent): void => {
    if (event.ctrlKey || event.metaKey || event.altKey || !count) return;
    const steps: Record<string, number> = { ArrowLeft: -right, ArrowRight: right, Home: -count, End: count };
    const step = steps[event.key];
    if (step !== undefined) {
      if (event.shiftKey) setStart(start ?? (at < 0 ? count - 1 : at));
      else setStart(undefined);
      move(at < 0 ? count - 1 : Math.max(0, Math.min(count - 1, at + step)));
    } else if (event.key === "Enter" && at >= 0) {
      choose(start ?? at, at);
      setStart(undefined);
    } else if (event.key.toLowerCase() === "t" && toggleTable) toggleTable();
    else if (event.key.toLowerCase() === "n" && at >= 0) note();
    else if (event.key === "Escape" && at >= 0) move(-1);
    else return;
    event.preventDefault();
    event.stopPropagation();
  };
}

/** What the chart shows, in a sentence. */
function useSummary({ points, title, kind }: ChartProps): string {
  const { t, n, times } = useWords();
  const first = points[0];
  const last = points.at(-1);
  if (!first || !last) return t.chart.nothing;
  const most = points.reduce((best, one) => (amountOf(one.value) > amountOf(best.value) ? one : best), first);
  const shown = n.show(kind, most.value);
  return t.chart.summary(title, times.full(first.label), times.full(last.label), shown.full ?? shown.text, times.full(most.label));
}

export type { Geometry };
