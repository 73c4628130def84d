/** A product in a list: its picture, name, price, and whether it can be had. */
import { isSoldOut } from "../product/variants";
import { useTracking } from "../tracking";
import type { Product } from "../types";
import { useWords } from "../words";
import { ImageOf } from "./Image";

const SIZES = "(min-width: 1200px) 280px, (min-width: 720px) 30vw, 46vw";
/** So many are seen before one scrolls. */
const FIRST = 4;

function Card({ product, position, list, first }: { product: Product; position: number; list: string; first: boolean }) {
  const { t, money } = useWords();
  const tracking = useTracking();
  const { price_from: from, price_to: to } = product;
  const soldOut = product.variant_count === 1 && isSoldOut(product);
  return (
    <li className="card">
      <a href={`/p/${product.slug}`} onClick={() => tracking.clicked(product, position, list)}>
        <span className="frame">
          <ImageOf product={product} sizes={SIZES} first={first} />
          {soldOut && <span className="tag">{t.stock.soldOut}</span>}
        </span>
        <span className="card-name" dir="auto">
          {product.name}
        </span>
      </a>
      <span className="card-price">{from.amount_minor === to.amount_minor ? money(from) : t.from(money(from))}</span>
    </li>
  );
}

/** Products side by side; `list` names it where clicks are counted. */
export const Shelf = ({ products, list, top = false }: { products: Product[]; list: string; top?: boolean }) => (
  <ul className="shelf">
    {products.map((product, position) => (
      <Card key={product.id} {...{ product, position, list }} first={top && position < FIRST} />
    ))}
  </ul>
);
