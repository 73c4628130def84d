/** The state of the grid: what is typed, what is being saved, what was refused, and the steps that can be taken back. */
import { useRef, useState } from "react";
import { useQueryClient } from "@tanstack/react-query";
import { api, AskError } from "../../../server/call";
import { newKey } from "../../once";
import type { Category, Product } from "../product";
import { bodyOf, columnOf, valueOf, wrongIn, type Column, type GridRow, type RowEdits, type RowErrors } from "./columns";
import { reversed, withChanges, type CellChange, type Edits } from "./changes";
import { loadRows, rowsOfAnswer } from "./load";

export interface Grid {
  edits: Edits;
  errors: ReadonlyMap<string, RowErrors>;
  saving: ReadonlySet<number>;
  /** Puts values in; those of them that are wrong are said, and not sent. */
  change: (changes: CellChange[]) => void;
  undo: () => CellChange[];
  canUndo: boolean;
  /** Saves what is typed of these products, of all without; but for those that another has changed meanwhile. */
  save: (products?: number[]) => void;
  /** Products that another has changed while something was typed: saved over, or taken as they are. */
  conflicts: ReadonlySet<number>;
  saveStill: (product: number) => void;
  /** What is there now instead of what was typed. */
  takeTheirs: (product: number) => void;
}

interface Options {
  rows: GridRow[];
  /** The rows of a product are other ones now. */
  replace: (product: number, rows: GridRow[]) => void;
  categories: Category[];
  mayStock: boolean;
  says: { wrong: (why: string) => string; meanwhile: (value: string) => string; meanwhileRow: string };
}

