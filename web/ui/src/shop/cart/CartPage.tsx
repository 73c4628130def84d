/** The cart as the server prices it now. What has changed since it was filled is a choice for the shopper to make. */
import { useEffect, useRef } from "react";
import { useCheckout } from "../checkout/attempt";
import { goodsOfLine, useTracking } from "../tracking";
import type { Money, PricedLine } from "../types";
import { useWords } from "../words";
import { changeLine, removeLine, useCart, type CartLine } from "./cart";
import { LineRow } from "./LineRow";
import { isSettled, usePricing } from "./pricing";

export function CartPage() {
  const { t } = useWords();
  const lines = useCart();
  const { priced, failed, pending, again } = usePricing(lines);
  const tracking = useTracking();
  const told = useRef(false);
  useEffect(() => {
    if (!priced || priced.lines.length === 0 || told.current) return;
    told.current = true;
    tracking.cartViewed(priced.lines, priced.total);
  }, [priced]);
  if (lines.length === 0) return <EmptyCart />;
  return (
    <>
      <h1>{t.cart.title}</h1>
      {failed && <NoPrices again={again} />}
      <div className="cart" data-pending={pending} aria-busy={pending}>
        <ul className="lines">
          {lines.map((line) => (
            <Line key={line.sku} line={line} priced={priced?.lines.find(({ sku }) => sku === line.sku)} />
          ))}
        </ul>
        <Summary total={priced?.total ?? null} settled={priced !== undefined && !pending && !failed && isSettled(priced)} waits={!priced} />
      </div>
    </>
  );
}

/** A line, and what can be done to it. */
export function Line({ line, priced }: { line: CartLine; priced: PricedLine | undefined }) {
  const tracking = useTracking();
  if (!priced) return <li className="line skeleton" />;
  const tell = (by: number): void => {
    if (!priced.price || by === 0) return;
    const goods = goodsOfLine({ ...priced, price: priced.price });
    if (by > 0) tracking.added(goods, by);
    else tracking.removed(goods, -by);
  };
  const change = (quantity: number): void => (changeLine(line.sku, { quantity }), tell(quantity - line.quantity));
  const remove = (): void => (removeLine(line.sku), tell(-line.quantity));
  const accept = (): void => changeLine(line.sku, { seen_price_minor: priced.price?.amount_minor ?? line.seen_price_minor });
  return <LineRow {...{ line, priced, change, remove, accept }} />;
}

function Summary({ total, settled, waits }: { total: Money | null; settled: boolean; waits: boolean }) {
  const { t, money } = useWords();
  return (
    <aside className="summary" aria-label={t.cart.summary}>
      <p className="total">
        <span>{t.cart.total}</span>
        <strong>{total ? money(total) : waits ? "…" : "–"}</strong>
      </p>
      {settled ? (
        <a href="/checkout/contact" className="button large wide">
          {t.cart.checkOut}
        </a>
      ) : (
        <>
          <button type="button" className="button large wide" disabled aria-describedby="unsettled">
            {t.cart.checkOut}
          </button>
          <p id="unsettled" className="soft">
            {total && !waits ? t.cart.decide : ""}
          </p>
        </>
      )}
      <a href="/" className="button quiet wide">
        {t.cart.goOn}
      </a>
    </aside>
  );
}

/** The prices did not come; what is in the cart is still there. */
export function NoPrices({ again }: { again(): void }) {
  const { t } = useWords();
  return (
    <p className="notice bad" role="alert">
      {navigator.onLine ? t.cart.noPrices : t.failed.offline}{" "}
      <button type="button" className="plain" onClick={again}>
        {t.retry}
      </button>
    </p>
  );
}

export function EmptyCart() {
  const { t } = useWords();
  const { placed } = useCheckout();
  return (
    <section className="empty">
      <h1>{t.cart.empty}</h1>
      {placed && (
        <p>
          {t.cart.lastOrder} <a href={placed.link}>{t.cart.seeOrder}</a>
        </p>
      )}
      <a href="/" className="button">
        {t.cart.goOn}
      </a>
    </section>
  );
}
