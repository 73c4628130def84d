/** One line of the cart; where the catalogue has changed, what has, and what the shopper can do about it. */
import { Image } from "../parts/Image";
import { Quantity } from "../parts/Quantity";
import type { PricedLine } from "../types";
import { useWords } from "../words";
import { QUANTITY_MAX, type CartLine } from "./cart";

interface Row {
  line: CartLine;
  priced: PricedLine;
  change(quantity: number): void;
  remove(): void;
  /** Agrees to the price as it is now. */
  accept(): void;
}

export function LineRow({ line, priced, change, remove, accept }: Row) {
  const { t, money } = useWords();
  const name = priced.name ?? line.sku;
  const address = priced.slug && priced.state !== "gone" ? `/p/${priced.slug}?${new URLSearchParams({ variant: line.sku })}` : undefined;
  const canBeHad = priced.state !== "gone" && priced.state !== "sold_out";
  return (
    <li className="line" data-state={priced.state}>
      <a className="frame" href={address} tabIndex={-1} aria-hidden="true">
        <Image picture={priced.image} name={name} sizes="96px" named />
      </a>
      <div className="line-text">
        {address ? (
          <a href={address} className="line-name" dir="auto">
            {name}
          </a>
        ) : (
          <span className="line-name" dir="auto">
            {name}
          </span>
        )}
        {priced.variant_title && (
          <span className="soft" dir="auto">
            {priced.variant_title}
          </span>
        )}
        {priced.price && <span className="soft">{t.each(money(priced.price))}</span>}
      </div>
      {canBeHad && (
        <Quantity
          label={t.quantityOf(name)}
          value={line.quantity}
          max={Math.max(line.quantity, Math.min(QUANTITY_MAX, priced.available ?? QUANTITY_MAX))}
          change={change}
        />
      )}
      <strong className="line-total">{canBeHad && priced.total ? money(priced.total) : "–"}</strong>
      <button type="button" className="plain" aria-label={t.cart.removeOf(name)} onClick={remove}>
        {t.cart.remove}
      </button>
      <Changed {...{ line, priced, change, remove, accept }} />
    </li>
  );
}

/** What is other than it was, with the choice that follows. */
function Changed({ line, priced, change, remove, accept }: Row) {
  const { t, money } = useWords();
  const { state, price, available } = priced;
  if (state === "ok") return null;
  const seen = price && money({ amount_minor: line.seen_price_minor, currency: price.currency });
  const now = price && money(price);
  const texts = {
    dearer: t.changed.dearer(seen ?? "", now ?? ""),
    cheaper: t.changed.cheaper(seen ?? "", now ?? ""),
    short: t.changed.short(available ?? 0, line.quantity),
    sold_out: t.changed.soldOut,
    gone: t.changed.gone,
  };
  return (
    <div className="changed" data-bad={state !== "cheaper"} role="status">
      <p>{texts[state]}</p>
      {state === "dearer" && (
        <button type="button" className="button small" onClick={accept}>
          {t.changed.accept(now ?? "")}
        </button>
      )}
      {state === "short" && (
        <button type="button" className="button small" onClick={() => change(available ?? 1)}>
          {t.changed.take(available ?? 1)}
        </button>
      )}
      {state === "sold_out" && priced.slug && (
        <a className="button small quiet" href={`/p/${priced.slug}?${new URLSearchParams({ variant: line.sku })}`}>
          {t.changed.notify}
        </a>
      )}
      {state !== "cheaper" && (
        <button type="button" className="button small quiet" onClick={remove}>
          {t.cart.remove}
        </button>
      )}
    </div>
  );
}
