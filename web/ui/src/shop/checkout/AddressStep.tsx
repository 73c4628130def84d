/** Where it goes, and the invoice where that goes elsewhere. */
import { useId, type FormEvent } from "react";
import { go } from "../navigation";
import { Field } from "../parts/Field";
import { useTracking } from "../tracking";
import type { Address } from "../types";
import { useWords } from "../words";
import { COUNTRIES } from "./countries";
import { changeDetails, readAddress, type Details } from "./details";

export function AddressStep({ details: { address, billing, contact } }: { details: Details }) {
  const { t } = useWords();
  const tracking = useTracking();
  const next = (event: FormEvent): void => {
    event.preventDefault();
    tracking.stepCompleted(2);
    void go("/checkout/review");
  };
  return (
    <form className="step" onSubmit={next} data-kassa-private>
      <h1>{t.checkout.titles.address}</h1>
      <AddressFields section="shipping" address={address} change={(to) => changeDetails({ address: to })} />
      <label className="check">
        <input
          type="checkbox"
          checked={billing !== null}
          onChange={({ currentTarget: { checked } }) =>
            changeDetails({ billing: checked ? readAddress({ name: contact.name, country: address.country }) : null })
          }
        />
        {t.checkout.otherBilling}
      </label>
      {billing && (
        <fieldset className="billing">
          <legend>{t.checkout.billing}</legend>
          <AddressFields section="billing" address={billing} change={(to) => changeDetails({ billing: to })} />
        </fieldset>
      )}
      <div className="actions">
        <a href="/checkout/contact" className="button quiet">
          {t.back}
        </a>
        <button className="button large">{t.checkout.toReview}</button>
      </div>
    </form>
  );
}

const FIELDS: [keyof Address, string, boolean][] = [
  ["name", "name", true],
  ["company", "organization", false],
  ["line1", "address-line1", true],
  ["line2", "address-line2", false],
  ["postal_code", "postal-code", true],
  ["city", "address-level2", true],
  ["region", "address-level1", false],
];

function AddressFields({ section, address, change }: { section: "shipping" | "billing"; address: Address; change(to: Address): void }) {
  const { t } = useWords();
  return (
    <div className="address-fields">
      {FIELDS.map(([member, autocomplete, required]) => (
        <Field
          key={member}
          name={`${section}-${member}`}
          label={t.fields[member]}
          autoComplete={`${section} ${autocomplete}`}
          required={required}
          maxLength={255}
          {...(required && { pattern: ".*\\S.*" })}
          value={address[member]}
          change={(value) => change({ ...address, [member]: value })}
        />
      ))}
      <Country section={section} value={address.country} change={(country) => change({ ...address, country })} />
    </div>
  );
}

function Country({ section, value, change }: { section: string; value: string; change(code: string): void }) {
  const { t, locale, country } = useWords();
  const id = useId();
  const named = COUNTRIES.map((code) => ({ code, name: country(code) })).sort((one, other) => one.name.localeCompare(other.name, locale));
  return (
    <div className="field">
      <label htmlFor={id}>{t.fields.country}</label>
      <select
        id={id}
        name={`${section}-country`}
        required
        autoComplete={`${section} country`}
        value={value}
        onChange={(event) => change(event.currentTarget.value)}
      >
        <option value="">{t.choose}</option>
        {named.map(({ code, name }) => (
          <option key={code} value={code}>
            {name}
          </option>
        ))}
      </select>
    </div>
  );
}
