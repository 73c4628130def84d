/** The categories in one, each with those in it below. */
import { useState, type FormEvent } from "react";
import { Icon } from "../../../design/Icon";
import { Failure } from "../../../design/Panel";
import { tagged, useChanging } from "../../changing";
import { Meanwhile } from "../../Meanwhile";
import { Link } from "../../place";
import { useAdmin } from "../../words";
import { inTree, type Category } from "../product";
import { differences, isIn, readAgain, siblings } from "./tree";

export interface Acts {
  /** Another name is what it has now. */
  renamed: (before: Category, made: Category) => void;
  put: (category: Category, parent: number | null) => void;
  step: (category: Category, by: number) => void;
  remove: (category: Category) => void;
}

interface Props {
  all: Category[];
  parent: number | null;
  acts: Acts;
}

export function Branch({ all, parent, acts }: Props) {
  const here = siblings(all, { parent_id: parent });
  if (!here.length) return null;
  return (
    <ul className="tree">
      {here.map((category, index) => (
        <li key={category.id} data-category={category.slug}>
          <Row all={all} category={category} first={index === 0} last={index === here.length - 1} acts={acts} />
          <Branch all={all} parent={category.id} acts={acts} />
        </li>
      ))}
    </ul>
  );
}

interface RowProps {
  all: Category[];
  category: Category;
  first: boolean;
  last: boolean;
  acts: Acts;
}

function Row({ all, category, first, last, acts }: RowProps) {
  const { a, n } = useAdmin();
  const { tree: c } = a.products;
  const [renaming, setRenaming] = useState(false);
  const { name, count = 0 } = category;
  return (
    <div className="tree-row">
      {renaming ? (
        <Rename all={all} category={category} close={() => setRenaming(false)} renamed={acts.renamed} />
      ) : (
        <span className="tree-name">
          <Link to={`/admin/products?category=${encodeURIComponent(category.slug)}`}>
            <bdi>{name}</bdi>
          </Link>
          <span className="hint-line">
            {c.products(count, n.whole(count))} · <code>{category.slug}</code>
          </span>
        </span>
      )}
      <span className="tree-acts">
        <button
          type="button"
          className="icon-button"
          aria-label={c.rename(name)}
          title={c.rename(name)}
          onClick={() => setRenaming(!renaming)}
        >
          <Icon name="edit" />
        </button>
        <button
          type="button"
          className="icon-button"
          aria-label={c.up(name)}
          title={c.up(name)}
          disabled={first}
          onClick={() => acts.step(category, -1)}
        >
          <Icon name="up" />
        </button>
        <button
          type="button"
          className="icon-button"
          aria-label={c.down(name)}
          title={c.down(name)}
          disabled={last}
          onClick={() => acts.step(category, 1)}
        >
          <Icon name="down" />
        </button>
        <select
          aria-label={c.move(name)}
          value={category.parent_id ?? ""}
          onChange={(event) => acts.put(category, event.target.value ? Number(event.target.value) : null)}
        >
          <option value="">{c.top}</option>
          {inTree(all)
            .filter((one) => !isIn(all, one.category, category))
            .map((one) => (
              <option key={one.category.id} value={one.category.id}>
                {"\u2003".repeat(one.depth) + one.category.name}
              </option>
            ))}
        </select>
        <button
          type="button"
          className="icon-button"
          aria-label={c.remove(name)}
          title={c.remove(name)}
          onClick={() => acts.remove(category)}
        >
          <Icon name="close" />
        </button>
      </span>
    </div>
  );
}

interface RenameProps {
  all: Category[];
  category: Category;
  close: () => void;
  renamed: Acts["renamed"];
}

function Rename({ all, category, close, renamed }: RenameProps) {
  const { a, t } = useAdmin();
  const { tree: c, save, takeTheirs, changedWhy } = a.products;
  const [name, setName] = useState(category.name);
  const change = useChanging(tagged(category), () => readAgain(category));
  const { seen, before, busy, error, again } = change;
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    if (!name.trim() || name.trim() === seen.name) return close();
    change.send("changeCategory", { path: { id: category.id }, body: { name: name.trim() } }, (made) => {
      close();
      renamed(seen, made as Category);
    });
  };
  return (
    <form className="tree-rename" onSubmit={submit} onKeyDown={(event) => event.key === "Escape" && close()}>
      <input
        autoFocus
        aria-label={c.rename(category.name)}
        value={name}
        maxLength={255}
        onChange={(event) => setName(event.target.value)}
      />
      <button type="submit" className="button primary" aria-busy={busy}>
        {before ? a.changed.still(save) : save}
      </button>
      <button type="button" className="button" onClick={close}>
        {before ? takeTheirs : t.kept.cancel}
      </button>
      {before && <Meanwhile changes={differences(before, seen, all, a)} why={changedWhy} />}
      {error && <Failure error={error} at={Date.now()} whole={false} retry={again} />}
    </form>
  );
}
