/** Which variant the options choose, and which of them can be had. */
import type { Picture, Product, Variant } from "../types";

/** The variants of a product; one without a list of them is its own only variant. */
export const variantsOf = ({ variants, sku, price, track_stock, stock }: Product): Variant[] =>
  variants?.length ? variants : [{ sku, title: null, options: [], price, track_stock, stock }];

/** How many can be sold at once; undefined where nobody counts them, or it is not known at the moment: then the order decides. */
export const availableOf = ({ track_stock: tracked, stock }: Pick<Variant, "track_stock" | "stock">): number | undefined =>
  tracked && stock ? Math.max(0, stock.available) : undefined;

export const isSoldOut = (variant: Pick<Variant, "track_stock" | "stock">): boolean => availableOf(variant) === 0;

/** The one that the address names, else the first that can be had, else the first. */
export function chosenVariant(variants: Variant[], sku: string | null): Variant {
  const found = variants.find((one) => one.sku === sku) ?? variants.find((one) => !isSoldOut(one)) ?? variants[0];
  if (!found) throw new Error("a product without variants");
  return found;
}

/** The place of the picture of this variant, else of the one that has most in common with it (a shirt of the same colour), else of the first. */
export function pictureOf(images: Picture[], variants: Variant[], present: Variant): number {
  const alike = images.map(({ variant_sku }) => {
    if (!variant_sku) return 0;
    if (variant_sku === present.sku) return Infinity;
    const options = variants.find(({ sku }) => sku === variant_sku)?.options ?? [];
    return options.filter((option, index) => option === present.options[index]).length;
  });
  return Math.max(0, alike.indexOf(Math.max(...alike)));
}

/** A value of an option: what choosing it leads to from the present variant. */
export interface Choice {
  value: string;
  chosen: boolean;
  /** The variant with this value that keeps most of the other values, those that can be had first. */
  variant: Variant;
  /** Nothing with this value and the present other ones can be had. */
  soldOut: boolean;
}

/** The values of option number `index`, in the order of the variants. */
export function choicesOf(variants: Variant[], present: Variant, index: number): Choice[] {
  const values = [...new Set(variants.map(({ options }) => options[index] ?? ""))];
  return values.map((value) => {
    const likeness = (one: Variant): number =>
      one.options.filter((option, place) => place !== index && option === present.options[place]).length * 2 + (isSoldOut(one) ? 0 : 1);
    const fitting = variants.filter(({ options }) => options[index] === value).sort((one, other) => likeness(other) - likeness(one));
    const variant = fitting[0] ?? present;
    const exact = variant.options.every((option, place) => place === index || option === present.options[place]);
    return { value, chosen: present.options[index] === value, variant, soldOut: !exact || isSoldOut(variant) };
  });
}
