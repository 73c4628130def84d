/** The one table of the page: names with a bar of their share behind them, numbers at the right. A whole row is a button where a row can be chosen. */
import { useId, type CSSProperties } from "react";
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
  sort?: { by: string; direction: "asc" | "desc"; change: (by: string) => void } | undefined;
  /** Of what the bars are a share: the largest value unless it is given. */
  most?: number | undefined;
}

export function Table({ label, of, columns, rows, choose, sort, most }: Props) {
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
      <tbody>
        {rows.map((row, index) => (
          <Row key={`${row.name}\n${index}`} row={row} columns={columns} share={Math.abs(amountOf(row.values[0])) / top} choose={choose} />
        ))}
      </tbody>
    </table>
  );
}

function Head({ column, sort }: { column: Column; sort: Props["sort"] }) {
  const { t } = useWords();
  const sorted = sort?.by === column.id ? sort.direction : undefined;
  const order = sorted && (sorted === "asc" ? "ascending" : "descending");
  return (
    <th scope="col" className="num" aria-sort={order}>
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

function Row({ row, columns, share, choose }: { row: TableRow; columns: Column[]; share: number; choose: Props["choose"] }) {
  const { t, n } = useWords();
  const label = row.label ?? row.name;
  const few = useId();
  return (
    <tr className={row.chosen ? "row chosen" : "row"} data-name={row.name}>
      <th scope="row">
        <span className="share" style={{ "--share": share.toFixed(4), "--columns": columns.length } as CSSProperties} />
        {choose ? (
          <button type="button" className="row-name" title={label} aria-pressed={row.chosen ?? false} onClick={() => choose(row.name)}>
            <bdi>{label}</bdi>
          </button>
        ) : (
          <span className="row-name" title={label}>
            <bdi>{label}</bdi>
          </span>
        )}
      </th>
      {columns.map((column, index) => {
        const { text, full } = n.show(column.kind, row.values[index]);
        const weak = row.few && (column.kind === "percent" || column.kind === "duration");
        return (
          <td
            key={column.id}
            className={weak ? "num row-number weak" : "num row-number"}
            title={weak ? t.fewVisits : full}
            aria-describedby={weak ? few : undefined}
          >
            <Bump text={text} full={full} />
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
