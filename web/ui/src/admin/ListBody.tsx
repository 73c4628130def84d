/** The rows of a list. Of a long one only those in sight are in the page, with the room of the others above and below. */
import { defaultRangeExtractor, useWindowVirtualizer, type Range } from "@tanstack/react-virtual";
import { useLayoutEffect, useRef, useState, type ReactNode } from "react";
import { walkRows } from "./List";

/** Up to so many rows are all in the page: found by the browser's search, and printed. */
const ALL = 100;
/** Rows beyond what is seen, on either side. */
const BEYOND = 20;
const ROW_PX = 40;

interface Props<T> {
  items: T[];
  /** One `<tr>`, with a key. */
  children: (item: T, index: number) => ReactNode;
  /** Of a grid, which has keys of its own: the row in which one is. It stays in the page wherever one scrolls, as what has the focus and is typed. */
  here?: number | undefined;
}

export function ListBody<T>({ items, children, here }: Props<T>) {
  // A grid that grows beyond that keeps its rows, with the focus that one of them has.
  if (here !== undefined || items.length > ALL) return <Window items={items} children={children} here={here} />;
  return <tbody onKeyDown={walkRows}>{items.map(children)}</tbody>;
}

function Window<T>({ items, children, here }: Props<T>) {
  const body = useRef<HTMLTableSectionElement>(null);
  const [scrollMargin, setMargin] = useState(0);
  useLayoutEffect(() => setMargin((body.current?.getBoundingClientRect().top ?? 0) + scrollY), [items]);
  const rows = useWindowVirtualizer({
    count: items.length,
    estimateSize: () => ROW_PX,
    overscan: BEYOND,
    scrollMargin,
    rangeExtractor: (range) => drawn(range, here),
  });
  const seen = rows.getVirtualItems();
  // A row is as tall as its texts make it in this language and width.
  useLayoutEffect(() => {
    const shown = body.current?.querySelectorAll<HTMLElement>(":scope > tr:not(.room)") ?? [];
    for (const [at, { index }] of seen.entries()) {
      const row = shown[at];
      if (!row) continue;
      row.dataset["index"] = String(index);
      rows.measureElement(row);
    }
  });
  // Between two rows that are in the page there is the room of those that are not.
  const room = (until: number, at: number): ReactNode => {
    const px = until - (seen[at - 1]?.end ?? scrollMargin);
    return px > 0 && <tr key={`room ${at}`} className="room" aria-hidden="true" style={{ blockSize: px }} />;
  };
  return (
    <tbody ref={body} onKeyDown={here === undefined ? walkRows : undefined}>
      {seen.flatMap(({ index, start }, at) => [room(start, at), children(items[index] as T, index)])}
      {room(rows.getTotalSize() + scrollMargin, seen.length)}
    </tbody>
  );
}

/** The rows that are in the page: those in sight, some beyond, and that in which one is. */
function drawn(range: Range, here: number | undefined): number[] {
  const seen = defaultRangeExtractor(range);
  if (here === undefined || here >= range.count || seen.includes(here)) return seen;
  return [...seen, here].sort((one, other) => one - other);
}
