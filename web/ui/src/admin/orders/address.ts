/** An address as it is written on a parcel. */
import type { Address } from "./order";

export function addressText(address: Address): string {
  const place = [address.postal_code, address.city].filter(Boolean).join(" ");
  const lines = [address.name, address.company, address.line1, address.line2, place, address.region, address.country];
  return lines.filter(Boolean).join("\n");
}
