/** A new filter of the page. */
import { useState, type FormEvent } from "react";
import { Popup } from "../design/Popup";
import type { FloatingProps } from "../design/Floating";
import { useWords } from "../design/words";
import { FilterFields, filterOf, type Next } from "./FilterFields";
import { added, DIMENSIONS, type View } from "./view";

interface Props extends FloatingProps {
  view: View;
  change: (next: Partial<View>) => void;
  zone: string;
}

// Goals and segments are chosen by their names, elsewhere.
const NAMES = Object.keys(DIMENSIONS).filter((name) => name !== "goal" && name !== "segment");

export default function FilterMenu({ view, change, zone, anchor, close }: Props) {
  const { t } = useWords();
  const [next, setNext] = useState<Next>({ name: "page", test: "is", value: "" });
  function add(event: FormEvent): void {
    event.preventDefault();
    if (!next.value) return;
    close();
    change({ filters: added(view.filters, filterOf(next)) });
  }
  return (
    <Popup anchor={anchor} close={close} label={t.filter}>
      <form className="new-filter" onSubmit={add}>
        <FilterFields view={view} zone={zone} names={NAMES} next={next} set={setNext} />
        <button type="submit" className="button" disabled={!next.value}>
          {t.apply}
        </button>
      </form>
    </Popup>
  );
}
