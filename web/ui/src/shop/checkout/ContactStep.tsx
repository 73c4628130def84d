/** Who orders. */
import type { FormEvent } from "react";
import { go } from "../navigation";
import { Field } from "../parts/Field";
import { useTracking } from "../tracking";
import { useWords } from "../words";
import { changeDetails, type Contact, type Details } from "./details";

export function ContactStep({ details }: { details: Details }) {
  const { t } = useWords();
  const tracking = useTracking();
  const { contact, address } = details;
  const change = (member: keyof Contact) => (value: string) => changeDetails({ contact: { ...contact, [member]: value } });
  const next = (event: FormEvent): void => {
    event.preventDefault();
    // Most send it to themselves.
    if (!address.name) changeDetails({ address: { ...address, name: contact.name } });
    tracking.stepCompleted(1);
    void go("/checkout/address");
  };
  return (
    <form className="step" onSubmit={next} data-kassa-private>
      <h1>{t.checkout.titles.contact}</h1>
      <Field
        label={t.fields.email}
        type="email"
        name="email"
        autoComplete="email"
        required
        maxLength={255}
        value={contact.email}
        change={change("email")}
      />
      <Field
        label={t.fields.name}
        name="name"
        autoComplete="name"
        required
        maxLength={255}
        pattern=".*\S.*"
        value={contact.name}
        change={change("name")}
      />
      <Field
        label={t.fields.phone}
        type="tel"
        name="tel"
        autoComplete="tel"
        maxLength={50}
        value={contact.phone}
        change={change("phone")}
      />
      <div className="actions">
        <a href="/cart" className="button quiet">
          {t.checkout.toCart}
        </a>
        <button className="button large">{t.checkout.toAddress}</button>
      </div>
    </form>
  );
}
