/** The rows of a list. Of a long one only those in sight are in the page, with the room of the others above and below. */
import { useWindowVirtualizer } from "@tanstack/react-virtual";
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
  children: (item: T) => ReactNode;
}

export function ListBody<T>({ items, children }: Props<T>) {
  if (items.length > ALL) return <Window items={items}>{children}</Window>;
  return <tbody onKeyDown={walkRows}>{items.map((item) => children(item))}</tbody>;
}

function Window<T>({ items, children }: Props<T>) {
  const body = useRef<HTMLTableSectionElement>(null);
  const [scrollMargin, setMargin] = useState(0);
  useLayoutEffect(() => setMargin((body.current?.getBoundingClientRect().top ?? 0) + scrollY), [items]);
  const rows = useWindowVirtualizer({
    count: items.length,
    estimateSize: () => ROW_PX,
    overscan: BEYOND,
    scrollMargin,
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
  const above = (seen[0]?.start ?? scrollMargin) - scrollMargin;
  const below = rows.getTotalSize() - ((seen.at(-1)?.end ?? scrollMargin) - scrollMargin);
  return (
    <tbody ref={body} onKeyDown={walkRows}>
      <Room px={above} />
      {seen.map(({ index }) => children(items[index] as T))}
      <Room px={below} />
    </tbody>
  );
}

/** The room of rows that are not in the page. */
const Room = ({ px }: { px: number }) => (px > 0 ? <tr className="room" aria-hidden="true" style={{ blockSize: px }} /> : null);
