/** The fields of an address. */
import { useAdmin } from "../words";
import { MEMBERS, type Typed } from "./addressing";

export function AddressFields({ label, value, set }: { label: string; value: Typed; set: (value: Typed) => void }) {
  const { a } = useAdmin();
  return (
    <fieldset className="address-fields">
      <legend className="unseen">{label}</legend>
      {MEMBERS.map((name) => (
        <label key={name} className={`field address-${name}`}>
          {a.ordering.address[name]}
          <input
            value={value[name]}
            maxLength={name === "country" ? 2 : name === "postal_code" ? 32 : 255}
            autoComplete="off"
            onChange={(event) => set({ ...value, [name]: name === "country" ? event.target.value.toUpperCase() : event.target.value })}
          />
        </label>
      ))}
    </fieldset>
  );
}
