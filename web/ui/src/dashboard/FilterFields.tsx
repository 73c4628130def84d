/** A filter in the making: of what, how, and which value; the values that there are, are shown while one types. */
import { useDeferredValue, useId } from "react";
import { useWords } from "../design/words";
import { useReport } from "./data";
import { labelOf } from "./labels";
import { listQuestion, type List } from "./questions";
import { dimensionOf, type Chosen, type Test, type View } from "./view";

/** One that is not whole yet. */
export interface Next {
  name: string;
  test: Test;
  value: string;
}

interface Props {
  view: Pick<View, "site" | "period">;
  zone: string;
  /** Of what there may be one, by the short names of dimensions. */
  names: string[];
  next: Next;
  set: (next: Next) => void;
}

const TESTS: Test[] = ["is", "is_not", "contains", "contains_not"];
const SUGGESTIONS = 20;

/** It as a filter of one value. */
export const filterOf = ({ name, test, value }: Next): Chosen => ({ name, test, values: [value] });

export function FilterFields({ view, zone, names, next, set }: Props) {
  const { t, n } = useWords();
  const known = useId();
  const { name, test, value } = next;
  const typed = useDeferredValue(value.trim());
  const list: List = { id: name, dimension: dimensionOf(name) ?? "event:page", metrics: [{ id: "visitors", kind: "count" }] };
  const found = useReport((clock) => listQuestion({ ...view, filters: [] }, list, { limit: SUGGESTIONS, search: typed }, clock), zone);
  return (
    <>
      <select aria-label={t.filter} value={name} onChange={(event) => set({ ...next, name: event.target.value })}>
        {names.map((one) => (
          <option key={one} value={one}>
            {t.of[one]}
          </option>
        ))}
      </select>
      <select
        aria-label={t.tests["is"]}
        value={test}
        onChange={(event) => set({ ...next, test: TESTS.find((one) => one === event.target.value) ?? "is" })}
      >
        {TESTS.map((one) => (
          <option key={one} value={one}>
            {t.tests[one]}
          </option>
        ))}
      </select>
      <input aria-label={t.of[name]} list={known} value={value} onChange={(event) => set({ ...next, value: event.target.value })} />
      <datalist id={known}>
        {found.data?.results.map(({ dimensions: [one = ""] }) => (
          <option key={one} value={one} label={labelOf(name, one, t, n.locale)} />
        ))}
      </datalist>
    </>
  );
}
