/** The search field, with products that fit while one types. Enter without a choice shows all that is found. */
import { useEffect, useId, useState, type FormEvent, type KeyboardEvent } from "react";
import { Icon } from "../../design/Icon";
import { go } from "../navigation";
import { ImageOf } from "../parts/Image";
import { call } from "../server";
import type { Product } from "../types";
import { useWords } from "../words";

/** How long nobody types before it is asked, in ms. */
const TYPED_MS = 120;
const SUGGESTED = 6;

export function SearchBox({ q }: { q: string }) {
  const { t } = useWords();
  const id = useId();
  const [text, setText] = useState(q);
  const [chosen, setChosen] = useState(-1);
  const [open, setOpen] = useState(false);
  const found = useSuggestions(open ? text.trim() : "");
  const shown = open && found.length > 0;
  const close = (): void => (setOpen(false), setChosen(-1));

  const submit = (event: FormEvent): void => {
    event.preventDefault();
    const product = shown ? found[chosen] : undefined;
    close();
    if (product) void go(`/p/${product.slug}`);
    else if (text.trim()) void go(`/search?${new URLSearchParams({ q: text.trim() })}`);
  };
  const press = (event: KeyboardEvent): void => {
    const by = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (event.key === "Escape" && shown) close();
    else if (by && shown) setChosen((last) => ((last + 1 + by + found.length + 1) % (found.length + 1)) - 1);
    else return;
    event.preventDefault();
  };
  return (
    <form action="/search" role="search" className="search" onSubmit={submit} onBlur={(event) => inside(event) || close()}>
      <Icon name="search" />
      <input
        type="search"
        name="q"
        value={text}
        placeholder={t.search.placeholder}
        aria-label={t.search.placeholder}
        autoComplete="off"
        maxLength={200}
        role="combobox"
        aria-expanded={shown}
        aria-controls={shown ? id : undefined}
        aria-autocomplete="list"
        aria-activedescendant={shown && chosen >= 0 ? `${id}-${chosen}` : undefined}
        onChange={(event) => (setText(event.currentTarget.value), setOpen(true), setChosen(-1))}
        onKeyDown={press}
      />
      {shown && <Suggestions {...{ id, found, chosen, close }} />}
    </form>
  );
}

const inside = ({ currentTarget, relatedTarget }: { currentTarget: Element; relatedTarget: EventTarget | null }): boolean =>
  relatedTarget instanceof Node && currentTarget.contains(relatedTarget);

function Suggestions({ id, found, chosen, close }: { id: string; found: Product[]; chosen: number; close(): void }) {
  const { t, money } = useWords();
  return (
    <ul id={id} role="listbox" className="suggestions" aria-label={t.search.suggestions}>
      {found.map((product, index) => (
        <li key={product.id} id={`${id}-${index}`} role="option" aria-selected={index === chosen}>
          <a href={`/p/${product.slug}`} tabIndex={-1} onClick={close}>
            <ImageOf product={product} sizes="48px" />
            <span dir="auto">{product.name}</span>
            <span className="soft">{money(product.price_from)}</span>
          </a>
        </li>
      ))}
    </ul>
  );
}

/** Products that fit the text; while the answer to a longer one is on its way, those of the shorter. */
function useSuggestions(text: string): Product[] {
  const [found, setFound] = useState<Product[]>([]);
  useEffect(() => {
    if (text.length < 2) {
      setFound([]);
      return;
    }
    const stop = new AbortController();
    const ask = (): void => {
      const query = new URLSearchParams({ q: text, limit: String(SUGGESTED) });
      call<{ results: Product[] }>(`/v1/products/suggest?${query}`, { signal: stop.signal }).then(
        (answer) => !stop.signal.aborted && setFound(answer?.body.results ?? []),
        () => {
          // Then there are none; Enter searches all the same.
        },
      );
    };
    const timer = setTimeout(ask, TYPED_MS);
    return () => (clearTimeout(timer), stop.abort());
  }, [text]);
  return found;
}
