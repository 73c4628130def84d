/** What the shopper has filled in, kept in this tab until the order is there. */
import { useSyncExternalStore } from "react";
import { membersOf, stored } from "../stored";
import type { Address } from "../types";

export interface Contact {
  name: string;
  email: string;
  phone: string;
}

export interface Details {
  contact: Contact;
  address: Address;
  /** The invoice goes elsewhere. */
  billing: Address | null;
  note: string;
  consent: boolean;
}

const text = (value: unknown): string => (typeof value === "string" ? value : "");

export const readAddress = (value: unknown): Address => {
  const { name, company, line1, line2, city, region, postal_code, country } = membersOf(value);
  return {
    name: text(name),
    company: text(company),
    line1: text(line1),
    line2: text(line2),
    city: text(city),
    region: text(region),
    postal_code: text(postal_code),
    country: text(country),
  };
};

const kept = stored<Details>(
  "kassa-checkout",
  (value) => {
    const { contact, address, billing, note, consent } = membersOf(value);
    const { name, email, phone } = membersOf(contact);
    return {
      contact: { name: text(name), email: text(email), phone: text(phone) },
      address: readAddress(address),
      billing: billing ? readAddress(billing) : null,
      note: text(note),
      consent: consent === true,
    };
  },
  () => sessionStorage,
);

export const useDetails = (): Details => useSyncExternalStore(kept.subscribe, kept.get);
export const changeDetails = (change: Partial<Details>): void => kept.set({ ...kept.get(), ...change });

const ADDRESS = ["name", "line1", "city", "postal_code", "country"] as const;

export const isContact = ({ name, email }: Contact): boolean => name.trim() !== "" && /^[^@\s]+@[^@\s]+$/.test(email.trim());
export const isAddress = (address: Address): boolean => ADDRESS.every((member) => address[member].trim() !== "");

export const STEPS = ["contact", "address", "review"] as const;
export type Step = (typeof STEPS)[number];

/** The first step that is not filled in; one cannot go beyond it. */
export function firstOpen({ contact, address, billing }: Details): Step {
  if (!isContact(contact)) return "contact";
  return isAddress(address) && (billing === null || isAddress(billing)) ? "review" : "address";
}
