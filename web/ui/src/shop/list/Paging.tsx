/** The order of a list and its pages; both are in the address. */
import { go } from "../navigation";
import { SORTS, type List } from "../types";
import { useWords } from "../words";

/** The address of a page of a list; what goes without saying is left out. */
function addressOf(path: string, values: Record<string, string | number | undefined>): string {
  const [base = "", query = ""] = path.split("?");
  const search = new URLSearchParams(query);
  for (const [name, value] of Object.entries(values)) if (value) search.set(name, String(value));
  const text = search.toString();
  return text ? `${base}?${text}` : base;
}

const sortOf = (list: List): string | undefined => (list.sort === SORTS[0] ? undefined : list.sort);

export function SortMenu({ list, path }: { list: List; path: string }) {
  const { t } = useWords();
  if (list.total < 2) return null;
  return (
    <label className="sort">
      <span className="soft">{t.sort}</span>
      <select
        value={list.sort}
        onChange={({ currentTarget: { value } }) => void go(addressOf(path, { sort: value === SORTS[0] ? undefined : value }))}
      >
        {SORTS.map((one) => (
          <option key={one} value={one}>
            {t.sorts[one]}
          </option>
        ))}
      </select>
    </label>
  );
}

export function Pager({ list, path }: { list: List; path: string }) {
  const { t } = useWords();
  if (list.pages < 2) return null;
  const at = (page: number): string => addressOf(path, { sort: sortOf(list), page: page === 1 ? undefined : page });
  return (
    <nav className="pager" aria-label={t.pages}>
      {list.page > 1 && (
        <a className="button quiet" rel="prev" href={at(list.page - 1)}>
          {t.before}
        </a>
      )}
      <span>{t.pageOf(list.page, list.pages)}</span>
      {list.page < list.pages && (
        <a className="button quiet" rel="next" href={at(list.page + 1)}>
          {t.next}
        </a>
      )}
    </nav>
  );
}
