/** An address as it is written on a parcel. */
import type { Address } from "../types";
import { useWords } from "../words";

export function AddressText({ address }: { address: Partial<Address> }) {
  const { country } = useWords();
  const { name, company, line1, line2, city, region, postal_code: code } = address;
  const place = [code, city].filter(Boolean).join(" ");
  const lines = [name, company, line1, line2, place, region, address.country && country(address.country)].filter(Boolean);
  return (
    <address>
      {lines.map((line, index) => (
        <span key={index} dir="auto">
          {line}
        </span>
      ))}
    </address>
  );
}
