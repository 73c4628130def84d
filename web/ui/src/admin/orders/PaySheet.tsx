/** All that is owed has come: by a bank transfer, in cash, at the door. */
import { useState } from "react";
import { useAdmin } from "../words";
import { ActSheet, type ActProps } from "./ActSheet";
import { useChange } from "./change";
import { Money } from "./Effects";
import { left } from "./order";

export default function PaySheet({ seen: first, close, done }: ActProps) {
  const { a, n } = useAdmin();
  const change = useChange(first, done);
  const [reference, setReference] = useState("");
  const due = left(change.seen.order);
  const ready = reference.trim() !== "" && change.seen.order.payment_status === "unpaid";
  const submit = (): void => change.send("createPayment", { reference: reference.trim(), amount: due });
  return (
    <ActSheet title={a.pay.title} change={change} close={close} go={a.pay.go(n.money(due))} ready={ready} submit={submit}>
      <label className="field">
        {a.pay.reference}
        <input value={reference} maxLength={255} placeholder={a.pay.referenceHint} onChange={(event) => setReference(event.target.value)} />
      </label>
      <section className="effects" aria-label={a.effects.title}>
        <h3>{a.effects.title}</h3>
        <dl>
          <Money title={a.pay.due} text={n.money(due)} />
          <Money title={a.orders.heads.payment} text={`${a.states["unpaid"]} → ${a.states["paid"]}`} />
        </dl>
        <p className="hint-line">{a.pay.why}</p>
      </section>
    </ActSheet>
  );
}
