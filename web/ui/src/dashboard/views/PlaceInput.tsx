/** A page or an event, to be typed or taken from those that there are. */
import { useId } from "react";
import { useWords } from "../../design/words";
import { useReport } from "../data";
import { listQuestion } from "../questions";
import type { ViewProps } from "./view";

const KNOWN = 50;

interface Props extends ViewProps {
  label: string;
  value: string;
  set: (value: string) => void;
}

export function PlaceInput({ label, value, set, view, zone }: Props) {
  const { t } = useWords();
  const id = useId();
  const kind = value.startsWith("event:") ? "event" : "page";
  const name = value.replace(/^(page|event):/, "");
  const dimension = kind === "event" ? "event:name" : "event:page";
  const list = { id: kind, dimension, metrics: [{ id: "visitors", kind: "count" as const }] };
  const known = useReport((clock) => listQuestion({ ...view, filters: [] }, list, { limit: KNOWN }, clock), zone);
  return (
    <span className="place">
      <select
        aria-label={label}
        value={kind}
        onChange={(event) => set(`${event.target.value}:${event.target.value === "page" ? "/" : "Order Completed"}`)}
      >
        <option value="page">{t.of["page"]}</option>
        <option value="event">{t.of["event"]}</option>
      </select>
      <input
        aria-label={`${label}: ${t.of[kind]}`}
        list={id}
        defaultValue={name}
        key={value}
        onBlur={(event) => commit(event.target.value)}
        onKeyDown={(event) => event.key === "Enter" && commit(event.currentTarget.value)}
      />
      <datalist id={id}>
        {known.data?.results.map((row) => (
          <option key={row.dimensions[0]} value={row.dimensions[0]} />
        ))}
      </datalist>
    </span>
  );
  function commit(text: string): void {
    if (text.trim() && text !== name) set(`${kind}:${text}`);
  }
}
