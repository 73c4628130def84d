/** The pictures of a product: dropped or chosen, put in order by hand or by keyboard, described, and taken away. */
import { useRef, useState, type DragEvent } from "react";
import { Icon } from "../../../design/Icon";
import { useAdmin } from "../../words";
import type { Picture } from "../draft";
import { sold, type Seen } from "../product";
import { One } from "./One";
import { moved } from "./order";
import { useUploads } from "./uploads";

const PICTURES_MAX = 20;

interface Props {
  images: Picture[];
  set: (images: Picture[]) => void;
  /** Whose they are, where it is there: a picture may be that of a variant. */
  seen?: Seen;
  may: boolean;
}

export function Picturing({ images, set, seen, may }: Props) {
  const { a, n } = useAdmin();
  const p = a.products;
  const input = useRef<HTMLInputElement>(null);
  const [said, setSaid] = useState("");
  const [over, setOver] = useState(false);
  // Files arrive one after the other: each comes behind what is there then.
  const now = useRef(images);
  now.current = images;
  const put = (next: Picture[]): void => set((now.current = next));
  const uploads = useUploads((image) => !now.current.some(({ id }) => id === image.id) && put([...now.current, image]));
  const add = (files: Iterable<File>): void => uploads.send([...files].slice(0, PICTURES_MAX - images.length));
  const move = (from: number, to: number): void => {
    if (to < 0 || to >= images.length || from === to) return;
    put(moved(images, from, to));
    setSaid(p.pictureAt(n.whole(to + 1), n.whole(images.length)));
  };
  const drop = (event: DragEvent): void => {
    event.preventDefault();
    setOver(false);
    if (event.dataTransfer.files.length) add(event.dataTransfer.files);
  };
  const isFile = (event: DragEvent): boolean => event.dataTransfer.types.includes("Files");
  const variants = seen ? sold(seen) : [];
  return (
    <section
      className={over ? "panel picturing over" : "panel picturing"}
      aria-label={p.pictures}
      onDragOver={(event) => may && isFile(event) && (event.preventDefault(), setOver(true))}
      onDragLeave={() => setOver(false)}
      onDrop={may ? drop : undefined}
    >
      <div className="panel-top">
        <h2>{p.pictures}</h2>
        {may && images.length < PICTURES_MAX && (
          <button type="button" className="button" onClick={() => input.current?.click()}>
            <Icon name="plus" /> {p.choosePictures}
          </button>
        )}
      </div>
      <input
        ref={input}
        type="file"
        hidden
        multiple
        accept="image/jpeg,image/png,image/webp"
        onChange={(event) => (add(event.target.files ?? []), (event.target.value = ""))}
      />
      {images.length === 0 && <p className="drop-hint">{may ? p.dropPictures : p.noPictures}</p>}
      <ol className="pictures">
        {images.map((image, index) => (
          <One
            key={image.id}
            image={image}
            index={index}
            count={images.length}
            variants={variants.length > 1 ? variants : []}
            may={may}
            move={move}
            change={(next) => put(images.map((one) => (one.id === image.id ? { ...one, ...next } : one)))}
            remove={() => (put(images.filter(({ id }) => id !== image.id)), setSaid(p.pictureGone))}
          />
        ))}
      </ol>
      <p className="unseen" role="status">
        {said}
      </p>
      {uploads.all.length > 0 && (
        <ul className="uploads" aria-live="polite">
          {uploads.all.map((one) => (
            <li key={one.name} className={one.error ? "wrong" : undefined}>
              <bdi>{one.name}</bdi>: {one.error ?? p.uploading}
              {one.error && (
                <button type="button" className="button small" onClick={() => uploads.forget(one.name)}>
                  {p.forget}
                </button>
              )}
            </li>
          ))}
        </ul>
      )}
    </section>
  );
}
