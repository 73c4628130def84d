/** The pictures of a product: one large, the others to choose from; the large one opens in full. */
import { useEffect, useRef, useState } from "react";
import { Icon } from "../../design/Icon";
import { Image } from "../parts/Image";
import type { Picture, Product, Variant } from "../types";
import { useWords } from "../words";
import { pictureOf, variantsOf } from "./variants";

const SIZES = "(min-width: 1300px) 650px, (min-width: 700px) 50vw, 100vw";

export function Gallery({ product, variant }: { product: Product; variant: Variant }) {
  const { t } = useWords();
  const { images, image_url: url, name } = product;
  const own = pictureOf(images, variantsOf(product), variant);
  const [place, setPlace] = useState(own);
  useEffect(() => setPlace(own), [variant.sku]);
  const shown = images[place];
  return (
    <div className="gallery">
      <Zoomed picture={shown} name={name}>
        <Image picture={shown} url={url} name={name} sizes={SIZES} first />
      </Zoomed>
      {images.length > 1 && (
        <ul className="thumbs">
          {images.map((picture, index) => (
            <li key={picture.id}>
              <button
                type="button"
                aria-label={t.picture(index + 1, images.length)}
                aria-pressed={index === place}
                onClick={() => setPlace(index)}
              >
                <Image picture={picture} name={name} sizes="80px" named />
              </button>
            </li>
          ))}
        </ul>
      )}
    </div>
  );
}

/** A picture that a click shows as large as the window. */
function Zoomed({ picture, name, children }: { picture: Picture | undefined; name: string; children: React.ReactNode }) {
  const { t } = useWords();
  const dialog = useRef<HTMLDialogElement>(null);
  if (!picture) return <div className="frame">{children}</div>;
  const what = picture.alt || name;
  return (
    <>
      <div className="frame">
        {children}
        <button type="button" className="zoom" aria-label={t.enlarge(what)} onClick={() => dialog.current?.showModal()} />
      </div>
      <dialog ref={dialog} className="full" aria-label={what} onClick={() => dialog.current?.close()}>
        <button type="button" className="close" aria-label={t.close}>
          <Icon name="close" />
        </button>
        <Image picture={picture} name={name} sizes="100vw" />
      </dialog>
    </>
  );
}
