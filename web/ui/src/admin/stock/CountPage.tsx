/** Stock counted by scanning or typing: what differs from the books is written into them, a line each, and can be taken back. */
import { useEffect, useRef, useState, type FormEvent } from "react";
import { Empty, Failure } from "../../design/Panel";
import { useUndo } from "../../design/Undo";
import { api } from "../../server/call";
import { useBulk } from "../orders/bulk";
import { newKey } from "../once";
import { Link } from "../place";
import { useAdmin } from "../words";
import { CountTable } from "./CountTable";
import { differenceOf, keep, parseEntry, readKept, withEntry, type Counted, type Setting } from "./counting";
import { lookUp } from "./lookUp";

const adjust = (line: Counted, quantity: number, reason: string, key: string): Promise<unknown> =>
  api.adjustStock({ path: { sku: line.sku }, headers: { "Idempotency-Key": key }, body: { quantity, reason } });

export default function CountPage() {
  const { a, n } = useAdmin();
  const offer = useUndo();
  // Changed from what it is by then: scans come faster than the page is drawn.
  const [all, set] = useState(readKept);
  useEffect(() => keep(all), [all]);
  const [posting, setPosting] = useState<Counted[]>([]);
  const differing = all.filter((line) => differenceOf(line) !== 0);
  const bulk = useBulk(posting, (line) => adjust(line, differenceOf(line), "count", line.key));
  const began = useRef(false);
  useEffect(() => {
    // What is to be written stands still while it is.
    if (posting.length && !began.current) bulk.go();
    began.current = posting.length > 0;
  }, [posting]);
  const written = posting.filter((line) => bulk.outcomes.get(line) === "done");
  const failed = posting.filter((line) => bulk.outcomes.get(line) instanceof Error);
  useEffect(() => {
    if (bulk.busy || !posting.length || !posting.every((line) => bulk.outcomes.has(line))) return;
    const done = new Set(written.map(({ sku }) => sku));
    set((now) => now.filter(({ sku }) => !done.has(sku)));
    if (failed.length) return;
    setPosting([]);
    offer(a.counting.finished(written.length, n.whole(written.length)), () =>
      Promise.all(written.map((line) => adjust(line, -differenceOf(line), a.counting.undoReason, `${line.key}-back`))),
    );
  }, [bulk.busy, bulk.outcomes]);
  const begin = (): void => (posting.length ? bulk.go() : setPosting(differing));
  return (
    <>
      <p className="back">
        <Link to="/admin/stock">{a.counting.back}</Link>
      </p>
      <div className="page-top">
        <h1>{a.counting.title}</h1>
      </div>
      <section className="panel count" aria-label={a.counting.title}>
        <EntryForm all={all} set={set} disabled={posting.length > 0} />
        {all.length === 0 && <Empty title={a.counting.none} why={a.counting.noneWhy} />}
        {all.length > 0 && <CountTable all={all} set={set} outcomes={bulk.outcomes} still={posting.length > 0} />}
        {posting.length > 0 && (
          <>
            <progress aria-label={a.counting.progress} value={written.length} max={posting.length} />
            <p role="status">{a.counting.done(n.whole(written.length), n.whole(posting.length))}</p>
          </>
        )}
        {all.length > 0 && (
          <p className="act-foot">
            {differing.length > 0 ? (
              <button type="button" className="button primary" aria-busy={bulk.busy} onClick={begin}>
                {failed.length && !bulk.busy ? a.counting.again : a.counting.post(differing.length, n.whole(differing.length))}
              </button>
            ) : (
              <span className="hint-line">{a.counting.same}</span>
            )}
            {!bulk.busy && (
              <button
                type="button"
                className="button"
                onClick={() => {
                  setPosting([]);
                  set([]);
                  offer(a.counting.wasReset, async () => set(all));
                }}
              >
                {a.counting.reset}
              </button>
            )}
          </p>
        )}
      </section>
    </>
  );
}

/** What came of the last entry: the SKU that it named, or none. */
interface Said {
  text: string;
  sku: string | undefined;
}

/** The field, which keeps the focus: a scanner types into it. */
function EntryForm({ all, set, disabled }: { all: Counted[]; set: Setting; disabled: boolean }) {
  const { a, n } = useAdmin();
  const field = useRef<HTMLInputElement>(null);
  const [text, setText] = useState("");
  const [said, setSaid] = useState<Said>();
  const [error, setError] = useState<Error>();
  // Scans that come while one is looked up wait for it.
  const turn = useRef(Promise.resolve());
  useEffect(() => field.current?.focus(), []);
  async function take(typed: string): Promise<void> {
    const entry = parseEntry(typed);
    if (!entry) return;
    setError(undefined);
    try {
      const stock = await lookUp(entry.text);
      setSaid({ text: entry.text, sku: stock?.sku });
      if (!stock) return;
      const line = { sku: stock.sku, name: stock.product?.name ?? null, counted: 0, on_hand: stock.on_hand, key: newKey() };
      set((now) => withEntry(now, line, entry.units));
    } catch (problem) {
      setError(problem as Error);
    }
  }
  const counted = all.find(({ sku }) => sku === said?.sku);
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    if (disabled) return;
    const typed = text;
    setText("");
    turn.current = turn.current.then(() => take(typed));
  };
  return (
    <form className="count-entry" onSubmit={submit}>
      <label className="field">
        {a.counting.field}
        <input
          ref={field}
          className="find"
          value={text}
          maxLength={200}
          placeholder={a.counting.hint}
          autoComplete="off"
          autoCapitalize="off"
          spellCheck={false}
          disabled={disabled}
          onChange={(event) => setText(event.target.value)}
        />
      </label>
      <p className="hint-line">{a.counting.help}</p>
      <p role="status" className="count-said">
        {said && !said.sku && a.counting.unknown(said.text)}
        {counted && a.counting.added(counted.sku, n.whole(counted.counted))}
        {"\u00a0"}
      </p>
      {error && <Failure error={error} at={Date.now()} whole={false} retry={() => setError(undefined)} />}
    </form>
  );
}
