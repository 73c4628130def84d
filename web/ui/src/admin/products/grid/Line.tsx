/** A row of the grid: the variant whose it is, and its cells. */
import { useAdmin } from "../../words";
import type { Category } from "../product";
import { Cell, type CellProps } from "./Cell";
import { shownIn } from "./changes";
import { COLUMNS, isEditable, isOfProduct, type Column, type GridRow } from "./columns";
import { inBlock, placeOf, type Place } from "./moving";
import { RowErrors } from "./RowErrors";
import type { Grid } from "./useGrid";

interface Props extends Pick<CellProps, "commit" | "cancel" | "editing"> {
  row: GridRow;
  index: number;
  grid: Grid;
  mayStock: boolean;
  categories: Category[];
  at: Place;
  anchor: Place | undefined;
}

export function Line({ row, index, grid, mayStock, categories, at, anchor, editing, commit, cancel }: Props) {
  const { a } = useAdmin();
  const p = a.products;
  const errors = grid.errors.get(row.sku);
  const product = row.seen.product.id;
  const conflict = grid.conflicts.has(product) && row.lead;
  const textOf = (column: Column): string => (!row.lead && isOfProduct(column) ? "" : shownIn(row, column, grid.edits));
  const statuses: Record<string, string> = p.statuses;
  const labelOf = (column: Column, text: string): string | undefined => {
    if (column === "status") return statuses[text];
    return column === "category" ? categories.find(({ slug }) => slug === text)?.name : undefined;
  };
  return (
    <tr data-sku={row.sku} className={row.lead ? "lead" : undefined} aria-busy={grid.saving.has(product)}>
      <th scope="row">
        <code>{row.sku}</code>
        {row.variant.title && <span className="hint-line">{row.variant.title}</span>}
        {(errors?.row || conflict) && (
          <RowErrors
            text={errors?.row ?? p.meanwhileRow}
            decide={conflict}
            still={() => grid.saveStill(product)}
            leave={() => grid.takeTheirs(product)}
          />
        )}
      </th>
      {COLUMNS.map((column, place) => {
        const here = at.row === index && at.column === place;
        const text = textOf(column);
        return (
          <Cell
            key={column}
            column={column}
            place={placeOf({ row: index, column: place })}
            text={text}
            label={labelOf(column, text)}
            editable={isEditable(row, column, mayStock)}
            typed={grid.edits.get(row.sku)?.[column] !== undefined}
            wrong={errors?.[column]}
            here={here}
            chosen={anchor !== undefined && inBlock({ row: index, column: place }, anchor, at)}
            editing={here ? editing : undefined}
            commit={commit}
            cancel={cancel}
          />
        );
      })}
    </tr>
  );
}
