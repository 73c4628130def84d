/** The variants of a product: each with what it costs and what is there, and how more are made. */
import { useState } from "react";
import { useUndo } from "../../../design/Undo";
import { Badge } from "../../Badge";
import { useAdmin } from "../../words";
import CombineSheet from "./CombineSheet";
import VariantSheet from "./VariantSheet";
import { isPlain, type Seen, type Variant } from "../product";
import { stockText } from "../StockLine";

interface Props {
  now: Seen;
  may: boolean;
  /** Something else of the product is not saved yet. */
  locked: boolean;
}

export function Variants({ now, may, locked }: Props) {
  const { a, n } = useAdmin();
  const p = a.products;
  const offer = useUndo();
  const [opened, setOpened] = useState<"combine" | Variant>();
  const close = (): void => setOpened(undefined);
  const shown = now.variants.filter((one) => may || !one.archived);
  return (
    <section className="panel" aria-label={p.variants}>
      <div className="panel-top">
        <h2>{p.variants}</h2>
        {may && (
          <button type="button" className="button" aria-haspopup="dialog" disabled={locked} onClick={() => setOpened("combine")}>
            {p.combine}
          </button>
        )}
      </div>
      {isPlain(now) ? (
        <p className="drop-hint">{p.noVariants}</p>
      ) : (
        <table className="table list">
          <caption className="unseen">{p.variants}</caption>
          <thead>
            <tr>
              <th scope="col" className="of-most">
                {now.product.options.join(" / ") || p.variants}
              </th>
              <th scope="col" className="num">
                {a.pages.stock}
              </th>
              <th scope="col" className="num of-total">
                {p.price}
              </th>
            </tr>
          </thead>
          <tbody>
            {shown.map((one) => (
              <tr key={one.sku} className={one.archived ? "row weak" : "row"} data-variant={one.sku}>
                <th scope="row" className="of-most">
                  {may ? (
                    <button type="button" className="link row-link" disabled={locked} aria-haspopup="dialog" onClick={() => setOpened(one)}>
                      <bdi>{one.title ?? one.sku}</bdi>
                    </button>
                  ) : (
                    <bdi>{one.title ?? one.sku}</bdi>
                  )}{" "}
                  <code className="hint-line">{one.sku}</code> {one.archived && <Badge state="archived" word={p.statuses.archived} />}
                </th>
                <td className="num">{stockText(one, "–", n.whole)}</td>
                <td className="num of-total">{n.money(one.price)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      )}

      {opened === "combine" && (
        <CombineSheet now={now} close={close} done={(made) => (close(), offer(p.variantsMade(made, n.whole(made))))} />
      )}
      {opened && opened !== "combine" && (
        <VariantSheet key={opened.sku} now={now} sku={opened.sku} close={close} done={(text, undo) => (close(), offer(text, undo))} />
      )}
    </section>
  );
}
