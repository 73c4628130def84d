/** A category goes in which there is something: it says where that goes. */
import { Failure } from "../../../design/Panel";
import { Sheet } from "../../../design/Sheet";
import { tagged, useChanging } from "../../changing";
import { Meanwhile } from "../../Meanwhile";
import { useAdmin } from "../../words";
import type { Category } from "../product";
import { differences, readAgain } from "./tree";

interface Props {
  category: Category;
  all: Category[];
  close: () => void;
  done: () => void;
}

export default function RemoveSheet({ category, all, close, done }: Props) {
  const { a, n, t } = useAdmin();
  const c = a.products.tree;
  const { seen, before, busy, error, send } = useChanging(tagged(category), () => readAgain(category), done);
  const to = all.find(({ id }) => id === seen.parent_id)?.name ?? c.removeTop;
  const count = seen.count ?? 0;
  const remove = (): void => send("deleteCategory", { path: { id: category.id } });
  return (
    <Sheet title={c.removeTitle(category.name)} close={close} className="act-sheet">
      <div className="sheet-body act">
        {before && <Meanwhile changes={differences(before, seen, all, a)} />}
        <p>{c.removeWhy(count, n.whole(count), to)}</p>
        {error && <Failure error={error} at={Date.now()} whole={false} retry={remove} />}
        <p className="act-foot">
          <button type="button" className="button primary" aria-busy={busy} onClick={remove}>
            {before ? a.changed.still(c.removeGo) : c.removeGo}
          </button>
          <button type="button" className="button" onClick={close}>
            {t.kept.cancel}
          </button>
        </p>
      </div>
    </Sheet>
  );
}
