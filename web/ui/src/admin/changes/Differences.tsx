/** What of a thing differs since a change: each member as it was and as it is. */
import type { ChangeMade } from "@kassa/client";
import { useAdmin } from "../words";
import { differingOf } from "./telling";

export function Differences({ change }: { change: ChangeMade }) {
  const { a } = useAdmin();
  const all = differingOf(change);
  if (!all.length) return null;
  return (
    <table className="differences" dir="ltr">
      <thead>
        <tr>
          <th scope="col">
            <span className="unseen">{a.changes.member}</span>
          </th>
          <th scope="col">{a.changes.before}</th>
          <th scope="col">{a.changes.after}</th>
        </tr>
      </thead>
      <tbody>
        {all.map(({ name, before, after }) => (
          <tr key={name}>
            <th scope="row">
              <code>{name}</code>
            </th>
            <td>{shown(before)}</td>
            <td>{shown(after)}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function shown(value: unknown): string {
  if (value === undefined || value === null) return "–";
  return typeof value === "string" ? value : JSON.stringify(value);
}
