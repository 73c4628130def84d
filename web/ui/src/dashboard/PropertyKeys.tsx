/** Which property's values are listed: one of those that the last events have. */
import { useWords } from "../design/words";
import { useGet } from "./data";
import { PROPERTY } from "./questions";

const EVENTS = 300;

/** The properties of the site's last events, by name. */
export function usePropertyKeys(site: string, enabled: boolean): string[] {
  const events = useGet<{ results: { props: Record<string, unknown> | null }[] }>("listEvents", { site_id: site, limit: EVENTS }, enabled);
  const keys = new Set((events.data?.results ?? []).flatMap(({ props }) => Object.keys(props ?? {})));
  // What an event says of its sender is no property of what was done.
  keys.delete("context");
  return [...keys].sort();
}

export function PropertyKeys({ keys, chosen, choose }: { keys: string[]; chosen: string; choose: (list: string) => void }) {
  const { t } = useWords();
  const all = !chosen || keys.includes(chosen) ? keys : [chosen, ...keys];
  return (
    <select aria-label={t.tabs["prop"]} value={chosen} onChange={(event) => choose(PROPERTY + event.target.value)}>
      {all.map((key) => (
        <option key={key} value={key}>
          {key}
        </option>
      ))}
    </select>
  );
}
