/** The one table of the page: names with a bar of their share behind them, numbers at the right. A whole row is a button where a row can be chosen. */
import { useId, type KeyboardEvent } from "react";
import { amountOf, type Kind, type Value } from "./numbers";
import { Bump } from "./Bump";
import { Icon } from "./Icon";
import { useWords } from "./words";

export interface Column {
  id: string;
  title: string;
  kind: Kind;
  /** Who asks to be sorted by it is told so. */
  sortable?: boolean;
}

export interface TableRow {
  /** The value as the server has it. */
  name: string;
  /** As it is shown; the name itself otherwise. */
  label?: string;
  values: Value[];
  chosen?: boolean;
  /** A ratio of so little that chance decides. */
  few?: boolean;
}

interface Props {
  /** What the table is a list of, for readers. */
  label: string;
  of: string;
  columns: Column[];
  rows: TableRow[];
  choose?: ((name: string) => void) | undefined;
  /** What is behind a number is wanted. */
  open?: ((name: string, column: string) => void) | undefined;
  sort?: { by: string; direction: "asc" | "desc"; change: (by: string) => void } | undefined;
  /** Of what the bars are a share: the largest value unless it is given. */
  most?: number | undefined;
}

export function Table({ label, of, columns, rows, choose, open, sort, most }: Props) {
  const top = Math.max(1, most ?? 0, ...rows.map((row) => Math.abs(amountOf(row.values[0]))));
  return (
    <table className="table" aria-label={label}>
      <thead>
        <tr>
          <th scope="col">{of}</th>
          {columns.map((column) => (
            <Head key={column.id} column={column} sort={sort} />
          ))}
        </tr>
      </thead>
      <tbody onKeyDown={walk}>
        {rows.map((row, index) => (
          <Row
            key={`${row.name}\n${index}`}
            row={row}
            columns={columns}
            share={Math.abs(amountOf(row.values[0])) / top}
            choose={choose}
            open={open}
          />
        ))}
      </tbody>
    </table>
  );
}

/** Arrow keys go from row to row and from number to number: of a row only its name is a stop of Tab. */
function walk(event: KeyboardEvent): void {
  const rtl = document.documentElement.dir === "rtl" ? -1 : 1;
  const [down, right] = { ArrowDown: [1, 0], ArrowUp: [-1, 0], ArrowRight: [0, rtl], ArrowLeft: [0, -rtl] }[event.key] ?? [0, 0];
  const row = (event.target as Element).closest("tr");
  if ((!down && !right) || !row || event.shiftKey || event.altKey || event.ctrlKey || event.metaKey) return;
  const buttons = [...row.querySelectorAll("button")];
  const at = buttons.findIndex((button) => button === event.target);
  const next = down
    ? (down > 0 ? row.nextElementSibling : row.previousElementSibling)?.querySelectorAll("button")[at]
    : buttons[at + (right ?? 0)];
  event.preventDefault();
  event.stopPropagation();
  next?.focus();
}

function Head({ column, sort }: { column: Column; sort: Props["sort"] }) {
  const { t } = useWords();
  const sorted = sort?.by === column.id ? sort.direction : undefined;
  const order = sorted && (sorted === "asc" ? "ascending" : "descending");
  return (
    <th scope="col" className={`num ${column.kind}`} aria-sort={order} title={column.title}>
      {sort && column.sortable ? (
        <button type="button" className="sort" title={t.sortBy(column.title)} onClick={() => sort.change(column.id)}>
          {sorted && <Icon name={sorted === "asc" ? "up" : "down"} />}
          {column.title}
        </button>
      ) : (
        column.title
      )}
    </th>
  );
}

function Row({ row, columns, share, choose, open }: Pick<Props, "columns" | "choose" | "open"> & { row: TableRow; share: number }) {
  const { t, n } = useWords();
  const label = row.label ?? row.name;
  const few = useId();
  return (
    <tr className={row.chosen ? "row chosen" : "row"} data-name={row.name}>
      <th scope="row">
        <div className="named">
          <span className="share" style={{ inlineSize: `${(100 * share).toFixed(2)}%` }} />
          {choose ? (
            <button type="button" className="row-name" title={label} aria-pressed={row.chosen ?? false} onClick={() => choose(row.name)}>
              <bdi>{label}</bdi>
            </button>
          ) : (
            <span className="row-name" title={label}>
              <bdi>{label}</bdi>
            </span>
          )}
        </div>
      </th>
      {columns.map((column, index) => {
        const { text, full } = n.show(column.kind, row.values[index]);
        const weak = row.few && (column.kind === "percent" || column.kind === "duration");
        return (
          <td
            key={column.id}
            className={`num row-number ${column.kind} ${weak ? "weak" : ""}`}
            title={weak ? t.fewVisits : full}
            aria-describedby={weak ? few : undefined}
          >
            {open ? (
              <button
                type="button"
                className="behind"
                tabIndex={-1}
                aria-label={`${full ?? text}, ${t.rows.open(column.title)}`}
                onClick={() => open(row.name, column.id)}
              >
                <Bump text={text} />
              </button>
            ) : (
              <Bump text={text} full={full} />
            )}
          </td>
        );
      })}
      {row.few && (
        <td id={few} hidden>
          {t.fewVisits}
        </td>
      )}
    </tr>
  );
}

/** As tall as a table of so many rows. */
export const TableSkeleton = ({ rows }: { rows: number }) => (
  <div className="table-skeleton" aria-hidden="true">
    {Array.from({ length: rows + 1 }, (_, index) => (
      <div key={index} className="skeleton" />
    ))}
  </div>
);
