/** What came and did not count: by reason, country and day, of one site and a time. */
import { Tabs } from "../../design/Panel";
import Drops from "../../dashboard/views/Drops";
import { useQueryOf } from "../place";
import { useAdmin } from "../words";
import { SiteChoice, useSite } from "./SiteChoice";

export function DropsPage() {
  const { a } = useAdmin();
  const [query, change] = useQueryOf();
  const { site, zone } = useSite();
  const ranges = Object.entries(a.events.drops.ranges);
  const asked = query.get("range") ?? "";
  const period = asked in a.events.drops.ranges ? asked : "30d";
  return (
    <>
      <div className="list-tools">
        <SiteChoice />
        <Tabs label={a.events.drops.range} tabs={ranges} chosen={period} choose={(range) => change({ range })} />
      </div>
      {site && <Drops view={{ site, period }} zone={zone} />}
    </>
  );
}
