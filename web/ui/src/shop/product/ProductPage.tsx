/** A product: its pictures, what it is, which variant, what it costs, whether it can be had, and the way into the cart. */
import { useEffect, useRef } from "react";
import { rename } from "../navigation";
import { Shelf } from "../parts/Card";
import { Crumbs } from "../parts/Crumbs";
import { useTracking } from "../tracking";
import type { Page, Product, Variant } from "../types";
import { useWords } from "../words";
import { Buy } from "./Buy";
import { Gallery } from "./Gallery";
import { NotifyMe } from "./NotifyMe";
import { Options } from "./Options";
import { chosenVariant, isSoldOut, variantsOf } from "./variants";

export function ProductPage({ data: { product, related, categories }, url }: { data: Page<"product">; url: string }) {
  const { t, money } = useWords();
  const variants = variantsOf(product);
  const variant = chosenVariant(variants, new URLSearchParams(url.split("?")[1]).get("variant"));
  useViewed(product, variant);
  const choose = (next: Variant): void => rename(`/p/${product.slug}?${new URLSearchParams({ variant: next.sku })}`);
  return (
    <>
      <Crumbs slug={product.category_slug} categories={categories} itself />
      <div className="product">
        <Gallery product={product} variant={variant} />
        <div className="product-text">
          <h1 dir="auto">{product.name}</h1>
          <p className="price" aria-live="polite">
            {money(variant.price)}
          </p>
          <Options {...{ product, variants, variant, choose }} />
          <StockState variant={variant} />
          {isSoldOut(variant) ? (
            <NotifyMe key={variant.sku} variant={variant} />
          ) : (
            <Buy key={variant.sku} product={product} variant={variant} />
          )}
          {product.description && <Description text={product.description} />}
        </div>
      </div>
      {related.length > 0 && (
        <section className="section">
          <h2>{t.related}</h2>
          <Shelf products={related} list="related" />
        </section>
      )}
    </>
  );
}

/** Each variant that is looked at is told once. */
function useViewed(product: Product, variant: Variant): void {
  const tracking = useTracking();
  const seen = useRef(new Set<string>());
  useEffect(() => {
    if (seen.current.has(variant.sku)) return;
    seen.current.add(variant.sku);
    tracking.viewed(product, variant);
  }, [variant.sku]);
}

function StockState({ variant }: { variant: Variant }) {
  const { t } = useWords();
  const state = isSoldOut(variant) ? "out" : variant.stock?.low && variant.track_stock ? "low" : "in";
  const text = { out: t.stock.soldOut, low: t.stock.left(variant.stock?.available ?? 0), in: t.stock.there }[state];
  return (
    <p className="stock" data-state={state} role="status">
      {text}
    </p>
  );
}

const Description = ({ text }: { text: string }) => (
  <div className="description">
    {text
      .split(/\n\s*\n/)
      .filter((one) => one.trim())
      .map((one, index) => (
        <p key={index} dir="auto">
          {one}
        </p>
      ))}
  </div>
);
