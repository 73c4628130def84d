/** The categories of the shop as a tree: made, called otherwise, put elsewhere, brought into an order, and taken away. */
import { useState } from "react";
import { useQueryClient } from "@tanstack/react-query";
import { Empty, Failure } from "../../../design/Panel";
import { TableSkeleton } from "../../../design/Table";
import { useUndo } from "../../../design/Undo";
import { api, AskError } from "../../../server/call";
import { newKey } from "../../once";
import { useAdmin } from "../../words";
import { useCategories } from "../data";
import { ProductPages } from "../Pages";
import type { Category } from "../product";
import { Branch, type Acts } from "./Branch";
import { NewCategory } from "./NewCategory";
import RemoveSheet from "./RemoveSheet";
import { headersOf, placesAfter, send } from "./tree";

export default function CategoriesPage() {
  const { a } = useAdmin();
  const c = a.products.tree;
  const client = useQueryClient();
  const offer = useUndo();
  const { data, error, refetch, dataUpdatedAt } = useCategories();
  const [failed, setFailed] = useState<Error>();
  const [removing, setRemoving] = useState<Category>();
  const all = data ?? [];

  /** Does it to what was seen, says so, and offers what takes it back from what was made. */
  async function act<T>(text: string, work: () => Promise<T>, undo: (made: T) => Promise<unknown>): Promise<void> {
    setFailed(undefined);
    try {
      const made = await work();
      offer(text, () => undo(made));
    } catch (problem) {
      const isLate = problem instanceof AskError && problem.status === 412;
      setFailed(isLate ? new Error(a.products.meanwhile) : (problem as Error));
    } finally {
      await client.invalidateQueries();
    }
  }
  const acts: Acts = {
    renamed: ({ name }, made) => offer(c.renamed, () => send(made, { name })),
    put: (one, parent_id) =>
      act(
        c.moved,
        () => send(one, { parent_id }),
        (made) => send(made, { parent_id: one.parent_id }),
      ),
    step(category, by) {
      const places = placesAfter(all, category, by);
      const made: Category[] = [];
      const back = async (): Promise<void> => {
        for (const [at, one] of made.entries()) await send(one, { position: places[at]?.category.position ?? 0 });
      };
      const each = async (): Promise<void> => {
        try {
          for (const { category: one, position } of places) made.push(await send(one, { position }));
        } catch (problem) {
          await back();
          throw problem;
        }
      };
      return act(c.moved, each, back);
    },
    remove(category) {
      const holds = (category.count ?? 0) > 0 || all.some(({ parent_id }) => parent_id === category.id);
      if (holds) return void setRemoving(category);
      const { id, name, slug, parent_id, position } = category;
      void act(
        c.removed,
        () => api.deleteCategory({ path: { id }, headers: headersOf(category) }),
        () => api.createCategory({ body: { name, slug, parent_id, position }, headers: { "Idempotency-Key": newKey() } }),
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
