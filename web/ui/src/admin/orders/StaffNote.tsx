/** What whoever runs the shop notes of an order for each other; it can be taken back. */
import { useState, type FormEvent } from "react";
import { Failure } from "../../design/Panel";
import { useUndo } from "../../design/Undo";
import { api } from "../../server/call";
import { useAdmin } from "../words";
import { useChange } from "./change";
import type { Seen } from "./order";

export function StaffNote({ seen }: { seen: Seen }) {
  const { a } = useAdmin();
  const { staff_note: note } = seen.order;
  const [of, setOf] = useState<Seen>();
  return (
    <section className="panel" aria-label={a.ordering.note.staff}>
      <h2>{a.ordering.note.staff}</h2>
      {of ? (
        <NoteForm seen={of} close={() => setOf(undefined)} />
      ) : (
        <>
          <p className={note ? "note-text" : "hint-line"}>{note ?? a.ordering.note.none}</p>
          {seen.order.status !== "accepted" && (
            <p>
              <button type="button" className="button small" onClick={() => setOf(seen)}>
                {note ? a.ordering.amend.act : a.ordering.note.write}
              </button>
            </p>
          )}
        </>
      )}
    </section>
  );
}

function NoteForm({ seen: first, close }: { seen: Seen; close: () => void }) {
  const { t, a } = useAdmin();
  const offer = useUndo();
  const before = first.order.staff_note ?? null;
  const [text, setText] = useState(before ?? "");
  const note = text.trim() || null;
  const { id } = first.order;
  const change = useChange(first, () => {
    close();
    offer(a.ordering.note.saved, () => api.amendOrder({ path: { id }, body: { staff_note: before } }));
  });
  const { seen, error, busy } = change;
  const meanwhile = change.before && seen.order.staff_note !== change.before.order.staff_note;
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    if (note !== before) change.send("amendOrder", { staff_note: note });
  };
  return (
    <form className="act-form" onSubmit={submit}>
      {change.before && (
        <div className="meanwhile" role="alert">
          <p>
            <strong>{a.changed.title}</strong>
          </p>
          {meanwhile && <p className="note-text">{seen.order.staff_note ?? a.ordering.note.none}</p>}
        </div>
      )}
      <label className="field">
        {a.ordering.note.label}
        <textarea rows={4} value={text} maxLength={2000} autoFocus onChange={(event) => setText(event.target.value)} />
      </label>
      {error && <Failure error={error} at={Date.now()} whole={false} retry={() => change.send("amendOrder", { staff_note: note })} />}
      <p className="act-foot">
        <button type="submit" className="button primary" disabled={note === before} aria-busy={busy}>
          {change.before ? a.changed.still(a.ordering.note.save) : a.ordering.note.save}
        </button>
        <button type="button" className="button" onClick={close}>
          {t.kept.cancel}
        </button>
      </p>
    </form>
  );
}
