/** A field in which something is looked for, and what it finds below it: arrow keys go there, Enter takes it. */
import { useDeferredValue, useId, useState, type KeyboardEvent } from "react";
import { useAdmin } from "../words";
import { titleOf, useGoods, type Good } from "./goods";

export interface Found<T> {
  key: string;
  title: string;
  hint: string;
  value: T;
}

interface Props<T> {
  label: string;
  hint: string;
  text: string;
  setText: (text: string) => void;
  found: Found<T>[];
  none: string | undefined;
  take: (value: T) => void;
}

export function Picker<T>({ label, hint, text, setText, found, none, take }: Props<T>) {
  const id = useId();
  const [at, setAt] = useState(0);
  const chosen = Math.min(at, found.length - 1);
  const open = text.trim() !== "" && (found.length > 0 || none !== undefined);
  const taken = (one: Found<T> | undefined): void => {
    if (!one) return;
    take(one.value);
    setText("");
    setAt(0);
  };
  const pressed = (event: KeyboardEvent): void => {
    if (event.key === "ArrowDown") setAt(Math.min(chosen + 1, found.length - 1));
    else if (event.key === "ArrowUp") setAt(Math.max(chosen - 1, 0));
    else if (event.key === "Enter") taken(found[chosen]);
    else if (event.key === "Escape" && text) setText("");
    else return;
    event.preventDefault();
    event.stopPropagation();
  };
  return (
    <div className="picker">
      <label className="field">
        {label}
        <input
          type="search"
          role="combobox"
          aria-expanded={open}
          aria-controls={id}
          aria-autocomplete="list"
          aria-activedescendant={open && found[chosen] ? `${id}-${chosen}` : undefined}
          placeholder={hint}
          value={text}
          maxLength={200}
          autoComplete="off"
          onChange={(event) => (setText(event.target.value), setAt(0))}
          onKeyDown={pressed}
        />
      </label>
      <ul id={id} role="listbox" aria-label={label} className="picker-list" hidden={!open}>
        {open &&
          found.map((one, index) => (
            <li key={one.key} id={`${id}-${index}`} role="option" aria-selected={index === chosen} onClick={() => taken(one)}>
              <bdi>{one.title}</bdi> <span className="hint-line">{one.hint}</span>
            </li>
          ))}
      </ul>
      <p role="status" className={open && !found.length ? "hint-line" : "unseen"}>
        {open && !found.length && none}
      </p>
    </div>
  );
}

export function GoodsPicker({ take }: { take: (good: Good) => void }) {
  const { a, n } = useAdmin();
  const [text, setText] = useState("");
  const wanted = useDeferredValue(text.trim());
  const { data = [], isPlaceholderData, isPending } = useGoods(wanted);
  const settled = !isPlaceholderData && !isPending && wanted === text.trim();
  const found = settled
    ? data.map((good) => ({ key: good.sku, title: titleOf(good), hint: `${good.sku} · ${n.money(good.price)}`, value: good }))
    : [];
  return (
    <Picker
      label={a.ordering.goods.find}
      hint={a.ordering.goods.hint}
      text={text}
      setText={setText}
      found={found}
      none={settled && wanted ? a.ordering.goods.none : undefined}
      take={take}
    />
  );
}
