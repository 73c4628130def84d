/** Which site is meant: that of the address, else the shop's; nothing to choose where there is one alone. */
import { useQueryOf } from "../place";
import { useAdmin } from "../words";
import { useSites } from "../sites";
import { shopSite } from "../when";

export function useSite(): { site: string; zone: string } {
  const [query] = useQueryOf();
  const sites = useSites().data ?? [];
  const found = sites.find(({ id }) => id === query.get("site")) ?? sites.find(({ id }) => id === shopSite()) ?? sites[0];
  return { site: found?.id ?? "", zone: found?.timezone ?? "UTC" };
}

export function SiteChoice() {
  const { a } = useAdmin();
  const [, change] = useQueryOf();
  const { site } = useSite();
  const sites = useSites().data ?? [];
  if (sites.length < 2) return null;
  return (
    <select aria-label={a.events.site} value={site} onChange={(event) => change({ site: event.target.value })}>
      {sites.map(({ id }) => (
        <option key={id}>{id}</option>
      ))}
    </select>
  );
}
