/** Where keys lead in the grid, which cells a block has, and where what is pasted goes. Pure. */
import { COLUMNS } from "./columns";

export interface Place {
  row: number;
  column: number;
}

export const placeOf = ({ row, column }: Place): string => `${row}:${column}`;

interface Bounds {
  rows: number;
  rtl: boolean;
  command?: boolean;
}

const LAST = COLUMNS.length - 1;

/** The place to which a key leads; undefined where it leads nowhere, as Tab does at the end: the page goes on there. */
export function moveOf(key: string, shift: boolean, { row, column }: Place, { rows, rtl, command }: Bounds): Place | undefined {
  const right = rtl ? -1 : 1;
  const within = (to: Place): Place | undefined => (to.row >= 0 && to.row < rows && to.column >= 0 && to.column <= LAST ? to : undefined);
  if (key === "Tab") return within(tab({ row, column }, shift ? -1 : 1));
  if (key === "Home") return { row: command ? 0 : row, column: 0 };
  if (key === "End") return { row: command ? rows - 1 : row, column: LAST };
  const steps: Record<string, Place> = {
    ArrowUp: { row: -1, column: 0 },
    ArrowDown: { row: 1, column: 0 },
    ArrowLeft: { row: 0, column: -right },
    ArrowRight: { row: 0, column: right },
    PageUp: { row: -Math.min(row, 10), column: 0 },
    PageDown: { row: Math.min(rows - 1 - row, 10), column: 0 },
    Enter: { row: shift ? -1 : 1, column: 0 },
  };
  const step = steps[key];
  return step && within({ row: row + step.row, column: column + step.column });
}

function tab({ row, column }: Place, by: number): Place {
  if (column + by > LAST) return { row: row + 1, column: 0 };
  return column + by < 0 ? { row: row - 1, column: LAST } : { row, column: column + by };
}

/** All places between two corners, row by row. */
export function block(one: Place, other: Place): Place[][] {
  const [top, bottom] = [Math.min(one.row, other.row), Math.max(one.row, other.row)];
  const [left, right] = [Math.min(one.column, other.column), Math.max(one.column, other.column)];
  return span(top, bottom).map((row) => span(left, right).map((column) => ({ row, column })));
}

const span = (from: number, to: number): number[] => Array.from({ length: to - from + 1 }, (_, index) => from + index);

export const inBlock = ({ row, column }: Place, one: Place, other: Place): boolean =>
  between(row, one.row, other.row) && between(column, one.column, other.column);

const between = (value: number, one: number, other: number): boolean => value >= Math.min(one, other) && value <= Math.max(one, other);

/** A block goes in from the upper corner on; a single cell fills all that is chosen. What lies outside of the grid is left out. */
export function pasted(cells: string[][], one: Place, other: Place, { rows }: { rows: number }): [Place, string][] {
  const only = cells.length === 1 && cells[0]?.length === 1 ? cells[0][0] : undefined;
  const places = block(one, other);
  if (only !== undefined) return places.flat().map((place) => [place, only]);
  const from = places[0]?.[0] ?? one;
  const all = cells.flatMap((line, down) =>
    line.map((text, along): [Place, string] => [{ row: from.row + down, column: from.column + along }, text]),
  );
  return all.filter(([place]) => place.row < rows && place.column <= LAST);
}
