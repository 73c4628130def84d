/** The way from the start to a category: those above it, and with `itself` that one. */
import type { Category } from "../types";
import { useWords } from "../words";

export function Crumbs({ slug, categories, itself = false }: { slug: string | null; categories: Category[]; itself?: boolean }) {
  const { t } = useWords();
  const way: Category[] = [];
  let next = categories.find((one) => one.slug === slug);
  // A tree: nothing is above itself.
  while (next && !way.includes(next)) {
    way.unshift(next);
    const { parent_id: parent } = next;
    next = categories.find(({ id }) => id === parent);
  }
  return (
    <nav className="crumbs" aria-label={t.where}>
      <a href="/">{t.everything}</a>
      {(itself ? way : way.slice(0, -1)).map((one) => (
        <a key={one.id} href={`/c/${one.slug}`} dir="auto">
          {one.name}
        </a>
      ))}
    </nav>
  );
}
