/** A product that is not in the catalogue any more: what it was sold as, and the way back. */
import { useQuery } from "@tanstack/react-query";
import { Empty } from "../../design/Panel";
import { api } from "../../server/call";
import { useOnce } from "../once";
import { useAdmin } from "../words";

export function Archived({ id }: { id: string }) {
  const { a } = useAdmin();
  const p = a.products;
  const { data, error } = useQuery({
    queryKey: ["product", id, "archived"],
    queryFn: async ({ signal }) => (await api.listVariants({ path: { id } }, { signal })).results,
  });
  const once = useOnce("restoreProduct", () => undefined);
  if (!data && !error) return null;
  return (
    <section className="panel">
      {data ? (
        <Empty
          title={p.archivedSo}
          why={data.map((one) => one.sku).join(", ")}
          action={
            <button type="button" className="button primary" aria-busy={once.busy} onClick={() => once.send({ path: { id } })}>
              {p.restore}
            </button>
          }
        />
      ) : (
        <Empty title={p.gone} why={p.goneWhy} />
      )}
      {once.error && (
        <p role="alert" className="wrong">
          {once.error.message}
        </p>
      )}
    </section>
  );
}
