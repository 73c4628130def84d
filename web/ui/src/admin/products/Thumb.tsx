/** The first picture of a product beside its name; its first letter where there is none here. */
import type { Product } from "./product";

const WIDTH = 320;

export const srcOf = (image: { id: string }, width = WIDTH): string => `/assets/i/${image.id}-${width}`;

export function Thumb({ product }: { product: Pick<Product, "name" | "images"> }) {
  const image = product.images[0];
  if (image) return <img className="thumb" src={srcOf(image)} alt="" width={image.width} height={image.height} loading="lazy" />;
  return (
    <span className="thumb" aria-hidden="true">
      {[...product.name.trim()][0]}
    </span>
  );
}
