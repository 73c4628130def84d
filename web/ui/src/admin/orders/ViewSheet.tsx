/** A view gets its name, and whether everybody sees it; one that there is can be removed. */
import { useState, type FormEvent } from "react";
import { Failure } from "../../design/Panel";
import { Sheet } from "../../design/Sheet";
import { useUndo } from "../../design/Undo";
import { api } from "../../server/call";
import { newId, useOnce } from "../once";
import { useAdmin } from "../words";
import { useViews, type View } from "./Views";

interface Props {
  view: View | undefined;
  query: string;
  close: () => void;
}

const put = (id: string, { name, query, shared }: Omit<View, "id">): Promise<unknown> =>
  api.putOrderView({ path: { id }, body: { name, query, shared } });

export default function ViewSheet({ view, query, close }: Props) {
  const { a, t } = useAdmin();
  const { again } = useViews();
  const offer = useUndo();
  const [id] = useState(() => view?.id ?? newId());
  const [name, setName] = useState(view?.name ?? "");
  const [shared, setShared] = useState(view?.shared ?? false);
  const keeping = useOnce("putOrderView", close);
  const removing = useOnce("deleteOrderView", () => {
    close();
    if (view) offer(a.ordering.views.removed(view.name), () => put(view.id, view).then(again));
  });
  const ready = name.trim() !== "";
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    if (ready) keeping.send({ path: { id }, body: { name: name.trim(), query, shared } });
  };
  const error = keeping.error ?? removing.error;
  return (
    <Sheet title={view ? a.ordering.views.change(view.name) : a.ordering.views.title} close={close} className="act-sheet">
      <form className="sheet-body act" onSubmit={submit} noValidate>
        <label className="field">
          {a.ordering.views.name}
          <input value={name} maxLength={80} onChange={(event) => setName(event.target.value)} />
        </label>
        <label className="switch">
          <input type="checkbox" checked={shared} onChange={(event) => setShared(event.target.checked)} />
          {a.ordering.views.shared}
        </label>
        <p className="hint-line">{a.ordering.views.why}</p>
        {error && (
          <Failure error={error} at={Date.now()} whole={false} retry={() => (keeping.error ? keeping.again() : removing.again())} />
        )}
        <p className="act-foot">
          <button type="submit" className="button primary" disabled={!ready} aria-busy={keeping.busy}>
            {a.ordering.views.keep}
          </button>
          {view && (
            <button type="button" className="button" aria-busy={removing.busy} onClick={() => removing.send({ path: { id: view.id } })}>
              {a.ordering.views.remove}
            </button>
          )}
          <button type="button" className="button" onClick={close}>
            {t.kept.cancel}
          </button>
        </p>
      </form>
    </Sheet>
  );
}
