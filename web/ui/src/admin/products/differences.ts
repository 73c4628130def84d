/** What is another about a product than it was, in words. */
import type { Numbers } from "../../design/numbers";
import type { AdminTexts } from "../../texts/en.admin";
import { priceText, sold, type Seen } from "./product";

interface Words {
  a: AdminTexts;
  n: Numbers;
}

export function differences(before: Seen, now: Seen, { a, n }: Words): string[] {
  const p = a.products;
  const text = (value: string | null): string => value ?? "–";
  const all: [title: string, of: (seen: Seen) => string, says?: string][] = [
    [p.fields.name, ({ product }) => product.name],
    [p.fields.slug, ({ product }) => product.slug],
    [p.fields.description, ({ product }) => text(product.description), p.isAnother],
    [p.category, ({ product }) => text(product.category)],
    [p.fields.status, ({ product }) => p.statuses[product.status]],
    [p.price, ({ product }) => priceText(product, n.money)],
    [p.options, ({ product }) => product.options.join(", ") || "–"],
    [
      p.variants,
      (seen) =>
        sold(seen)
          .map((one) => one.title ?? one.sku)
          .join(", "),
    ],
    [p.variants, (seen) => JSON.stringify(seen.variants.map(({ stock: _, ...one }) => one)), p.isAnother],
    [p.pictures, ({ product }) => JSON.stringify(product.images), p.isAnother],
  ];
  const seen = new Set<string>();
  const changed = all.flatMap(([title, of, says]) => {
    const [was, is] = [of(before), of(now)];
    if (was === is || seen.has(title)) return [];
    seen.add(title);
    return [says ? `${title}: ${says}` : `${title}: ${was} → ${is}`];
  });
  return changed.length ? changed : [a.changed.other];
}
