/** The pages of products: the list, one of them, and what is done with many. */
import { Suspense, type ComponentType } from "react";
import { later } from "../../design/Floating";
import { TableSkeleton } from "../../design/Table";
import { usePath } from "../place";
import { useWho, type Scope } from "../who";
import { useAdmin } from "../words";
import { ProductList } from "./ProductList";
import "./products.css";

const ProductPage = later(async () => (await import("./ProductPage")).default);

/** What stands where a product's number would, and which scope it needs. */
const OTHERS: Record<string, [Scope, ComponentType]> = {
  new: ["catalog", later(async () => (await import("./NewProduct")).default)],
  grid: ["catalog", later(async () => (await import("./grid/GridPage")).default)],
  import: ["admin", later(async () => (await import("./moving/MovingPage")).default)],
  categories: ["catalog", later(async () => (await import("./categories/CategoriesPage")).default)],
};

export default function Products() {
  const { a } = useAdmin();
  const { can } = useWho();
  const id = /^\/admin\/products\/([^/]+)$/.exec(usePath())?.[1];
  if (!id) return <ProductList />;
  const [scope, Other] = OTHERS[id] ?? [];
  return (
    <Suspense fallback={<TableSkeleton rows={8} />}>
      {Other && scope && can(scope) && <Other />}
      {scope && !can(scope) && (
        <section className="panel empty">
          <p className="empty-title">{a.closed}</p>
          <p>{a.closedWhy(scope)}</p>
        </section>
      )}
      {!Other && <ProductPage key={id} id={decodeURIComponent(id)} />}
    </Suspense>
  );
}
