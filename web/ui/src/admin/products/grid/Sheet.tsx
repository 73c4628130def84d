/** The grid itself: one cell is where one is, arrow keys and Tab lead on, what is typed goes in, and blocks are copied and pasted. */
import { useEffect, useRef, useState, type ClipboardEvent, type KeyboardEvent, type MouseEvent } from "react";
import { Icon } from "../../../design/Icon";
import { ListBody } from "../../ListBody";
import { useAdmin } from "../../words";
import type { Category } from "../product";
import { shownIn, type CellChange } from "./changes";
import { COLUMNS, isEditable, meant, type GridRow } from "./columns";
import { Line } from "./Line";
import { block, inBlock, moveOf, pasted, placeOf, type Place } from "./moving";
import { useLatest } from "./useLatest";
import { parseBlock, writeBlock } from "./tsv";
import { useGrid } from "./useGrid";

interface Props {
  rows: GridRow[];
  /** Reads on; not there where all is read. */
  more: (() => void) | undefined;
  replace: (product: number, rows: GridRow[]) => void;
  categories: Category[];
  mayStock: boolean;
}

/** What is pasted, and the block that is chosen for it. */
type Pasting = [cells: string[][], one: Place, other: Place];

export function Sheet({ rows, more, replace, categories, mayStock }: Props) {
  const { a, n, t } = useAdmin();
  const p = a.products;
  const table = useRef<HTMLTableElement>(null);
  const [at, setAt] = useState<Place>({ row: 0, column: 0 });
  const [anchor, setAnchor] = useState<Place>();
  const [editing, setEditing] = useState<string>();
  const [said, setSaid] = useState("");
  // It goes in once all the rows that it takes are read.
  const [pasting, setPasting] = useState<Pasting>();
  const says = { wrong: (why: string) => p.wrong[why] ?? why, meanwhile: p.isNow, meanwhileRow: p.meanwhileRow };
  const grid = useGrid({ rows, replace, categories, mayStock, says });
  const known = { categories, statuses: p.statuses };
  const moved = useRef(false);
  const here = rows[at.row];
  const column = COLUMNS[at.column] ?? "name";

  useEffect(() => {
    if (!moved.current || editing !== undefined) return;
    moved.current = false;
    table.current?.querySelector<HTMLElement>(`[data-cell="${placeOf(at)}"]`)?.focus();
  }, [at, editing]);

  /** To another cell; the product that is left is saved. */
  function go(next: Place, extend = false): void {
    moved.current = true;
    setAnchor(extend ? (anchor ?? at) : undefined);
    const [left, come] = [here?.seen.product.id, rows[next.row]?.seen.product.id];
    if (left !== undefined && left !== come) grid.save([left]);
    setAt(next);
  }
  const cell = (place: Place, value: string): CellChange | undefined => {
    const [row, of] = [rows[place.row], COLUMNS[place.column]];
    if (!row || !of || !isEditable(row, of, mayStock)) return undefined;
    return { sku: row.sku, column: of, before: shownIn(row, of, grid.edits), after: meant(of, value, known) };
  };
  const putAll = (cells: [Place, string][]): CellChange[] => cells.flatMap(([place, value]) => cell(place, value) ?? []);
  const productsOf = (changes: CellChange[]): number[] =>
    changes.flatMap(({ sku }) => rows.find((row) => row.sku === sku)?.seen.product.id ?? []);

  useEffect(() => {
    if (!pasting) return;
    const [cells, one, other] = pasting;
    if (more && Math.min(one.row, other.row) + cells.length > rows.length) return more();
    setPasting(undefined);
    const changes = putAll(pasted(cells, one, other, { rows: rows.length }));
    grid.change(changes);
    grid.save(productsOf(changes));
    setSaid(p.gridPasted(changes.length, n.whole(changes.length)));
  }, [pasting, rows, !more]);

  const commit = useLatest((value: string, key: string, shift: boolean): void => {
    setEditing(undefined);
    grid.change(putAll([[at, value]]));
    moved.current = true;
    const step = key && moveOf(key, shift, at, { rows: rows.length, rtl: false });
    if (step) go(step);
    else if (key) setAt({ ...at });
  });
  const cancel = useLatest((): void => ((moved.current = true), setEditing(undefined)));
  const decide = useLatest((product: number, still: boolean): void => (still ? grid.saveStill(product) : grid.takeTheirs(product)));
  function undo(): void {
    const back = grid.undo();
    if (!back.length) return;
    grid.save(productsOf(back));
    setSaid(p.gridUndone(back.length, n.whole(back.length)));
  }
  function keys(event: KeyboardEvent): void {
    if (editing !== undefined) return;
    const command = event.ctrlKey || event.metaKey;
    const act = (work: () => void): void => (event.preventDefault(), event.stopPropagation(), work());
    if (command && event.key.toLowerCase() === "z") return act(undo);
    if (command && event.key.toLowerCase() === "s") return act(() => grid.save());
    if (command && !["Home", "End"].includes(event.key)) return;
    const next = moveOf(event.key, event.shiftKey, at, { rows: rows.length, rtl: t.dir === "rtl", command });
    const isEdit = event.key === "Enter" || event.key === "F2";
    const may = here && isEditable(here, column, mayStock);
    if (isEdit && may) return act(() => setEditing(shownIn(here, column, grid.edits)));
    if (isEdit) return act(() => undefined);
    if (next) return act(() => go(next, event.shiftKey && event.key !== "Tab"));
    if (event.key === "Escape") return setAnchor(undefined);
    if (event.key === "Delete" || event.key === "Backspace") {
      return act(() =>
        grid.change(
          putAll(
            block(anchor ?? at, at)
              .flat()
              .map((place) => [place, ""]),
          ),
        ),
      );
    }
    if (may && event.key.length === 1 && !event.altKey) {
      const choice = column === "status" || column === "category";
      act(() => setEditing(choice ? shownIn(here, column, grid.edits) : event.key));
    }
  }
  function copy(event: ClipboardEvent): void {
    if (editing !== undefined) return;
    event.preventDefault();
    const texts = block(anchor ?? at, at).map((line) =>
      line.map((place) => {
        const [row, of] = [rows[place.row], COLUMNS[place.column]];
        return row && of ? shownIn(row, of, grid.edits) : "";
      }),
    );
    event.clipboardData.setData("text/plain", writeBlock(texts));
  }
  function paste(event: ClipboardEvent): void {
    if (editing !== undefined) return;
    event.preventDefault();
    setPasting([parseBlock(event.clipboardData.getData("text/plain")), anchor ?? at, at]);
  }
  const click = (event: MouseEvent): void => {
    const place = (event.target as Element).closest<HTMLElement>("[data-cell]")?.dataset["cell"]?.split(":").map(Number);
    if (!place || (event.target as Element).closest("input, select")) return;
    go({ row: place[0] ?? 0, column: place[1] ?? 0 }, event.shiftKey);
  };
  const edit = (event: MouseEvent): void => {
    if (here && (event.target as Element).closest("[data-cell]") && isEditable(here, column, mayStock))
      setEditing(shownIn(here, column, grid.edits));
  };
  const waiting = grid.edits.size;
  return (
    <>
      <div className="grid-tools">
        <button type="button" className="button" disabled={!grid.canUndo} onClick={undo}>
          {t.undo}
        </button>
        <button type="button" className="button" disabled={!waiting} onClick={() => grid.save()}>
          {p.save}
        </button>
        <p className="hint-line" role="status">
          {grid.saving.size > 0 ? p.gridSaving : waiting ? p.gridWaiting(waiting, n.whole(waiting)) : said || p.gridSaved}
        </p>
      </div>
      <div className="grid-scroll">
        <table
          ref={table}
          role="grid"
          className="table grid"
          aria-label={p.sub.grid}
          aria-rowcount={more ? -1 : rows.length + 1}
          onKeyDown={keys}
          onCopy={copy}
          onPaste={paste}
          onClick={click}
          onDoubleClick={edit}
          onBlur={(event) => !event.currentTarget.contains(event.relatedTarget) && editing === undefined && grid.save()}
        >
          <thead>
            <tr aria-rowindex={1}>
              <th scope="col">SKU</th>
              {COLUMNS.map((one) => (
                <th key={one} scope="col" className={`col-${one}`}>
                  {p.columns[one]}
                </th>
              ))}
            </tr>
          </thead>
          <ListBody items={rows} here={at.row}>
            {(row, index) => {
              const product = row.seen.product.id;
              const inRow = anchor !== undefined && inBlock({ row: index, column: at.column }, anchor, at);
              return (
                <Line
                  key={row.sku}
                  row={row}
                  index={index}
                  edits={grid.edits.get(row.sku)}
                  errors={grid.errors.get(row.sku)}
                  saving={grid.saving.has(product)}
                  conflict={row.lead && grid.conflicts.has(product)}
                  decide={decide}
                  mayStock={mayStock}
                  categories={categories}
                  here={at.row === index ? at.column : -1}
                  from={inRow ? Math.min(anchor.column, at.column) : -1}
                  to={inRow ? Math.max(anchor.column, at.column) : -1}
                  editing={at.row === index ? editing : undefined}
                  commit={commit}
                  cancel={cancel}
                />
              );
            }}
          </ListBody>
        </table>
      </div>
      <p className="hint-line grid-keys">
        <Icon name="table" /> {p.gridKeys}
      </p>
    </>
  );
}
