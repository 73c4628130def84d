/** A row of the grid: the variant whose it is, and its cells. It is drawn anew only where something of it is another. */
import { memo } from "react";
import { useAdmin } from "../../words";
import type { Category } from "../product";
import { Cell, type CellProps } from "./Cell";
import { COLUMNS, isEditable, isOfProduct, valueOf, type Column, type GridRow, type RowEdits, type RowErrors as Errors } from "./columns";
import { placeOf } from "./moving";
import { RowErrors } from "./RowErrors";

interface Props extends Pick<CellProps, "commit" | "cancel" | "editing"> {
  row: GridRow;
  index: number;
  edits: RowEdits | undefined;
  errors: Errors | undefined;
  saving: boolean;
  /** Another has changed the product meanwhile. */
  conflict: boolean;
  decide: (product: number, still: boolean) => void;
  mayStock: boolean;
  categories: Category[];
  /** The column in which one is, and from where to where columns are chosen; -1 where none is. */
  here: number;
  from: number;
  to: number;
}

export const Line = memo(function Line({ row, index, edits, errors, saving, conflict, decide, ...rest }: Props) {
  const { mayStock, categories, here, from, to, editing, commit, cancel } = rest;
  const { a } = useAdmin();
  const p = a.products;
  const product = row.seen.product.id;
  const textOf = (column: Column): string => (!row.lead && isOfProduct(column) ? "" : (edits?.[column] ?? valueOf(row, column)));
  const statuses: Record<string, string> = p.statuses;
  const labelOf = (column: Column, text: string): string | undefined => {
    if (column === "status") return statuses[text];
    return column === "category" ? categories.find(({ slug }) => slug === text)?.name : undefined;
  };
  return (
    <tr data-sku={row.sku} aria-rowindex={index + 2} className={row.lead ? "lead" : undefined} aria-busy={saving}>
      <th scope="row">
        <code>{row.sku}</code>
        {row.variant.title && <span className="hint-line">{row.variant.title}</span>}
        {(errors?.row || conflict) && (
          <RowErrors
            text={errors?.row ?? p.meanwhileRow}
            decide={conflict}
            still={() => decide(product, true)}
            leave={() => decide(product, false)}
          />
        )}
      </th>
      {COLUMNS.map((column, place) => {
        const text = textOf(column);
        return (
          <Cell
            key={column}
            column={column}
            place={placeOf({ row: index, column: place })}
            text={text}
            label={labelOf(column, text)}
            editable={isEditable(row, column, mayStock)}
            typed={edits?.[column] !== undefined}
            wrong={errors?.[column]}
            here={here === place}
            chosen={place >= from && place <= to}
            editing={here === place ? editing : undefined}
            commit={commit}
            cancel={cancel}
          />
        );
      })}
    </tr>
  );
});
