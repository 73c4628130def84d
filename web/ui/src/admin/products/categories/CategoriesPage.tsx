/** The categories of the shop as a tree: made, called otherwise, put elsewhere, brought into an order, and taken away. */
import { useState } from "react";
import { useQueryClient } from "@tanstack/react-query";
import { Empty, Failure } from "../../../design/Panel";
import { TableSkeleton } from "../../../design/Table";
import { useUndo } from "../../../design/Undo";
import { api } from "../../../server/call";
import { newKey } from "../../once";
import { useAdmin } from "../../words";
import { useCategories } from "../data";
import { ProductPages } from "../Pages";
import type { Category } from "../product";
import { Branch, type Acts } from "./Branch";
import { NewCategory } from "./NewCategory";
import RemoveSheet from "./RemoveSheet";
import { placesAfter } from "./tree";

type Change = Parameters<typeof api.changeCategory>[0]["body"];

const send = (id: number, body: Change): Promise<Category> =>
  api.changeCategory({ path: { id }, headers: { "Idempotency-Key": newKey() }, body });

export default function CategoriesPage() {
  const { a } = useAdmin();
  const c = a.products.tree;
  const client = useQueryClient();
  const offer = useUndo();
  const { data, error, refetch, dataUpdatedAt } = useCategories();
  const [failed, setFailed] = useState<Error>();
  const [removing, setRemoving] = useState<Category>();
  const all = data ?? [];

  /** Does it, says so, and offers what takes it back. */
  async function act(text: string, work: () => Promise<unknown>, undo: () => Promise<unknown>): Promise<void> {
    setFailed(undefined);
    try {
      await work();
      offer(text, async () => {
        await undo();
        await client.invalidateQueries();
      });
    } catch (problem) {
      setFailed(problem as Error);
    } finally {
      await client.invalidateQueries();
    }
  }
  const acts: Acts = {
    rename: ({ id, name: before }, name) =>
      act(
        c.renamed,
        () => send(id, { name }),
        () => send(id, { name: before }),
      ),
    put: ({ id, parent_id: before }, parent_id) =>
      act(
        c.moved,
        () => send(id, { parent_id }),
        () => send(id, { parent_id: before }),
      ),
    step(category, by) {
      const places = placesAfter(all, category, by);
      const each = (of: "position" | "before") => async () => {
        for (const place of places) await send(place.id, { position: place[of] });
      };
      return act(c.moved, each("position"), each("before"));
    },
    remove(category) {
      const holds = (category.count ?? 0) > 0 || all.some(({ parent_id }) => parent_id === category.id);
      if (holds) return void setRemoving(category);
      const { id, name, slug, parent_id, position } = category;
      const headers = () => ({ "Idempotency-Key": newKey() });
      void act(
        c.removed,
        () => api.deleteCategory({ path: { id }, headers: headers() }),
        () => api.createCategory({ body: { name, slug, parent_id, position }, headers: headers() }),
      );
    },
  };
  return (
    <>
      <div className="page-top">
        <h1>{c.title}</h1>
      </div>
      <ProductPages />
      <section className="panel" aria-label={c.title}>
        {!data && !error && <TableSkeleton rows={6} />}
        {error && <Failure error={error} at={dataUpdatedAt} whole={!data} retry={refetch} />}
        {failed && <Failure error={failed} at={Date.now()} whole={false} retry={() => setFailed(undefined)} />}
        {data && !data.length && <Empty title={c.none} why={c.noneWhy} />}
        {data && data.length > 0 && <Branch all={data} parent={null} acts={acts} />}
      </section>
      <NewCategory />

      {removing && (
        <RemoveSheet
          category={removing}
          all={all}
          close={() => setRemoving(undefined)}
          done={() => (setRemoving(undefined), offer(c.removed))}
        />
      )}
    </>
  );
}
