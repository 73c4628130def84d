/** Categories as a tree: what is in what, where one may go, and what is another than it was. */
import type { AdminTexts } from "../../../texts/en.admin";
import { api } from "../../../server/call";
import { changedLines, tagged, tagOf, type Tagged } from "../../changing";
import { newKey } from "../../once";
import type { Category } from "../product";

/** Those beside it, itself too, in their order. */
export const siblings = (all: Category[], { parent_id }: Pick<Category, "parent_id">): Category[] =>
  all.filter((one) => one.parent_id === parent_id);

/** Whether `one` is `other` or somewhere in it. */
export function isIn(all: Category[], one: Category, other: Category): boolean {
  for (let at: Category | undefined = one; at; at = all.find(({ id }) => id === at?.parent_id)) if (at.id === other.id) return true;
  return false;
}

/** Where everyone beside it stands when it has gone by `step`: those alone whose place is another. */
export function placesAfter(all: Category[], moved: Category, step: number): { category: Category; position: number }[] {
  const beside = siblings(all, moved);
  const from = beside.findIndex(({ id }) => id === moved.id);
  const to = from + step;
  if (to < 0 || to >= beside.length) return [];
  const next = beside.filter(({ id }) => id !== moved.id);
  next.splice(to, 0, moved);
  const places = next.map((category, position) => ({ category, position }));
  return places.filter(({ category, position }) => position !== category.position);
}

export const headersOf = ({ version }: Category) => ({ "If-Match": tagOf(version), "Idempotency-Key": newKey() });

/** Changes a category as it was seen. */
export const send = (seen: Category, body: Parameters<typeof api.changeCategory>[0]["body"]): Promise<Category> =>
  api.changeCategory({ path: { id: seen.id }, headers: headersOf(seen), body });

/** It as it is now; where it is no more, as it was. */
export async function readAgain(was: Category): Promise<Category & Tagged> {
  const { results } = await api.listCategories();
  return tagged(results.find(({ id }) => id === was.id) ?? was);
}

/** What is another about a category than it was, in words. */
export function differences(before: Category, now: Category, all: Category[], { products: { tree: c }, changed }: AdminTexts): string[] {
  const place = ({ parent_id, position }: Category): string => `${all.find(({ id }) => id === parent_id)?.name ?? c.top} · ${position + 1}`;
  const lines: [string, string, string][] = [
    [c.name, before.name, now.name],
    [c.slug, before.slug, now.slug],
    [c.inside, place(before), place(now)],
  ];
  return changedLines(lines, changed.other);
}
