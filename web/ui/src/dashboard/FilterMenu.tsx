/** A new filter: of what, how, and which value; the values that there are, are shown while one types. */
import { useDeferredValue, useState, type FormEvent } from "react";
import { Popup } from "../design/Popup";
import type { FloatingProps } from "../design/Floating";
import { useWords } from "../design/words";
import { useReport } from "./data";
import { listQuestion, type List } from "./questions";
import { DIMENSIONS, dimensionOf, type Test, type View } from "./view";

interface Props extends FloatingProps {
  view: View;
  change: (next: Partial<View>) => void;
  zone: string;
}

const TESTS: Test[] = ["is", "is_not", "contains", "contains_not"];
const SUGGESTIONS = 20;
// Goals and segments are chosen by their names, elsewhere.
const NAMES = Object.keys(DIMENSIONS).filter((name) => name !== "goal" && name !== "segment");

export default function FilterMenu({ view, change, zone, anchor, close }: Props) {
  const { t } = useWords();
  const [name, setName] = useState("page");
  const [test, setTest] = useState<Test>("is");
  const [value, setValue] = useState("");
  const typed = useDeferredValue(value.trim());
  const list: List = { id: name, dimension: dimensionOf(name) ?? "event:page", metrics: [{ id: "visitors", kind: "count" }] };
  const known = useReport((clock) => listQuestion({ ...view, filters: [] }, list, { limit: SUGGESTIONS, search: typed }, clock), zone);
  function add(event: FormEvent): void {
    event.preventDefault();
    if (!value) return;
    close();
    const others = view.filters.filter((one) => one.name !== name || one.test !== test);
    const same = view.filters.find((one) => one.name === name && one.test === test);
    change({ filters: [...others, { name, test, values: [...new Set([...(same?.values ?? []), value])] }] });
  }
  return (
    <Popup anchor={anchor} close={close} label={t.filter}>
      <form className="new-filter" onSubmit={add}>
        <select aria-label={t.filter} value={name} onChange={(event) => setName(event.target.value)}>
          {NAMES.map((one) => (
            <option key={one} value={one}>
              {t.of[one]}
            </option>
          ))}
        </select>
        <select
          aria-label={t.tests["is"]}
          value={test}
          onChange={(event) => setTest(TESTS.find((one) => one === event.target.value) ?? "is")}
        >
          {TESTS.map((one) => (
            <option key={one} value={one}>
              {t.tests[one]}
            </option>
          ))}
        </select>
        <input aria-label={t.of[name]} list="filter-values" value={value} onChange={(event) => setValue(event.target.value)} />
        <datalist id="filter-values">
          {known.data?.results.map((row) => (
            <option key={row.dimensions[0]} value={row.dimensions[0]} />
          ))}
        </datalist>
        <button type="submit" className="button" disabled={!value}>
          {t.apply}
        </button>
      </form>
    </Popup>
  );
}
