/** One order, for who has its link: how far it is, what is in it, where it goes, and where the parcel is. */
import { Image } from "../parts/Image";
import { AddressText } from "../parts/AddressText";
import { Icon } from "../../design/Icon";
import { addToCart } from "../cart/cart";
import { go } from "../navigation";
import type { Fulfilment, Order, OrderLine, Page } from "../types";
import { useWords } from "../words";
import { isFailed, reachedAt, stageOf, STAGES } from "./progress";
import { useOrder } from "./useOrder";

export function OrderPage({ data, url }: { data: Page<"order">; url: string }) {
  const { t } = useWords();
  const { order, unknown, stale } = useOrder(url, data.order);
  if (unknown)
    return (
      <section className="empty">
        <h1>{t.order.unknown}</h1>
        <p>{t.order.unknownText}</p>
      </section>
    );
  if (!order)
    return (
      <section className="empty" aria-busy="true">
        <h1>{t.order.title}</h1>
        <p>{stale ? t.failed.offline : t.loading}</p>
      </section>
    );
  return (
    <article className="order" data-kassa-private>
      <Headline order={order} />
      {stale && <p className="notice">{t.order.stale}</p>}
      {isFailed(order) ? <FailedOrder order={order} /> : <Progress order={order} />}
      <Parcels order={order} />
      <ul className="lines">
        {order.lines.map((line) => (
          <Bought key={line.sku} line={line} />
        ))}
      </ul>
      <Facts order={order} />
    </article>
  );
}

function Headline({ order }: { order: Order }) {
  const { t, moment } = useWords();
  const { number, customer, created_at: at } = order;
  return (
    <header>
      <h1>{isFailed(order) ? t.order.failed : t.order.thanks(customer?.name ?? "")}</h1>
      <p className="soft">
        {t.order.number(number)} · {moment(at)}
      </p>
      {!isFailed(order) && <p>{t.order.keep}</p>}
    </header>
  );
}

function Progress({ order }: { order: Order }) {
  const { t, moment } = useWords();
  const reached = STAGES.indexOf(stageOf(order));
  return (
    <>
      <p className="unseen" role="status">
        {t.order.now(t.order.stages[STAGES[reached] ?? "accepted"])}
      </p>
      <ol className="progress">
        {STAGES.map((stage, index) => {
          const at = index <= reached ? reachedAt(order, stage) : undefined;
          return (
            <li key={stage} data-reached={index <= reached} aria-current={index === reached ? "step" : undefined}>
              <span className="dot">{index <= reached && <Icon name="check" />}</span>
              <span>{t.order.stages[stage]}</span>
              {at && <time className="soft">{moment(at)}</time>}
            </li>
          );
        })}
      </ol>
    </>
  );
}

/** Nothing was sold; what was wanted can go back into the cart. */
function FailedOrder({ order }: { order: Order }) {
  const { t } = useWords();
  const back = (): void => {
    order.lines.forEach(({ sku, quantity, unit_price }) => addToCart(sku, quantity, unit_price.amount_minor));
    void go("/cart");
  };
  return (
    <div className="notice bad" role="alert">
      <p>{order.status === "cancelled" ? t.order.cancelled : t.order.failedText}</p>
      <button type="button" className="button small" onClick={back}>
        {t.order.backToCart}
      </button>
    </div>
  );
}

function Parcels({ order }: { order: Order }) {
  const { t } = useWords();
  const sent = order.fulfilments.filter(({ status }) => status !== "cancelled");
  if (sent.length === 0) return null;
  return (
    <section>
      <h2>{t.order.parcels}</h2>
      <ul className="parcels">
        {sent.map((parcel) => (
          <Parcel key={parcel.number} parcel={parcel} order={order} />
        ))}
      </ul>
    </section>
  );
}

function Parcel({ parcel, order }: { parcel: Fulfilment; order: Order }) {
  const { t } = useWords();
  const { number, status, carrier, tracking_number: code, tracking_url: link, lines } = parcel;
  const nameOf = (sku: string): string => order.lines.find((line) => line.sku === sku)?.name ?? sku;
  return (
    <li>
      <strong>
        {t.order.parcel(number)}: {t.order.parcelStates[status as "packed"]}
      </strong>
      {lines.length > 0 && <span dir="auto">{lines.map(({ sku, quantity }) => `${quantity} × ${nameOf(sku)}`).join(", ")}</span>}
      {(carrier || code) && (
        <span className="soft" dir="auto">
          {[carrier, code].filter(Boolean).join(" ")}
        </span>
      )}
      {link && /^https?:\/\//i.test(link) && (
        <a href={link} target="_blank" rel="noopener noreferrer">
          {t.order.track}
        </a>
      )}
    </li>
  );
}

function Bought({ line }: { line: OrderLine }) {
  const { t, money } = useWords();
  const { name, variant_title: variant, slug, image, quantity, unit_price: price, total } = line;
  return (
    <li className="line">
      <span className="frame" aria-hidden="true">
        <Image picture={image} name={name} sizes="96px" named />
      </span>
      <div className="line-text">
        {slug ? (
          <a className="line-name" href={`/p/${slug}`} dir="auto">
            {name}
          </a>
        ) : (
          <span className="line-name" dir="auto">
            {name}
          </span>
        )}
        {variant && (
          <span className="soft" dir="auto">
            {variant}
          </span>
        )}
        <span className="soft">{t.order.times(quantity, money(price))}</span>
      </div>
      <strong className="line-total">{money(total)}</strong>
    </li>
  );
}

function Facts({ order }: { order: Order }) {
  const { t, money } = useWords();
  const { total, payment_status: payment, customer, shipping_address: ship, billing_address: bill, note } = order;
  const paid = payment ? t.order.payments[payment as "paid"] : undefined;
  return (
    <>
      <p className="total">
        <span>{t.cart.total}</span>
        <strong>{money(total)}</strong>
      </p>
      <div className="facts">
        {paid && (
          <section className="fact">
            <h2>{t.order.payment}</h2>
            <p>{paid}</p>
          </section>
        )}
        {customer?.email && (
          <section className="fact">
            <h2>{t.checkout.titles.contact}</h2>
            <p dir="auto">{customer.name}</p>
            <p dir="auto">{customer.email}</p>
          </section>
        )}
        {ship && (
          <section className="fact">
            <h2>{t.checkout.shipTo}</h2>
            <AddressText address={ship} />
          </section>
        )}
        {bill && (
          <section className="fact">
            <h2>{t.checkout.billing}</h2>
            <AddressText address={bill} />
          </section>
        )}
        {note && (
          <section className="fact">
            <h2>{t.checkout.note}</h2>
            <p dir="auto">{note}</p>
          </section>
        )}
      </div>
    </>
  );
}
