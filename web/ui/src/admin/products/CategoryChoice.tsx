/** One of the categories, each below the one that it is in. */
import { useCategories } from "./data";
import { inTree } from "./product";

interface Props {
  /** What stands for none. */
  none: string;
  value: string;
  set: (slug: string) => void;
  label?: string;
  id?: string;
  disabled?: boolean;
}

export const CategoryChoice = ({ none, value, set, label, id, disabled }: Props) => (
  <select id={id} aria-label={label} value={value} disabled={disabled} onChange={(event) => set(event.target.value)}>
    <CategoryOptions none={none} value={value} />
  </select>
);

export function CategoryOptions({ none, value }: { none: string; value: string }) {
  const { data } = useCategories();
  const all = inTree(data ?? []);
  return (
    <>
      <option value="">{none}</option>
      {value && !all.some(({ category }) => category.slug === value) && <option value={value}>{value}</option>}
      {all.map(({ category, depth }) => (
        <option key={category.id} value={category.slug}>
          {"\u2003".repeat(depth) + category.name}
        </option>
      ))}
    </>
  );
}
