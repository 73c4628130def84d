/** Pages of text, and those for when there is no page. */
import { useEffect } from "react";
import { replace } from "../navigation";
import type { Common, Page } from "../types";
import { useWords } from "../words";

/** What the owner has written: paragraphs are told apart by an empty line. */
export function TextPage({ data }: { data: Page<"imprint"> | Page<"terms"> }) {
  const { t } = useWords();
  const paragraphs = data.text.split(/\n\s*\n/).filter((one) => one.trim() !== "");
  return (
    <article className="prose">
      <h1>{data.page === "imprint" ? t.imprint : t.terms}</h1>
      {paragraphs.length === 0 && <p className="soft">{t.noText}</p>}
      {paragraphs.map((one, index) => (
        <p key={index} dir="auto">
          {one}
        </p>
      ))}
    </article>
  );
}

/** Nothing is at this address; the categories lead on. */
export function Missing({ data }: { data: Page<"missing"> }) {
  const { t } = useWords();
  return (
    <section className="empty">
      <h1>{t.missing.title}</h1>
      <p>{t.missing.text}</p>
      <CategoryLinks data={data} />
    </section>
  );
}

export function CategoryLinks({ data: { categories } }: { data: Pick<Common, "categories"> }) {
  const { t } = useWords();
  return (
    <ul className="chips">
      <li>
        <a className="chip" href="/">
          {t.everything}
        </a>
      </li>
      {categories.map(({ id, slug, name }) => (
        <li key={id}>
          <a className="chip" href={`/c/${slug}`} dir="auto">
            {name}
          </a>
        </li>
      ))}
    </ul>
  );
}

/** The page did not come. It is tried again when the network is back. */
export function Failed() {
  const { t } = useWords();
  const again = (): void => void replace(location.pathname + location.search);
  useEffect(() => {
    addEventListener("online", again);
    return () => removeEventListener("online", again);
  }, []);
  return (
    <section className="empty">
      <h1>{t.failed.title}</h1>
      <p>{navigator.onLine ? t.failed.server : t.failed.offline}</p>
      <button type="button" className="button" onClick={again}>
        {t.retry}
      </button>
    </section>
  );
}
