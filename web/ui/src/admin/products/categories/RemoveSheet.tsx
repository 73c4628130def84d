/** A category goes in which there is something: it says where that goes. */
import { Failure } from "../../../design/Panel";
import { Sheet } from "../../../design/Sheet";
import { useOnce } from "../../once";
import { useAdmin } from "../../words";
import type { Category } from "../product";

interface Props {
  category: Category;
  all: Category[];
  close: () => void;
  done: () => void;
}

export default function RemoveSheet({ category, all, close, done }: Props) {
  const { a, n, t } = useAdmin();
  const c = a.products.tree;
  const once = useOnce("deleteCategory", done);
  const to = all.find(({ id }) => id === category.parent_id)?.name ?? c.removeTop;
  const count = category.count ?? 0;
  const remove = (): void => once.send({ path: { id: category.id } });
  return (
    <Sheet title={c.removeTitle(category.name)} close={close} className="act-sheet">
      <div className="sheet-body act">
        <p>{c.removeWhy(count, n.whole(count), to)}</p>
        {once.error && <Failure error={once.error} at={Date.now()} whole={false} retry={remove} />}
        <p className="act-foot">
          <button type="button" className="button primary" aria-busy={once.busy} onClick={remove}>
            {c.removeGo}
          </button>
          <button type="button" className="button" onClick={close}>
            {t.kept.cancel}
          </button>
        </p>
      </div>
    </Sheet>
  );
}
