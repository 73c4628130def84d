/** The filters that hold, each with a way to drop it, and the way to add one. */
import { later, Opener } from "../design/Floating";
import { Icon } from "../design/Icon";
import { useWords } from "../design/words";
import { useAccess } from "./access";
import { useGet } from "./data";
import { FilterChip, type Segment } from "./FilterChip";
import { isChosen, toggled, type View } from "./view";

const MenuPopup = later(async () => (await import("../design/MenuPopup")).MenuPopup);
const FilterMenu = later(async () => (await import("./FilterMenu")).default);

interface Props {
  view: View;
  change: (next: Partial<View>) => void;
  zone: string;
}

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
        <FilterChip
          segments={filter.name === "segment" ? segments : undefined}
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
