/** A cell of the grid: what it shows, and the field in it while it is typed into. */
import { memo, useEffect, useRef, type KeyboardEvent } from "react";
import { CategoryOptions } from "../CategoryChoice";
import { useAdmin } from "../../words";
import { NUMBERS, type Column } from "./columns";

export interface CellProps {
  column: Column;
  place: string;
  text: string;
  /** How it is shown, where that is another text. */
  label: string | undefined;
  editable: boolean;
  /** What is shown is not saved yet. */
  typed: boolean;
  wrong: string | undefined;
  /** It is where one is; of the others none is a stop of Tab. */
  here: boolean;
  chosen: boolean;
  /** What the field begins with, while it is typed into. */
  editing: string | undefined;
  commit: (value: string, key: string, shift: boolean) => void;
  cancel: () => void;
}

export const Cell = memo(function Cell(props: CellProps) {
  const { column, place, text, label, editable, typed, wrong, here, chosen, editing } = props;
  const names = [
    NUMBERS.includes(column) && "num",
    !editable && "fixed",
    typed && "typed",
    wrong && "bad",
    chosen && "chosen",
    `col-${column}`,
  ].filter(Boolean);
  return (
    <td
      role="gridcell"
      className={names.join(" ")}
      data-cell={place}
      tabIndex={here ? 0 : -1}
      aria-selected={chosen}
      aria-readonly={!editable}
      aria-invalid={wrong ? true : undefined}
      title={wrong}
    >
      {editing === undefined ? <bdi>{label ?? text}</bdi> : <Editor {...props} begin={editing} />}
      {wrong && <span className="unseen">{wrong}</span>}
    </td>
  );
});

function Editor({ column, begin, commit, cancel }: CellProps & { begin: string }) {
  const { a } = useAdmin();
  const p = a.products;
  const field = useRef<HTMLInputElement & HTMLSelectElement>(null);
  const done = useRef(false);
  useEffect(() => {
    field.current?.focus();
    if (field.current?.tagName === "INPUT") field.current.setSelectionRange(begin.length, begin.length);
  }, []);
  const end = (key: string, shift = false): void => {
    if (done.current) return;
    done.current = true;
    commit(field.current?.value ?? begin, key, shift);
  };
  const keys = (event: KeyboardEvent): void => {
    event.stopPropagation();
    if (event.key === "Escape") {
      done.current = true;
      cancel();
    } else if (event.key === "Enter" || event.key === "Tab") end(event.key, event.shiftKey);
    else return;
    event.preventDefault();
  };
  const shared = { "aria-label": p.columns[column], onKeyDown: keys, onBlur: () => end("") };
  if (column === "status") {
    return (
      <select ref={field} defaultValue={begin} {...shared}>
        {(["active", "draft"] as const).map((one) => (
          <option key={one} value={one}>
            {p.statuses[one]}
          </option>
        ))}
      </select>
    );
  }
  if (column === "category") {
    return (
      <select ref={field} defaultValue={begin} {...shared}>
        <CategoryOptions none={p.noCategory} value={begin} />
      </select>
    );
  }
  return <input ref={field} defaultValue={begin} maxLength={255} autoComplete="off" {...shared} />;
}
