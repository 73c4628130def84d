/** Every price that a product had, and the lowest of the 30 days before a reduction. */
import { useState } from "react";
import { Empty, Failure } from "../../design/Panel";
import { TableSkeleton } from "../../design/Table";
import { More } from "../List";
import { shortTime } from "../when";
import { useAdmin } from "../words";
import { usePrices } from "./data";
import { sold, type Seen } from "./product";

export default function Prices({ seen }: { seen: Seen }) {
  const { a, n } = useAdmin();
  const p = a.products;
  const variants = sold(seen);
  const [sku, setSku] = useState(variants[0]?.sku ?? seen.product.sku);
  const answer = usePrices(`sku:${sku}`, true);
  const all = answer.data?.pages.flatMap((page) => page.results) ?? [];
  const lowest = answer.data?.pages[0]?.lowest_30_days;
  return (
    <section className="panel" aria-label={p.priceHistory}>
      <div className="panel-top">
        <h2>{p.priceHistory}</h2>
        {variants.length > 1 && (
          <select aria-label={p.variants} value={sku} onChange={(event) => setSku(event.target.value)}>
            {variants.map((one) => (
              <option key={one.sku} value={one.sku}>
                {one.title ?? one.sku}
              </option>
            ))}
          </select>
        )}
      </div>
      {answer.isPending && <TableSkeleton rows={3} />}
      {answer.error && <Failure error={answer.error} at={answer.dataUpdatedAt} whole={!answer.data} retry={() => answer.refetch()} />}
      {lowest && <p className="lowest">{p.lowest(n.money(lowest))}</p>}
      {answer.data && !all.length && <Empty title={p.noPrices} />}
      <ol className="plain-list">
        {all.map(({ price, before, since }) => (
          <li key={since} className="price-change">
            <time dateTime={since}>{shortTime(since, n.locale)}</time>
            <strong>{n.money(price)}</strong>
            <span className="hint-line">{before ? p.priceWas(n.money(before)) : p.firstPrice}</span>
          </li>
        ))}
      </ol>
      {answer.hasNextPage && <More busy={answer.isFetchingNextPage} more={() => void answer.fetchNextPage()} />}
    </section>
  );
}
