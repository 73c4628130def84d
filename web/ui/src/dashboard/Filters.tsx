/** The filters that hold, each with a way to drop it, and the way to add one. */
import { later, Opener } from "../design/Floating";
import { Icon } from "../design/Icon";
import { useWords } from "../design/words";
import { labelOf } from "./Breakdown";
import { useAccess } from "./access";
import { useGet } from "./data";
import { isChosen, toggled, type Chosen, type View } from "./view";

const MenuPopup = later(async () => (await import("../design/MenuPopup")).MenuPopup);
const FilterMenu = later(async () => (await import("./FilterMenu")).default);

interface Props {
  view: View;
  change: (next: Partial<View>) => void;
  zone: string;
}

/** `GET /v1/segments`. */
interface Segment {
  id: string;
  name: string;
}

const names = (segments: Segment[]): Map<string, string> => new Map(segments.map(({ id, name }) => [id, name]));

export function Filters({ view, change, zone }: Props) {
  const { t } = useWords();
  const { share } = useAccess();
  const kept = useGet<{ results: Segment[] }>("listSegments", { site_id: view.site, limit: 100 }, !share);
  const segments = kept.data?.results;
  const items = segments?.map(({ id, name }) => ({
    id,
    title: name,
    checked: isChosen(view, "segment", id),
    choose: () => change(toggled(view, "segment", id)),
  }));
  return (
    <div className="filters" role="group" aria-label={t.filters}>
      {view.filters.map((filter) => (
        <Chip
          segments={view.filters.some(({ name }) => name === "segment") ? segments : undefined}
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
      {items && items.length > 0 && (
        <Opener
          popup="menu"
          className="button add"
          content={(floating) => <MenuPopup {...floating} label={t.of["segment"] ?? ""} groups={[{ items }]} />}
        >
          {t.of["segment"]} <Icon name="down" />
        </Opener>
      )}
      {view.filters.length > 1 && (
        <button type="button" className="link" onClick={() => change({ filters: [] })}>
          {t.clearFilters}
        </button>
      )}
    </div>
  );
}

function Chip({ filter, drop, segments }: { filter: Chosen; drop: () => void; segments: Segment[] | undefined }) {
  const { t, n } = useWords();
  const name = (t.of[filter.name] ?? filter.name.replace(/^prop\./, "")).toLocaleLowerCase(n.locale);
  const of = filter.test === "is" ? name : `${name} ${t.tests[filter.test]}`;
  const values = filter.values
    .map((value) => (segments && names(segments).get(value)) ?? labelOf(filter.name, value, t, n.locale))
    .join(t.or);
  return (
    <button type="button" className="filter-chip" aria-label={t.removeFilter(of, values)} title={values} onClick={drop}>
      <span className="chip-of">{of}</span> <bdi>{values}</bdi>
      <Icon name="close" />
    </button>
  );
}
