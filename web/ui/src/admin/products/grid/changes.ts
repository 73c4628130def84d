/** What was typed into the grid, and how it is taken back: a step is all that one key, paste or deletion has changed. Pure. */
import { valueOf, type Column, type GridRow, type RowEdits } from "./columns";

export interface CellChange {
  sku: string;
  column: Column;
  before: string;
  after: string;
}

export type Edits = ReadonlyMap<string, RowEdits>;

/** What a cell shows: what was typed, or else what is. */
export const shownIn = (row: GridRow, column: Column, edits: Edits): string => edits.get(row.sku)?.[column] ?? valueOf(row, column);

/** The edits with these values in place; what is as the server has it is no edit, unless something else is on its way there. */
export function withChanges(
  edits: Edits,
  rows: ReadonlyMap<string, GridRow>,
  changes: CellChange[],
  isSent: (row: GridRow) => boolean = () => false,
): Edits {
  const next = new Map(edits);
  for (const { sku, column, after } of changes) {
    const row = rows.get(sku);
    if (!row) continue;
    const { [column]: _, ...rest } = next.get(sku) ?? {};
    const of: RowEdits = valueOf(row, column) === after && !isSent(row) ? rest : { ...rest, [column]: after };
    if (Object.keys(of).length > 0) next.set(sku, of);
    else next.delete(sku);
  }
  return next;
}

/** A step backwards. */
export const reversed = (step: CellChange[]): CellChange[] =>
  [...step].reverse().map(({ before, after, ...cell }) => ({ ...cell, before: after, after: before }));
