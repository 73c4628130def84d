/** A picture among the others: its handle moves it by arrow keys or by hand. */
import { useState, type DragEvent, type KeyboardEvent } from "react";
import { Icon } from "../../../design/Icon";
import { useAdmin } from "../../words";
import type { Picture } from "../draft";
import type { Variant } from "../product";
import { srcOf } from "../Thumb";

const KIND = "text/x-kassa-picture";

interface Props {
  image: Picture;
  index: number;
  count: number;
  /** Of which it may be one's. */
  variants: Variant[];
  may: boolean;
  move: (from: number, to: number) => void;
  change: (next: Partial<Picture>) => void;
  remove: () => void;
}

export function One({ image, index, count, variants, may, move, change, remove }: Props) {
  const { a, t, n } = useAdmin();
  const p = a.products;
  const [over, setOver] = useState(false);
  const place = p.pictureAt(n.whole(index + 1), n.whole(count));
  const keys = (event: KeyboardEvent): void => {
    const ahead = t.dir === "rtl" ? -1 : 1;
    const steps: Record<string, number> = {
      ArrowRight: ahead,
      ArrowLeft: -ahead,
      ArrowDown: 1,
      ArrowUp: -1,
      Home: -index,
      End: count - 1 - index,
    };
    const step = steps[event.key];
    if (step === undefined || event.altKey || event.ctrlKey || event.metaKey) return;
    event.preventDefault();
    move(index, index + step);
  };
  const isPicture = (event: DragEvent): boolean => event.dataTransfer.types.includes(KIND);
  const drop = (event: DragEvent): void => {
    if (!isPicture(event)) return;
    event.preventDefault();
    event.stopPropagation();
    setOver(false);
    move(Number(event.dataTransfer.getData(KIND)), index);
  };
  return (
    <li
      className={over ? "picture over" : "picture"}
      data-picture={image.id}
      draggable={may}
      onDragStart={(event) => event.dataTransfer.setData(KIND, String(index))}
      onDragOver={(event) => isPicture(event) && (event.preventDefault(), setOver(true))}
      onDragLeave={() => setOver(false)}
      onDrop={drop}
    >
      <img src={srcOf(image)} alt={image.alt} width={image.width} height={image.height} draggable={false} />
      {may ? (
        <>
          <span className="picture-tools">
            <button type="button" className="button small" aria-label={`${place}. ${p.moveHint}`} title={p.moveHint} onKeyDown={keys}>
              ⠿ {n.whole(index + 1)}
            </button>
            <button type="button" className="icon-button" aria-label={p.removePicture(n.whole(index + 1))} onClick={remove}>
              <Icon name="close" />
            </button>
          </span>
          <input
            aria-label={p.alt(n.whole(index + 1))}
            placeholder={p.altHint}
            maxLength={255}
            value={image.alt}
            onChange={(event) => change({ alt: event.target.value })}
          />
          {variants.length > 0 && (
            <select
              aria-label={p.pictureOf(n.whole(index + 1))}
              value={image.variant_sku ?? ""}
              onChange={(event) => change({ variant_sku: event.target.value || null })}
            >
              <option value="">{p.ofAll}</option>
              {variants.map((one) => (
                <option key={one.sku} value={one.sku}>
                  {one.title ?? one.sku}
                </option>
              ))}
            </select>
          )}
        </>
      ) : (
        image.alt && <p className="hint-line">{image.alt}</p>
      )}
    </li>
  );
}
