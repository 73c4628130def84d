/** How many, and into the cart. */
import { useState } from "react";
import { addToCart, QUANTITY_MAX, useCart } from "../cart/cart";
import { Quantity } from "../parts/Quantity";
import { goodsOf, useTracking } from "../tracking";
import type { Product, Variant } from "../types";
import { useWords } from "../words";
import { availableOf } from "./variants";

export function Buy({ product, variant }: { product: Product; variant: Variant }) {
  const { t } = useWords();
  const tracking = useTracking();
  const [quantity, setQuantity] = useState(1);
  const inCart = useCart().find(({ sku }) => sku === variant.sku)?.quantity ?? 0;
  const most = Math.min(QUANTITY_MAX, availableOf(variant) ?? QUANTITY_MAX) - inCart;
  const add = (): void => {
    addToCart(variant.sku, quantity, variant.price.amount_minor);
    tracking.added(goodsOf(product, variant), quantity);
    setQuantity(1);
  };
  return (
    <div className="buy">
      {most > 0 && (
        <div className="buy-row">
          <Quantity label={t.quantity} value={Math.min(quantity, most)} max={most} change={setQuantity} />
          <button type="button" className="button large" onClick={add}>
            {t.addToCart}
          </button>
        </div>
      )}
      <p className="in-cart" role="status">
        {inCart > 0 && (
          <>
            {most > 0 ? t.inCart(inCart) : t.allInCart(inCart)} <a href="/cart">{t.toCart}</a>
          </>
        )}
      </p>
    </div>
  );
}
