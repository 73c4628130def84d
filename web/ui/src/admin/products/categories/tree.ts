/** Categories as a tree: what is in what, and where one may go. */
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
export function placesAfter(all: Category[], moved: Category, step: number): { id: number; position: number; before: number }[] {
  const beside = siblings(all, moved);
  const from = beside.findIndex(({ id }) => id === moved.id);
  const to = from + step;
  if (to < 0 || to >= beside.length) return [];
  const next = beside.filter(({ id }) => id !== moved.id);
  next.splice(to, 0, moved);
  const places = next.map(({ id, position: before }, position) => ({ id, position, before }));
  return places.filter(({ position, before }) => position !== before);
}
