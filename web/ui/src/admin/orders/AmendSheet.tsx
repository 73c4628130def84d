/** Customer and addresses are put right; what will be other is shown before. */
import { useState } from "react";
import { useAdmin } from "../words";
import { ActSheet, type ActProps } from "./ActSheet";
import { addressText } from "./address";
import { AddressFields } from "./AddressFields";
import { addressOf, isWhole, typedOf, type Typed } from "./addressing";
import { useChange } from "./change";
import type { Address, Order } from "./order";

const PEOPLE = ["name", "email", "phone"] as const;
const PLACES = ["ship", "bill"] as const;
const MEMBER = { ship: "shipping_address", bill: "billing_address" } as const;

type Places = Record<(typeof PLACES)[number], Typed | undefined>;

const placesOf = (order: Order): Places => ({
  ship: order.shipping_address && typedOf(order.shipping_address),
  bill: order.billing_address && typedOf(order.billing_address),
});

export default function AmendSheet({ seen: first, close, done }: ActProps) {
  const { a } = useAdmin();
  const change = useChange(first, done);
  const { order } = change.seen;
  const [people, setPeople] = useState(() => Object.fromEntries(PEOPLE.map((name) => [name, first.order.customer?.[name] ?? ""])));
  const [places, setPlaces] = useState(() => placesOf(first.order));
  const wanted = Object.fromEntries(PLACES.map((place) => [place, places[place] ? addressOf(places[place]) : undefined]));
  const changes = [
    ...PEOPLE.map((name) => ({ key: `customer.${name}`, was: order.customer?.[name] ?? "", is: people[name]?.trim() ?? "" })),
    ...PLACES.map((place) => ({ key: MEMBER[place], was: textOf(order[MEMBER[place]]), is: textOf(wanted[place]) })),
  ].filter(({ was, is }) => was !== is);
  const names = changes.map(({ key }) => key);
  const person = PEOPLE.filter((name) => names.includes(`customer.${name}`)).map((name) => [name, people[name]?.trim() || null]);
  const body = {
    ...(person.length > 0 && { customer: Object.fromEntries(person) }),
    ...Object.fromEntries(PLACES.filter((place) => names.includes(MEMBER[place])).map((place) => [MEMBER[place], wanted[place] ?? null])),
  };
  const ready = changes.length > 0 && PLACES.every((place) => !places[place] || isWhole(places[place]));
  return (
    <ActSheet
      title={a.ordering.amend.title}
      change={change}
      close={close}
      go={a.ordering.amend.go}
      ready={ready}
      submit={() => change.send("amendOrder", body)}
    >
      {PEOPLE.map((name) => (
        <label key={name} className="field">
          {a.ordering.amend[name]}
          <input
            type={name === "email" ? "email" : "text"}
            maxLength={name === "phone" ? 64 : 254}
            value={people[name]}
            autoComplete="off"
            onChange={(event) => setPeople({ ...people, [name]: event.target.value })}
          />
        </label>
      ))}
      {PLACES.map((place) => (
        <div key={place}>
          <label className="switch">
            <input
              type="checkbox"
              checked={places[place] !== undefined}
              onChange={(event) => setPlaces({ ...places, [place]: event.target.checked ? typedOf(order[MEMBER[place]]) : undefined })}
            />
            {a.ordering.address.with[place]}
          </label>
          {places[place] && (
            <AddressFields label={a.order[place]} value={places[place]} set={(next) => setPlaces({ ...places, [place]: next })} />
          )}
        </div>
      ))}
      <section className="effects" aria-label={a.ordering.amend.changes}>
        <h3>{a.ordering.amend.changes}</h3>
        <ul>
          {changes.map(({ key, was, is }) => (
            <li key={key}>
              {a.ordering.changed[key]}: <bdi>{shown(was, a.ordering.amend.emptied)}</bdi> →{" "}
              <bdi>{shown(is, a.ordering.amend.emptied)}</bdi>
            </li>
          ))}
        </ul>
        <p className="hint-line">{a.ordering.amend.why}</p>
      </section>
    </ActSheet>
  );
}

const textOf = (address: Address | undefined): string => (address ? addressText(address) : "");
const shown = (text: string, empty: string): string => text.replaceAll("\n", ", ") || empty;
