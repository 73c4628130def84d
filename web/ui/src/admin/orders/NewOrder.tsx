/** An order by phone: goods at the server's prices, whose it is, where it goes, and whether it is paid. Sent once however often it is tried. */
import { useState, type FormEvent } from "react";
import { Failure } from "../../design/Panel";
import { go, Link } from "../place";
import { useAdmin } from "../words";
import { AddressFields } from "./AddressFields";
import { addressOf, isWhole, typedOf } from "./addressing";
import { CustomerPicker } from "./CustomerPicker";
import { added, titleOf, usePrices, withUnits, type Item, type PricedItem } from "./goods";
import { GoodsPicker } from "./Picker";
import { usePlacing } from "./placing";

const NOBODY = { name: "", email: "", phone: "" };
const PEOPLE = ["name", "email", "phone"] as const;

export default function NewOrder() {
  const { a, n } = useAdmin();
  const [items, setItems] = useState<Item[]>([]);
  const [customer, setCustomer] = useState(NOBODY);
  const [address, setAddress] = useState(() => typedOf(undefined));
  const [goes, setGoes] = useState(true);
  const [note, setNote] = useState("");
  const [paid, setPaid] = useState(false);
  const [reference, setReference] = useState("");
  const prices = usePrices(items);
  const placing = usePlacing((order) => go(`/admin/orders/${order}`));
  const lines = items.map((item) => ({ ...item, priced: prices.data?.lines.find((line) => line.sku === item.sku) }));
  const wrong = lines.some(
    ({ priced, quantity }) => priced && (priced.state in a.ordering.phone.states || (priced.available ?? quantity) < quantity),
  );
  const total = items.length && !prices.isFetching ? (prices.data?.total ?? undefined) : undefined;
  const ready = items.length > 0 && total !== undefined && !wrong && (!goes || isWhole(address)) && (!paid || reference.trim() !== "");
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    if (!ready || !total) return;
    const said = Object.fromEntries(PEOPLE.map((name) => [name, customer[name].trim()]).filter(([, value]) => value));
    placing.send({
      order: {
        items,
        ...(Object.keys(said).length > 0 && { customer: said }),
        ...(goes && { shipping_address: addressOf(address) }),
        ...(note.trim() && { note: note.trim() }),
        expected_total: total,
      },
      reference: paid ? reference.trim() : undefined,
    });
  };
  return (
    <>
      <p className="back">
        <Link to="/admin/orders">{a.order.back}</Link>
      </p>
      <div className="page-top">
        <h1>{a.ordering.phone.title}</h1>
      </div>
      <form className="new-order" onSubmit={submit} noValidate>
        <section className="panel" aria-label={a.ordering.phone.lines}>
          <h2>{a.ordering.phone.lines}</h2>
          <GoodsPicker take={({ sku }) => setItems(added(items, sku))} />
          {!items.length && <p className="hint-line">{a.ordering.phone.none}</p>}
          <ul className="act-lines">
            {lines.map((line) => (
              <LineOf key={line.sku} line={line} set={(quantity) => setItems(withUnits(items, line.sku, quantity))} />
            ))}
          </ul>
          {prices.error && <Failure error={prices.error} at={Date.now()} whole={false} retry={prices.refetch} />}
          {total && (
            <p className="new-total">
              <span className="hint-line">{a.ordering.phone.priced}</span> <strong>{n.money(total)}</strong>
            </p>
          )}
        </section>
        <section className="panel" aria-label={a.ordering.phone.customer}>
          <h2>{a.ordering.phone.customer}</h2>
          <CustomerPicker
            take={({ name, email, phone }) => {
              setCustomer({ name: name ?? "", email, phone: phone ?? "" });
              if (name && !address.name) setAddress({ ...address, name });
            }}
          />
          {PEOPLE.map((name) => (
            <label key={name} className="field">
              {a.ordering.amend[name]}
              <input
                type={name === "email" ? "email" : "text"}
                maxLength={name === "phone" ? 64 : 254}
                autoComplete="off"
                value={customer[name]}
                onChange={(event) => setCustomer({ ...customer, [name]: event.target.value })}
              />
            </label>
          ))}
        </section>
        <section className="panel" aria-label={a.ordering.phone.address}>
          <h2>{a.ordering.phone.address}</h2>
          <label className="switch">
            <input type="checkbox" checked={goes} onChange={(event) => setGoes(event.target.checked)} />
            {a.ordering.address.with.ship}
          </label>
          {goes && <AddressFields label={a.ordering.phone.address} value={address} set={setAddress} />}
          <label className="field">
            {a.ordering.phone.note}
            <textarea rows={2} maxLength={2000} value={note} onChange={(event) => setNote(event.target.value)} />
          </label>
        </section>
        <section className="panel" aria-label={a.ordering.phone.pay}>
          <h2>{a.ordering.phone.pay}</h2>
          {[false, true].map((one) => (
            <label key={String(one)} className="switch">
              <input type="radio" name="paid" checked={paid === one} onChange={() => setPaid(one)} />
              {one ? a.ordering.phone.paid : a.ordering.phone.unpaid}
            </label>
          ))}
          {paid && (
            <label className="field">
              {a.ordering.phone.reference}
              <input
                value={reference}
                maxLength={255}
                placeholder={a.ordering.phone.referenceHint}
                onChange={(event) => setReference(event.target.value)}
              />
            </label>
          )}
          {placing.error && <Failure error={placing.error} at={Date.now()} whole={false} retry={placing.again} />}
          {placing.placed && (
            <p role="alert">
              {a.ordering.phone.halfDone} <Link to={`/admin/orders/${placing.placed}`}>{a.ordering.phone.toOrder}</Link>
            </p>
          )}
          <p className="act-foot">
            <button type="submit" className="button primary" disabled={!ready} aria-busy={placing.busy}>
              {total ? a.ordering.phone.place(n.money(total)) : a.ordering.phone.placeEmpty}
            </button>
          </p>
        </section>
      </form>
    </>
  );
}

function LineOf({ line, set }: { line: Item & { priced: PricedItem | undefined }; set: (quantity: number) => void }) {
  const { a, n } = useAdmin();
  const { sku, quantity, priced } = line;
  const name = priced?.name ? titleOf({ name: priced.name, title: priced.variant_title }) : sku;
  const left = priced?.available;
  const wrong = priced && a.ordering.phone.states[priced.state];
  const more = [priced?.price && a.order.each(n.money(priced.price)), typeof left === "number" && a.ordering.goods.left(n.whole(left))];
  return (
    <li data-sku={sku}>
      <span className="act-name">
        <bdi>{name}</bdi>
        <span className="hint-line">
          <code>{sku}</code>
          {more.filter(Boolean).map((one) => ` · ${one}`)}
        </span>
        {wrong && <strong className="worse">{wrong}</strong>}
      </span>
      <input
        type="number"
        inputMode="numeric"
        min={1}
        aria-label={a.ordering.edit.units(name)}
        value={quantity}
        onChange={(event) => set(Math.max(1, Math.trunc(Number(event.target.value)) || 1))}
      />
      <button type="button" className="button small" aria-label={a.ordering.edit.remove(name)} onClick={() => set(0)}>
        ✕
      </button>
    </li>
  );
}
