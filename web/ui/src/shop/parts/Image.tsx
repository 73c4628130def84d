/** A picture of a product in the width that its place needs, or its first letter where there is none. */
import type { Picture, Product } from "../types";

const WIDTHS = [320, 640, 960, 1600];

/** What is to be shown, how wide it is there (as in `sizes`), and whether it is seen first. */
interface Shown {
  picture: Picture | null | undefined;
  /** An address elsewhere, where there is no picture of ours. */
  url?: string | null | undefined;
  name: string;
  sizes: string;
  first?: boolean;
  /** Its name stands beside it. */
  named?: boolean;
}

export function Image({ picture, url, name, sizes, first = false, named = false }: Shown) {
  const when = first ? ({ loading: "eager", fetchPriority: "high" } as const) : ({ loading: "lazy", decoding: "async" } as const);
  if (picture) {
    const at = (width: number): string => `/assets/i/${picture.id}-${width}`;
    const srcSet = WIDTHS.map((width) => `${at(width)} ${width}w`).join(", ");
    const { width, height, alt } = picture;
    return <img className="image" src={at(640)} {...{ srcSet, sizes, width, height, ...when }} alt={named ? "" : alt || name} />;
  }
  if (url) return <img className="image" src={url} alt={named ? "" : name} width={640} height={640} {...when} />;
  return (
    <span className="image none" aria-hidden="true">
      {[...name.trim()][0]}
    </span>
  );
}

/** The first picture of a product, beside its name. */
export const ImageOf = ({ product, sizes, first = false }: { product: Product; sizes: string; first?: boolean }) => (
  <Image picture={product.images[0]} url={product.image_url} name={product.name} sizes={sizes} first={first} named />
);
