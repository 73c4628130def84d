/** The last look before the order: what, where to, and the total that is agreed on. */
import { useState } from "react";
import { Line } from "../cart/CartPage";
import type { CartLine } from "../cart/cart";
import { isSettled, type Pricing } from "../cart/pricing";
import { AddressText } from "../parts/AddressText";
import type { Money, Page } from "../types";
import { useWords } from "../words";
import { newCheckout, type Outcome } from "./attempt";
import { changeDetails, type Details } from "./details";
import { orderRequest } from "./request";
import type { Attempt } from "./useAttempt";
import { useTracking } from "../tracking";

interface ReviewProps {
  details: Details;
  lines: CartLine[];
  pricing: Pricing;
  data: Page<"checkout">;
  attempt: Attempt;
}

export function Review({ details, lines, pricing, data, attempt: { sending, outcome, order } }: ReviewProps) {
  const { t, money } = useWords();
  const tracking = useTracking();
  const { priced, pending, failed } = pricing;
  const total = priced?.total ?? null;
  const ready = priced !== undefined && !pending && !failed && isSettled(priced) && total !== null;
  const send = (agreed: Money): void => {
    tracking.stepCompleted(3);
    order(orderRequest(lines, details, agreed));
  };
  return (
    <section className="step review">
      <h1>{t.checkout.titles.review}</h1>
      {outcome && <Why outcome={outcome} />}
      <ul className="lines" aria-busy={pending}>
        {lines.map((line) => (
          <Line key={line.sku} line={line} priced={priced?.lines.find(({ sku }) => sku === line.sku)} />
        ))}
      </ul>
      <div className="facts" data-kassa-private>
        <Fact title={t.checkout.titles.contact} edit="/checkout/contact">
          <p dir="auto">{details.contact.name}</p>
          <p dir="auto">{details.contact.email}</p>
          {details.contact.phone && <p dir="auto">{details.contact.phone}</p>}
        </Fact>
        <Fact title={t.checkout.shipTo} edit="/checkout/address">
          <AddressText address={details.address} />
        </Fact>
        {details.billing && (
          <Fact title={t.checkout.billing} edit="/checkout/address">
            <AddressText address={details.billing} />
          </Fact>
        )}
      </div>
      <Extras details={details} />
      <p className="total">
        <span>{t.cart.total}</span>
        <strong aria-live="polite">{total ? money(total) : "…"}</strong>
      </p>
      <p className="soft">{t.checkout.payLater(data.shop.name)}</p>
      <div className="actions">
        <a href="/checkout/address" className="button quiet">
          {t.back}
        </a>
        <button type="button" className="button large" disabled={!ready || sending} onClick={() => total && send(total)}>
          {sending ? t.checkout.sending : total && ready ? t.checkout.order(money(total)) : t.checkout.orderUnready}
        </button>
      </div>
      <p className="soft">
        {t.checkout.agree} <a href="/terms">{t.terms}</a>
      </p>
    </section>
  );
}

/** Why there is no order yet. What the lines themselves say is below. */
function Why({ outcome }: { outcome: Outcome }) {
  const { t, money } = useWords();
  if (outcome.is === "placed" || outcome.is === "nothing") return null;
  const texts = {
    total: outcome.is === "total" ? t.checkout.totalChanged(money(outcome.total)) : "",
    stock: t.checkout.stockChanged,
    refused: outcome.is === "refused" ? t.checkout.refused(outcome.detail) : "",
    elsewhere: t.checkout.elsewhere,
  };
  return (
    <div className="notice bad" role="alert">
      <p>{texts[outcome.is]}</p>
      {outcome.is === "elsewhere" && (
        <button type="button" className="button small quiet" onClick={newCheckout}>
          {t.checkout.anew}
        </button>
      )}
    </div>
  );
}

function Fact({ title, edit, children }: { title: string; edit: string; children: React.ReactNode }) {
  const { t } = useWords();
  return (
    <section className="fact">
      <h2>{title}</h2>
      {children}
      <a href={edit} aria-label={t.checkout.changeOf(title)}>
        {t.checkout.change}
      </a>
    </section>
  );
}

function Extras({ details }: { details: Details }) {
  const { t } = useWords();
  const [open] = useState(details.note !== "");
  return (
    <>
      <details className="note" open={open}>
        <summary>{t.checkout.addNote}</summary>
        <textarea
          aria-label={t.checkout.note}
          maxLength={1000}
          rows={3}
          value={details.note}
          onChange={(event) => changeDetails({ note: event.currentTarget.value })}
        />
      </details>
      <label className="check">
        <input type="checkbox" checked={details.consent} onChange={(event) => changeDetails({ consent: event.currentTarget.checked })} />
        {t.checkout.consent}
      </label>
    </>
  );
}
