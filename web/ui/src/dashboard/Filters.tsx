/** The filters that hold, each with a way to drop it, and the way to add one. */
import { later, Opener } from "../design/Floating";
import { Icon } from "../design/Icon";
import { useWords } from "../design/words";
import { labelOf } from "./Breakdown";
import type { Chosen, View } from "./view";

const FilterMenu = later(async () => (await import("./FilterMenu")).default);

interface Props {
  view: View;
  change: (next: Partial<View>) => void;
  zone: string;
}

export function Filters({ view, change, zone }: Props) {
  const { t } = useWords();
  return (
    <div className="filters" role="group" aria-label={t.filters}>
      {view.filters.map((filter) => (
        <Chip
          key={`${filter.name}${filter.test}`}
          filter={filter}
          drop={() => change({ filters: view.filters.filter((one) => one !== filter) })}
        />
      ))}
      <Opener
        popup="dialog"
        className="button add"
        content={(floating) => <FilterMenu {...floating} view={view} change={change} zone={zone} />}
      >
        <Icon name="plus" /> {t.filter}
      </Opener>
      {view.filters.length > 1 && (
        <button type="button" className="link" onClick={() => change({ filters: [] })}>
          {t.clearFilters}
        </button>
      )}
    </div>
  );
}

function Chip({ filter, drop }: { filter: Chosen; drop: () => void }) {
  const { t, n } = useWords();
  const name = (t.of[filter.name] ?? filter.name.replace(/^prop\./, "")).toLocaleLowerCase(n.locale);
  const of = filter.test === "is" ? name : `${name} ${t.tests[filter.test]}`;
  const values = filter.values.map((value) => labelOf(filter.name, value, t, n.locale)).join(t.or);
  return (
    <button type="button" className="filter-chip" aria-label={t.removeFilter(of, values)} title={values} onClick={drop}>
      <span className="chip-of">{of}</span> <bdi>{values}</bdi>
      <Icon name="close" />
    </button>
  );
}
