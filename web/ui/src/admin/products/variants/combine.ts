/** All combinations of the values of some options, and which of them a product has. */
import type { Seen, Variant } from "../product";

export interface Option {
  name: string;
  values: string[];
}

export const OPTIONS_MAX = 3;
export const VARIANTS_MAX = 100;

/** A combination, and the variant that has it. */
export interface Combination {
  values: string[];
  variant: Variant | undefined;
}

const fold = (text: string): string => text.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase().trim();

/** By what equal values are known, as the server knows them: without case and accents. */
export const keyOf = (values: string[]): string => JSON.stringify(values.map(fold));

/** What was typed between commas, each once. */
export function valuesOf(text: string): string[] {
  const all = text.split(/[,;\n،]/).map((one) => one.trim());
  return all.filter((one, index) => one && all.findIndex((other) => fold(other) === fold(one)) === index);
}

/** The options of a product, each with the values that its variants have. */
export function optionsOf(seen: Seen): Option[] {
  const of = (place: number) => seen.variants.map((one) => one.options[place] ?? "").filter(Boolean);
  return seen.product.options.map((name, place) => ({ name, values: valuesOf(of(place).join("\n")) }));
}

/** Every combination, in the order of the values. */
export function combinations(options: Option[]): string[][] {
  return options.reduce<string[][]>((all, { values }) => all.flatMap((begun) => values.map((value) => [...begun, value])), [[]]);
}

/**
 * The combinations with the variant that each is. Variants that were there before an option came take its first value, and the only
 * variant of a product without options is the first combination.
 */
export function combined(options: Option[], variants: Variant[]): Combination[] {
  const firsts = options.map(({ values }) => values[0] ?? "");
  const known = new Map(variants.map((one) => [keyOf(filled(one, firsts)), one]));
  return combinations(options).map((values) => ({ values, variant: known.get(keyOf(values)) }));
}

/** The values of a variant, with the first of each option that it has none of. */
export const filled = (variant: Variant, firsts: string[]): string[] => firsts.map((first, place) => variant.options[place] ?? first);

/** A SKU made of another and values: `shirt-s-red`. */
export function skuOf(base: string, values: string[]): string {
  const plain = values.map((value) => fold(value).replace(/[^a-z0-9]+/g, "-"));
  return [base, ...plain]
    .map((part) => part.replace(/^-|-$/g, ""))
    .filter(Boolean)
    .join("-")
    .slice(0, 100);
}
