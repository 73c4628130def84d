/** A box that finds and does: what is typed narrows a list, arrows choose, Enter does it. */
import { useId, useState, type KeyboardEvent } from "react";
import { Sheet } from "./Sheet";
import { useWords } from "./words";

/** One thing to do; found by its title and its group. */
export interface Action {
  id: string;
  group: string;
  title: string;
  act: () => void;
}

interface Props {
  title: string;
  hint: string;
  text: string;
  setText: (text: string) => void;
  /** What was found for the text, the best first. */
  found: Action[];
  close: () => void;
}

const SHOWN_MAX = 40;

export function Finder({ title, hint, text, setText, found: all, close }: Props) {
  const { t } = useWords();
  const [at, setAt] = useState(0);
  const id = useId();
  const found = all.slice(0, SHOWN_MAX);
  const chosen = Math.min(at, found.length - 1);
  const act = (action: Action | undefined): void => {
    if (!action) return;
    close();
    action.act();
  };
  const keys = (event: KeyboardEvent): void => {
    if (event.key === "Enter") act(found[chosen]);
    else if (event.key === "ArrowDown") setAt(Math.min(found.length - 1, chosen + 1));
    else if (event.key === "ArrowUp") setAt(Math.max(0, chosen - 1));
    else return;
    event.preventDefault();
  };
  return (
    <Sheet title={title} close={close} className="centre">
      <label className="search">
        <span className="unseen">{title}</span>
        <input
          role="combobox"
          autoFocus
          aria-expanded="true"
          aria-controls={id}
          aria-autocomplete="list"
          aria-activedescendant={found[chosen] ? `${id}-${found[chosen].id}` : undefined}
          placeholder={hint}
          value={text}
          onChange={(event) => (setText(event.target.value), setAt(0))}
          onKeyDown={keys}
        />
      </label>
      <ul id={id} role="listbox" aria-label={title} className="sheet-body found" tabIndex={-1}>
        {found.map((action, index) => (
          <li
            key={action.id}
            id={`${id}-${action.id}`}
            role="option"
            aria-selected={index === chosen}
            className="menu-item"
            ref={index === chosen ? (node) => node?.scrollIntoView({ block: "nearest" }) : undefined}
            onClick={() => act(action)}
          >
            <span className="menu-name">
              <bdi>{action.title}</bdi>
            </span>
            <span className="found-of">{action.group}</span>
          </li>
        ))}
        {!found.length && <li className="empty">{t.palette.nothing}</li>}
      </ul>
    </Sheet>
  );
}

/** Those in whose title or group every word is. */
export function matching(all: Action[], text: string): Action[] {
  const words = text.toLowerCase().split(/\s+/).filter(Boolean);
  return all.filter(({ title, group }) => words.every((word) => `${title} ${group}`.toLowerCase().includes(word)));
}
