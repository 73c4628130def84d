/** The categories in one, each with those in it below. */
import { useState, type FormEvent } from "react";
import { Icon } from "../../../design/Icon";
import { Link } from "../../place";
import { useAdmin } from "../../words";
import { inTree, type Category } from "../product";
import { isIn, siblings } from "./tree";

export interface Acts {
  rename: (category: Category, name: string) => void;
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
        <Rename category={category} close={() => setRenaming(false)} rename={(next) => acts.rename(category, next)} />
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

function Rename({ category, close, rename }: { category: Category; close: () => void; rename: (name: string) => void }) {
  const { a, t } = useAdmin();
  const { tree: c, save } = a.products;
  const [name, setName] = useState(category.name);
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    if (name.trim() && name.trim() !== category.name) rename(name.trim());
    close();
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
      <button type="submit" className="button primary">
        {save}
      </button>
      <button type="button" className="button" onClick={close}>
        {t.kept.cancel}
      </button>
    </form>
  );
}
