/** A sheet of every key that there is, and the switch that turns the single ones off. */
import { useState } from "react";
import { Sheet } from "./Sheet";
import { keysAreOn, turnKeys } from "./single-keys";
import { useWords } from "./words";

/** Keys, and what each does. */
export type KeyList = [title: string, keys: [key: string, what: string][]];

export function KeyLists({ lists, close }: { lists: KeyList[]; close: () => void }) {
  const { t } = useWords();
  const [on, setOn] = useState(keysAreOn);
  return (
    <Sheet title={t.keys.title} close={close} className="centre">
      <div className="sheet-body keys">
        {lists.map(([title, keys]) => (
          <section key={title}>
            <h3>{title}</h3>
            <dl>
              {keys.map(([key, what]) => (
                <div key={key}>
                  <dt>
                    <kbd>{key}</kbd>
                  </dt>
                  <dd>{what}</dd>
                </div>
              ))}
            </dl>
          </section>
        ))}
      </div>
      <label className="switch">
        <input
          type="checkbox"
          checked={on}
          onChange={(event) => {
            turnKeys(event.target.checked);
            setOn(event.target.checked);
          }}
        />
        {t.keys.single}
      </label>
    </Sheet>
  );
}
