/** Every key that there is, and the switch that turns the single ones off. */
import { useState } from "react";
import { Sheet } from "../design/Sheet";
import { useWords } from "../design/words";
import { keysAreOn, turnKeys } from "./keys";
import { PRESETS } from "./ranges";

export default function KeySheet({ close }: { close: () => void }) {
  const { t } = useWords();
  const [on, setOn] = useState(keysAreOn);
  const lists: [string, [string, string][]][] = [
    [
      t.period,
      [
        ...PRESETS.map(({ period, key }): [string, string] => [key.toUpperCase(), t.periods[period] ?? period]),
        ["← →", t.keys.step],
        ["X", t.keys.compare],
      ],
    ],
    [
      t.keys.page,
      [
        ["⌘K, Ctrl K, /", t.palette.title],
        ["Esc", t.dropFilters],
        ["?", t.keys.title],
      ],
    ],
    [
      t.keys.chart,
      [
        ["← → Home End", t.keys.read],
        ["Shift ← →", t.keys.select],
        ["Enter", t.keys.zoom],
        ["T", t.chart.table],
        ["N", t.keys.note],
      ],
    ],
  ];
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
