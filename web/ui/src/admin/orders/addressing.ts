/** An address as a form has it: every member a text, which may be empty. */
import type { Address } from "./order";

export const MEMBERS = ["name", "company", "line1", "line2", "postal_code", "city", "region", "country"] as const;
const NEEDED = ["name", "line1", "city", "country"] as const;

export type Typed = Record<(typeof MEMBERS)[number], string>;

export const typedOf = (address: Address | undefined): Typed =>
  Object.fromEntries(MEMBERS.map((name) => [name, address?.[name] ?? ""])) as Typed;

/** What is sent: without what is empty. */
export const addressOf = (typed: Typed): Address =>
  Object.fromEntries(MEMBERS.map((name) => [name, typed[name].trim()]).filter(([, value]) => value)) as unknown as Address;

export const isWhole = (typed: Typed): boolean =>
  NEEDED.every((name) => typed[name].trim() !== "") && /^[A-Za-z]{2}$/.test(typed.country.trim());
