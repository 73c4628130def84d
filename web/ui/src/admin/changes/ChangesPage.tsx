/** Who changed what, the newest first; all of it, or what lies at a path of the API. */
import { ListPanel } from "../ListPanel";
import { useQueryOf } from "../place";
import { useAdmin } from "../words";
import { ChangeList } from "./ChangeList";
import { useChanges } from "./data";

const AREAS = {
  "/v1/orders": "orders",
  "/v1/products": "products",
  "/v1/categories": "categories",
  "/v1/inventory": "stock",
  "/v1/storefront": "storefront",
  "/v1/webhooks": "webhooks",
  "/v1/admin/keys": "keys",
  "/v1/admin/sites": "sites",
  "/v1/rules": "rules",
  "/v1/shares": "shares",
  "/v1/admin/dead-letters": "letters",
  "/v1/admin/imports": "files",
} as const;

export default function ChangesPage() {
  const { a } = useAdmin();
  const [query, change] = useQueryOf();
  const path = query.get("path") ?? "";
  return (
    <>
      <div className="page-top">
        <h1>{a.pages.changes}</h1>
      </div>
      <ListPanel
        title={a.pages.changes}
        answer={useChanges(path)}
        rows={(changes) => <ChangeList changes={changes} title={a.pages.changes} />}
        none={{ title: a.changes.none, why: a.changes.noneWhy }}
        clear={path ? () => change({ path: "" }) : undefined}
        tools={
          <select aria-label={a.changes.of} value={path} onChange={(event) => change({ path: event.target.value })}>
            <option value="">{a.changes.all}</option>
            {Object.entries(AREAS).map(([at, area]) => (
              <option key={at} value={at}>
                {a.changes.areas[area]}
              </option>
            ))}
            {path && !(path in AREAS) && <option value={path}>{path}</option>}
          </select>
        }
      />
    </>
  );
}
