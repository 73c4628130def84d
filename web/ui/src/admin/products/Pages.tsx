/** The row of links to the pages of products. */
import { SubPages } from "../SubPages";
import { useAdmin } from "../words";

export function ProductPages() {
  const { a } = useAdmin();
  const { sub } = a.products;
  return (
    <SubPages
      label={a.pages.products}
      links={[
        { path: "/admin/products", label: sub.list, scopes: ["read", "catalog"] },
        { path: "/admin/products/grid", label: sub.grid, scopes: ["catalog"] },
        { path: "/admin/products/categories", label: sub.categories, scopes: ["catalog"] },
        { path: "/admin/products/import", label: sub.moving, scopes: ["admin"] },
      ]}
    />
  );
}
