/** A view gets its name, and whether everybody sees it; one that there is can be removed. */
import { useState, type FormEvent } from "react";
import { Failure } from "../../design/Panel";
import { Sheet } from "../../design/Sheet";
import { useUndo } from "../../design/Undo";
import { api } from "../../server/call";
import { changedLines, tagged, useChanging, type Tagged } from "../changing";
import { Meanwhile } from "../Meanwhile";
import { newId } from "../once";
import type { AdminTexts } from "../../texts/en.admin";
import { useAdmin } from "../words";
import type { View } from "./Views";

interface Props {
  view: View | undefined;
  query: string;
  close: () => void;
}

/** As it was seen; without anything where there is none. */
type Seen = Partial<View> & Tagged;

const seenOf = (view: View | undefined): Seen => (view ? tagged(view) : { etag: "" });

const put = ({ id, name, query, shared }: View): Promise<unknown> => api.putOrderView({ path: { id }, body: { name, query, shared } });

export default function ViewSheet({ view, query, close }: Props) {
  const { a, t } = useAdmin();
  const v = a.ordering.views;
  const offer = useUndo();
  const [id] = useState(() => view?.id ?? newId());
  const [name, setName] = useState(view?.name ?? "");
  const [shared, setShared] = useState(view?.shared ?? false);
  const read = async (): Promise<Seen> => seenOf((await api.listOrderViews()).results.find((one) => one.id === id));
  const change = useChanging(seenOf(view), read, close);
  const { seen, before, error, busy } = change;
  const remove = (): void =>
    change.send("deleteOrderView", { path: { id } }, () => (close(), offer(v.removed(name), () => put(seen as View))));
  const ready = name.trim() !== "";
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    if (ready) change.send("putOrderView", { path: { id }, body: { name: name.trim(), query, shared } });
  };
  return (
    <Sheet title={seen.name ? v.change(seen.name) : v.title} close={close} className="act-sheet">
      <form className="sheet-body act" onSubmit={submit} noValidate>
        {before && <Meanwhile changes={differences(before, seen, a)} why={a.products.changedWhy} />}
        <label className="field">
          {v.name}
          <input value={name} maxLength={80} onChange={(event) => setName(event.target.value)} />
        </label>
        <label className="switch">
          <input type="checkbox" checked={shared} onChange={(event) => setShared(event.target.checked)} />
          {v.shared}
        </label>
        <p className="hint-line">{v.why}</p>
        {error && <Failure error={error} at={Date.now()} whole={false} retry={change.again} />}
        <p className="act-foot">
          <button type="submit" className="button primary" disabled={!ready} aria-busy={busy}>
            {before ? a.changed.still(v.keep) : v.keep}
          </button>
          {seen.etag && (
            <button type="button" className="button" aria-busy={busy} onClick={remove}>
              {v.remove}
            </button>
          )}
          <button type="button" className="button" onClick={close}>
            {before ? a.products.takeTheirs : t.kept.cancel}
          </button>
        </p>
      </form>
    </Sheet>
  );
}

const mark = (yes?: boolean): string => (yes ? "✓" : "–");

/** What is another about a view than it was, in words. */
function differences(before: Seen, now: Seen, { ordering: { views: v }, orders, changed }: AdminTexts): string[] {
  const { name = "", query = "" } = before;
  if (!now.etag) return [v.removed(name)];
  return changedLines(
    [
      [v.name, name, now.name ?? ""],
      [orders.search, query, now.query ?? ""],
      [v.shared, mark(before.shared), mark(now.shared)],
    ],
    changed.other,
  );
}