export function useGrid({ rows, replace, categories, mayStock, says }: Options): Grid {
  const client = useQueryClient();
  const [edits, setEdits] = useState<Edits>(new Map());
  const [errors, setErrors] = useState<ReadonlyMap<string, RowErrors>>(new Map());
  const [saving, setSaving] = useState<ReadonlySet<number>>(new Set());
  const [conflicts, setConflicts] = useState<ReadonlySet<number>>(new Set());
  const [steps, setSteps] = useState<CellChange[][]>([]);
  // What keys and answers go by, whichever comes first.
  const now = useRef({ edits, rows });
  // Products that are on their way, each with whether more was typed meanwhile that is to be saved.
  const sending = useRef(new Map<number, boolean>());
  now.current.rows = rows;

  const put = (next: Edits): void => setEdits((now.current.edits = next));
  const bySku = (): Map<string, GridRow> => new Map(now.current.rows.map((row) => [row.sku, row]));
  const say = (sku: string, next: RowErrors): void => setErrors((all) => new Map(all).set(sku, next));

  function apply(changes: CellChange[]): void {
    const known = bySku();
    put(withChanges(now.current.edits, known, changes, ({ seen }) => sending.current.has(seen.product.id)));
    setErrors((all) => {
      const next = new Map(all);
      for (const { sku, column, after } of changes) {
        const row = known.get(sku);
        const why = row && wrongIn(row, column, after, categories);
        const { [column]: _, row: __, ...rest } = next.get(sku) ?? {};
        next.set(sku, why ? { ...rest, [column]: says.wrong(why) } : rest);
      }
      return next;
    });
  }

  function change(changes: CellChange[]): void {
    const real = changes.filter(({ before, after }) => before !== after);
    if (!real.length) return;
    setSteps((all) => [...all, real]);
    apply(real);
  }

  function undo(): CellChange[] {
    const step = steps.at(-1);
    if (!step) return [];
    setSteps(steps.slice(0, -1));
    const back = reversed(step);
    apply(back);
    return back;
  }

  function save(products?: number[]): void {
    const typed = now.current.rows.filter((row) => now.current.edits.has(row.sku)).map((row) => row.seen.product.id);
    const wanted = new Set(typed.filter((id) => products?.includes(id) ?? true));
    for (const id of wanted) if (!conflicts.has(id)) void saveProduct(id);
  }

  async function saveProduct(id: number): Promise<void> {
    if (sending.current.has(id)) return void sending.current.set(id, true);
    const of = now.current.rows.filter((row) => row.seen.product.id === id);
    const typed = of.flatMap((row): [GridRow, object][] => {
      const edit = now.current.edits.get(row.sku);
      return edit ? [[row, edit]] : [];
    });
    const isWrong = ([row, edit]: [GridRow, object]): boolean =>
      Object.entries(edit).some(([column, value]) => wrongIn(row, column as Column, value as string, categories));
    if (!typed.length || typed.some(isWrong)) return;
    sending.current.set(id, false);
    setSaving((all) => new Set(all).add(id));
    let known = true;
    try {
      const answer = await send(of[0] as GridRow, typed);
      settle(id, typed, await (answer ? rowsOfAnswer(answer, mayStock) : loadRows(String(id), mayStock)));
    } catch (problem) {
      known = false;
      await refused(id, typed, problem as Error);
    } finally {
      const more = sending.current.get(id) && known;
      sending.current.delete(id);
      setSaving((all) => new Set([...all].filter((one) => one !== id)));
      if (more) void saveProduct(id);
      void client.invalidateQueries({ predicate: ({ queryKey }) => queryKey[0] !== "grid" });
    }
  }

  async function send({ seen }: GridRow, typed: [GridRow, object][]): Promise<Product | undefined> {
    const body = bodyOf(typed, categories);
    const headers = { "If-Match": seen.etag, "Idempotency-Key": newKey() };
    const change = api.changeProduct as (takes: object) => Promise<Product>;
    const answer = body && (await change({ path: { id: String(seen.product.id) }, headers, body }));
    for (const [{ sku }, edit] of typed) {
      const low = (edit as { low?: string }).low;
      if (low !== undefined)
        await api.setLowStock({ path: { sku }, headers: { "Idempotency-Key": newKey() }, body: { low_stock_at: Number(low) } });
    }
    return answer || undefined;
  }

  /** What was sent is typed no more, unless something else was typed meanwhile. */
  function settle(id: number, sent: [GridRow, object][], fresh: GridRow[]): void {
    replace(id, fresh);
    now.current.rows = now.current.rows.map((row) => fresh.find(({ sku }) => sku === row.sku) ?? row);
    const left = fresh.flatMap((row) =>
      Object.entries(now.current.edits.get(row.sku) ?? {}).map(([name, typed]): CellChange => {
        const column = name as Column;
        const was = sent.find(([{ sku }]) => sku === row.sku)?.[1] as RowEdits | undefined;
        return { sku: row.sku, column, before: "", after: typed === was?.[column] ? valueOf(row, column) : typed };
      }),
    );
    put(withChanges(now.current.edits, bySku(), left));
    for (const [{ sku }] of sent) say(sku, {});
  }

  async function refused(id: number, sent: [GridRow, object][], error: Error): Promise<void> {
    if (!(error instanceof AskError && error.status === 412)) {
      const column = columnOf(error.message);
      const at = sent.find(([, edit]) => column in edit) ?? sent[0];
      if (at) say(at[0].sku, { [column]: error.message });
      return;
    }
    const fresh = await loadRows(String(id), mayStock);
    replace(id, fresh);
    setConflicts((all) => new Set(all).add(id));
    for (const [row, edit] of sent) {
      const is = fresh.find(({ sku }) => sku === row.sku);
      const others = Object.keys(edit).filter((column) => is && valueOf(is, column as Column) !== valueOf(row, column as Column));
      const cells = others.map((column) => [column, says.meanwhile(is ? valueOf(is, column as Column) : "")]);
      say(row.sku, { row: says.meanwhileRow, ...Object.fromEntries(cells) });
    }
  }

  const decided = (id: number): void => setConflicts((all) => new Set([...all].filter((one) => one !== id)));
  function takeTheirs(id: number): void {
    decided(id);
    const next = new Map(now.current.edits);
    for (const { sku, seen } of now.current.rows) {
      if (seen.product.id !== id) continue;
      next.delete(sku);
      say(sku, {});
    }
    put(next);
  }
  const saveStill = (id: number): void => (decided(id), void saveProduct(id));
  const canUndo = steps.length > 0;
  return { edits, errors, saving, conflicts, change, undo, canUndo, save, saveStill, takeTheirs };
}
