/** A filter that holds, and the way to drop it. */
import { Icon } from "../design/Icon";
import { useWords } from "../design/words";
import { labelOf } from "./labels";
import type { Chosen } from "./view";

/** `GET /v1/segments`. */
export interface Segment {
  id: string;
  name: string;
}

interface Props {
  filter: Chosen;
  drop: () => void;
  /** By which the filter's values are called. */
  segments?: Segment[] | undefined;
}

export function FilterChip({ filter, drop, segments }: Props) {
  const { t, n } = useWords();
  const name = (t.of[filter.name] ?? filter.name.replace(/^prop\./, "")).toLocaleLowerCase(n.locale);
  const of = filter.test === "is" ? name : `${name} ${t.tests[filter.test]}`;
  const values = filter.values
    .map((value) => segments?.find(({ id }) => id === value)?.name ?? labelOf(filter.name, value, t, n.locale))
    .join(t.or);
  return (
    <button type="button" className="filter-chip" aria-label={t.removeFilter(of, values)} title={values} onClick={drop}>
      <span className="chip-of">{of}</span> <bdi>{values}</bdi>
      <Icon name="close" />
    </button>
  );
}
