/** The link that a whole row is: it opens something over the list, whose own query stays. */
import type { ReactNode } from "react";
import { Link, useQueryOf } from "./place";

export function RowLink({ query, children }: { query: Record<string, string>; children: ReactNode }) {
  const [now] = useQueryOf();
  for (const [name, value] of Object.entries(query)) now.set(name, value);
  return (
    <Link to={`${location.pathname}?${now}`} className="row-link" stay>
      {children}
    </Link>
  );
}
